"""The documents say what the code does."""

from pathlib import Path

import pytest

from balise.main import COMMANDS
from collector.admission import REASONS, Reason
from schema.settings import SETTINGS
from schema.settings_page import page
from schema.targets import TARGETS
from schema.wire import MEDIA, Envelope, Event

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_settings_page_is_made_from_the_table() -> None:
    assert read(DOCS / "settings.md") == page(), "run `make docs`"


def test_every_setting_has_a_line_of_its_own() -> None:
    assert all(f"| `{each.variable}` |" in page() for each in SETTINGS)


@pytest.mark.parametrize("command", [entry.name for entry in COMMANDS])
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`balise {command}" in read(ROOT / "README.md")


def test_every_room_is_on_the_map() -> None:
    made_here = {"var", "dist"}
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    page = read(ROOT / "README.md")
    assert [room for room in sorted(rooms - made_here) if f"| `{room}/` |" not in page] == []


@pytest.mark.parametrize("field", [*Envelope.__struct_fields__, *Event.__struct_fields__])
def test_every_field_of_the_wire_is_explained(field: str) -> None:
    first_cells = [
        line.split("|")[1] for line in read(DOCS / "contract.md").splitlines() if "|" in line
    ]
    assert any(f"`{field}`" in cell for cell in first_cells)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.name)
def test_every_refusal_is_explained(reason: Reason) -> None:
    line = f"| `{reason.name.replace('_', '-')}` | {reason.status} |"
    assert line in read(DOCS / "contract.md")


def test_the_closed_lists_of_the_wire_are_written_out() -> None:
    text = read(DOCS / "contract.md")
    assert f"`{' '.join(MEDIA)}`" in text
    assert f"`{' '.join(target.name for target in TARGETS)}`" in text


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in (*DOCS.glob("*.md"), *ROOT.glob("*.md"))
        for target in _links(read(page))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def _links(text: str) -> list[str]:
    targets = [part.partition(")")[0].partition("#")[0] for part in text.split("](")[1:]]
    return [target for target in targets if target and "://" not in target]
