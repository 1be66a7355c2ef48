"""QR codes as pictures: SVG for pages and print, PNG for everything else.

Always with the quiet zone of four modules and on white, whatever the page's colours: readers need
both. The colour must be dark enough for them, and room for a logo takes the highest error level.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal, get_args

from schema.errors import BadInput

if TYPE_CHECKING:
    import segno

Level = Literal["l", "m", "q", "h"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""How much of the code may be damaged: about 7, 15, 25 or 30 in a hundred."""

BLACK = "#000000"
PAPER = "#ffffff"
QUIET_MODULES = 4
LOGO_SHARE = 0.24
"""Of each side. 6 in a hundred of the code, far below the 30 that level h repairs."""
CONTRAST_MIN = 4.5
PNG_PIXELS_MIN = 1024

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _contrast_on_paper(colour: str) -> float:
    """As WCAG 2.2 measures it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@dataclass(frozen=True, slots=True)
class Look:
    colour: str = BLACK
    level: Level = "m"
    logo: bool = False
    """Leaves the middle white, for a logo to be put there."""

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise BadInput(
                f"The colour {self.colour!r} cannot be read; give one such as '#0f766e'."
            )
        if _contrast_on_paper(self.colour) < CONTRAST_MIN:
            raise BadInput(
                f"The colour {self.colour!r} is too light for readers; choose a darker one."
            )
        if self.logo and self.level != "h":
            raise BadInput(
                f"A code with room for a logo cannot have the level {self.level!r}; give 'h'."
            )


PLAIN = Look()


def svg(text: str, look: Look = PLAIN) -> str:
    """To be put into a page or written to a file; it grows to the room it is given."""
    drawn = BytesIO()
    _code(text, look).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        border=QUIET_MODULES,
        dark=look.colour,
        light=PAPER,
    )
    return drawn.getvalue().decode()


def png(text: str, look: Look = PLAIN) -> bytes:
    """Whole pixels per module and at least `PNG_PIXELS_MIN` a side, so that print stays sharp."""
    code = _code(text, look)
    side, _ = code.symbol_size(border=QUIET_MODULES)
    drawn = BytesIO()
    code.save(
        drawn,
        kind="png",
        scale=-(-PNG_PIXELS_MIN // side),
        border=QUIET_MODULES,
        dark=look.colour,
        light=PAPER,
    )
    return drawn.getvalue()


def _code(text: str, look: Look) -> "segno.QRCode":
    import segno

    code = segno.make_qr(text, error=look.level)
    if look.logo:
        _clear_middle(code.matrix)
    return code


def _clear_middle(matrix: tuple[bytearray, ...]) -> None:
    side = len(matrix)
    # Odd like the side of the code, so that it lies exactly in its middle.
    room = int(side * LOGO_SHARE) | 1
    first = (side - room) // 2
    for row in matrix[first : first + room]:
        row[first : first + room] = bytes(room)
