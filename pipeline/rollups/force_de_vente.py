"""Force de Vente: breakdowns by what led to the card and by what it was looked at with.

Whatever combines several of them is answered from the visits themselves.
"""

from pipeline.rollups.breakdowns import Dimension, column

COMPLETE: tuple[Dimension, ...] = (
    column("item"),
    column("device"),
    column("browser"),
    column("os"),
    column("language"),
)
