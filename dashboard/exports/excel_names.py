"""Names of sheets, as Excel allows them."""

from typing import Final

from dashboard.plain import clean

CHARACTERS_MAX: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


class Names:
    """Hands out each name once; capitals make no difference."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        base = " ".join(clean(wanted).translate(_FORBIDDEN).split()) or "Balise"
        name, n = base[:CHARACTERS_MAX].strip(), 1
        while name.lower() in self._taken:
            n += 1
            end = f" ({n})"
            name = base[: CHARACTERS_MAX - len(end)].strip() + end
        self._taken.add(name.lower())
        return name
