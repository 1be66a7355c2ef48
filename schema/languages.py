"""Which language a reader gets, and its texts: French first, English as written.

Catalogues are `.po` files read at start, so nothing compiled lives in the repository and a
translator sees their change after a restart. A message is its English sentence.
"""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DEFAULT = "fr"
SOURCE = "en"
"""The language the messages are written in: it needs no catalogue."""

_ACCEPTED_MAX = 20


def N_(message: str) -> str:  # noqa: N802 (the name message extractors know)
    """Marks a sentence kept in a table: it is translated where it is shown."""
    return message


def read_texts(folder: Path, domain: str) -> Mapping[str, NullTranslations]:
    """Every language of a folder laid out as `<code>/LC_MESSAGES/<domain>.po`, and the source."""
    found = {
        path.parent.parent.name: _read(path)
        for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po"))
    }
    return {**found, SOURCE: NullTranslations()}


def choose(known: Iterable[str], own: str | None, accept_language: str) -> str:
    """The reader's own language, else what the browser asks for, else French."""
    wanted = [*([own] if own else []), *_accepted(accept_language)]
    known = list(known)
    return next(filter(None, (negotiate_locale([tag], known) for tag in wanted)), DEFAULT)


def _accepted(header: str) -> list[str]:
    """Language tags of an Accept-Language header, most wanted first, as Babel spells them."""
    weighted = []
    for part in header.split(",")[:_ACCEPTED_MAX]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((float(weight or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    weighted.sort(key=lambda pair: -pair[0])
    return [tag for weight, tag in weighted if tag and weight > 0]


def _read(path: Path) -> NullTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
