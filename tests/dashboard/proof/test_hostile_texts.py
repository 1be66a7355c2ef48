"""Whatever anybody typed, or a site called itself, is a text and nothing else, on every page."""

from datetime import date
from html.parser import HTMLParser

import pytest
from sqlalchemy import insert, update

from schema.directory import annotations, items, tables

DAY = date(2026, 11, 20)
LONG = "n" * 4_000
TEXTS = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "\"'><svg/onload=alert(1)>{{ 7 * 7 }}{% raw %}%(n)s",
    "formula": '=HYPERLINK("https://x.example")',
    "bidi": "\N{RIGHT-TO-LEFT OVERRIDE}drac.exe",
    "long": LONG,
    "rtl": "مرحبا بكم שלום",
    "emoji": "👩‍🚀🇷🇪☕" * 12,
}
PAGES = ("/", "/cards", "/team", "/keys", "/you", "{card}", "{card}/items", "{card}/settings")
MORE_PAGES = ("{card}/share", "{card}/install", "{card}?referrer=x&from=x&to=2026-11-20")


class Elements(HTMLParser):
    """Scripts that are not ours, what runs by itself, and all that a person reads."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        ours = (given.get("src") or "/static/").startswith("/static/") and tag != "img"
        runs = any(name.startswith("on") for name in given)
        leads = (given.get("href") or "").startswith("javascript:")
        if not ours or runs or leads or (tag == "script" and "src" not in given):
            self.live.append(self.get_starttag_text() or tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_is_shown_as_it_is_and_does_nothing(world, text):
    card, account = world.mine.id, world.mine.account
    with world.directory.write() as conn:
        item = items.create(conn, card=card, medium="qr", label="x", now_ms=1)
        note = annotations.create(conn, card=card, day=DAY, text="x", now_ms=1)
        for table, chosen, value in (
            (tables.accounts, tables.accounts.c.id == account, {"name": text}),
            (tables.cards, tables.cards.c.id == card, {"name": text}),
            (tables.items, tables.items.c.code == item.code, {"label": text}),
            (tables.annotations, tables.annotations.c.id == note.id, {"text": text}),
            (tables.users, tables.users.c.email == world.viewer, {"email": text}),
        ):
            conn.execute(update(table).where(chosen).values(**value))
        conn.execute(update(tables.accounts).values(tier="multi_cartes"))
        conn.execute(insert(tables.card_groups).values(card=card, name=text))
    named = dict.fromkeys(("referrer", "browser", "os", "lang"), text)
    world.store_events(
        *(
            world.event(world.mine, "2026-11-20T10:00:00+01:00", visitor=n, item=item.code, **named)
            for n in range(6)
        )
    )
    visitor, shown = world.visitor(world.owner), ""
    for path in (*PAGES, *MORE_PAGES):
        answer = visitor.get(path.format(card=f"/cards/{card}"))
        assert answer.status_code == 200, path
        page = Elements()
        page.feed(answer.text)
        assert page.live == [], path
        shown += page.text
    assert shown.count(text) >= 10
    for kind in ("csv", "pdf", "xlsx"):
        for path in (f"/cards/{card}", "/cards"):
            assert visitor.get(f"{path}/export.{kind}").status_code == 200
