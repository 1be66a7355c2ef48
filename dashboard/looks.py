"""Style sheets travel inside the page: nothing is waited for before it is painted.

On a phone with a slow line a sheet of its own costs another way there and back. The policy of
`dashboard/security.py` names each sheet by its hash, so no other style has any effect.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from markupsafe import Markup

FOLDER: Final = Path(__file__).parent / "styles"


def _compact(css: str) -> str:
    """Without comments and without the space between things."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r" ?([{};]) ?", r"\1", re.sub(r"\s+", " ", css)).strip()


SHEETS: Final[Mapping[str, str]] = {
    path.stem: _compact(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.css"))
}

SOURCES: Final = " ".join(
    f"'sha256-{b64encode(sha256(sheet.encode()).digest()).decode()}'" for sheet in SHEETS.values()
)
"""What the policy allows."""


def style(name: str) -> Markup:
    return Markup(f"<style>{SHEETS[name]}</style>")  # noqa: S704 (written by us)
