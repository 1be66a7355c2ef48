"""docs/beacon.md says what the source does."""

import json
import re
from pathlib import Path

from schema.targets import TARGETS
from schema.wire import CHANNELS, EVENTS_MAX, LABEL_CHARS_MAX, MARK_CHARS_MAX, decode

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "js-snippet" / "src" / "beacon.js").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "beacon.md").read_text(encoding="utf-8")
FLAT = " ".join(PAGE.split())


def attribute(name: str) -> str:
    return "data-" + re.sub(r"[A-Z]", lambda letter: "-" + letter[0].lower(), name)


def documented() -> set[str]:
    return set(re.findall(r"^\| [^|]+ \| `(data-[a-z-]+)`", PAGE, re.MULTILINE))


def in_source() -> set[str]:
    (picked,) = re.findall(r"const \{ (.+) \} = button\.dataset", SOURCE)
    picked_names = {re.split(r"[ :]", name)[0] for name in picked.split(", ")}
    return {attribute(name) for name in picked_names | set(re.findall(r"dataset\.(\w+)", SOURCE))}


def test_the_attributes_are_those_of_the_source():
    assert documented() == in_source()


def marks() -> list[str]:
    (listed,) = re.findall(r"/&\((.+?)\)=", SOURCE)
    return listed.split("|")


def test_the_marks_are_those_of_the_source():
    assert set(re.findall(r"^\| `(\w+)=", PAGE, re.MULTILINE)) == set(marks())


def test_closed_lists_are_written_out():
    assert f"`{' '.join(target.name for target in TARGETS)}`" in FLAT
    assert f"`{' '.join(CHANNELS)}`" in FLAT
    assert f"at most {EVENTS_MAX} events" in FLAT


def test_the_names_in_storage_are_the_documented_ones():
    assert re.findall(r"key\.match\(/\^(.+)/\)", SOURCE) == ['{"v":']
    assert '`{"v":`' in PAGE
    assert set(re.findall(r"storage\[(.+?)\]", SOURCE)) == {'"balise-off"'}
    assert "`balise-off`" in PAGE


def test_the_payload_keeps_the_contract():
    (example,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    assert decode(json.dumps(json.loads(example)).encode()).events[0].target == "phone"


def test_the_longest_body_keeps_under_two_kilobytes():
    """BOT-07, with every text as long as the script lets it be, each character escaped."""
    (example,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    longest = json.loads(example)
    worst = "\u0001"
    longest |= {"medium": worst * MARK_CHARS_MAX, "item": worst * MARK_CHARS_MAX}
    longest |= {"ref": "a" * 253, "tz": "America/Argentina/ComodRivadavia"}
    longest["events"][0] |= {"label": worst * LABEL_CHARS_MAX}
    body = json.dumps(longest, separators=(",", ":"))
    assert decode(body.encode()).card == "k7Hq2xPa"
    assert len(body) < 2_000
