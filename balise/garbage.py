"""The interpreter's search for rings of objects, made rare and short.

A full one looks at every object of the process and holds everybody up meanwhile: a tenth of a
second once polars and the directory's tables are loaded, an eighth of a page's time on average.
"""

import gc

NEW_OBJECTS = 50_000
"""Between two searches. What is in no ring goes by itself; a page leaves a thousand objects."""


def spare() -> None:
    """What is there when the server begins is there until it ends: it is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
