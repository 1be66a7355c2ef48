"""Texts that anybody typed, without what shows nothing, breaks files or turns its neighbours."""

from typing import Final

_DROPPED: Final = {
    *range(32),
    *range(127, 160),
    *range(0x202A, 0x202F),  # overrides of the writing direction show what is not there
    *range(0x2066, 0x206A),
    *range(0xD800, 0xE000),
    0xFFFE,
    0xFFFF,
}
_TABLE: Final[dict[int, str | None]] = {
    **dict.fromkeys(_DROPPED),
    **dict.fromkeys((9, 10, 13), " "),
}


def clean(text: str) -> str:
    return text.translate(_TABLE)
