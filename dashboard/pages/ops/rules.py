"""`/ops/rules`: what a rule caught for a card counts again, on the days that ops say."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.pages.ops.figures import lines
from dashboard.period import day_of
from dashboard.site import Reader
from schema.directory import cards, restored
from schema.errors import BadInput, Unavailable
from schema.languages import N_

if TYPE_CHECKING:
    from pipeline.preview import Preview
    from pipeline.restoring import Place

WRONG: Mapping[str, str] = {
    "card": N_("There is no such card."),
    "rule": N_("There is no such rule; choose one of the list."),
    "first": N_("This is not a date. Give it as 2026-11-20."),
    "last": N_("Give a date that is not before the first."),
}
BUSY = N_("Another change is under way. Try again in a minute.")


def show(request: Request, reader: Reader) -> Response:
    return _page(reader, {})


def restore(request: Request, reader: Reader) -> Response:
    """First what it would change is shown; the form that says `step=restore` does it."""
    from pipeline import restoring

    typed = {name: reader.form.get(name, "").strip() for name in WRONG}
    first, last = day_of(typed["first"]), day_of(typed["last"])
    wrong = _wrong(reader, typed, first, last)
    if wrong or first is None or last is None:
        return _page(reader, wrong)
    place, card, rule = _place(reader), typed["card"], typed["rule"]
    if reader.form.get("step") != "restore":
        found = restoring.preview(place, card=card, rule=rule, first=first, last=last)
        return _page(reader, {}, found)
    try:
        restoring.restore(place, card=card, rule=rule, first=first, last=last)
    except Unavailable:
        return _page(reader, {"busy": BUSY})
    return RedirectResponse("/ops/rules", 303)


def withdraw(request: Request, reader: Reader) -> Response:
    from pipeline import restoring

    card, rule = reader.form.get("card", ""), reader.form.get("rule", "")
    try:
        restoring.withdraw(_place(reader), card=card, rule=rule)
    except Unavailable:
        return _page(reader, {"busy": BUSY})
    except BadInput:
        pass  # it was withdrawn in another tab: the list shows what there is
    return RedirectResponse("/ops/rules", 303)


def _wrong(
    reader: Reader, typed: Mapping[str, str], first: date | None, last: date | None
) -> dict[str, str]:
    with reader.site.directory.read() as conn:
        is_card = cards.get(conn, typed["card"]) is not None
    right = {
        "card": is_card,
        "rule": _is_rule(typed["rule"]),
        "first": first is not None,
        "last": last is not None and (first is None or first <= last),
    }
    return {name: WRONG[name] for name, fine in right.items() if not fine}


def _is_rule(text: str) -> bool:
    from pipeline.restoring import check_rule

    try:
        check_rule(text)
    except BadInput:
        return False
    return True


def _place(reader: Reader) -> "Place":
    from pipeline import restoring
    from pipeline.enrich.networks import open_networks

    site = reader.site
    excluded = open_networks(site.datacentres).excluded
    actor = f"user:{reader.someone.id}"
    return restoring.Place(site.store, site.directory, site.clock, actor, excluded)


def _page(reader: Reader, wrong: Mapping[str, str], preview: "Preview | None" = None) -> Response:
    from pipeline.reclassify import under_way
    from pipeline.restoring import known_rules

    directory = reader.site.directory
    with directory.read() as conn:
        every = restored.every(conn)
        names = {card.id: card.name for card in cards.every(conn)} if every else {}
    words = reader.renderer.language
    return reader.renderer.page(
        "ops/rules.html",
        status=422 if wrong else 200,
        reader=reader,
        restored=[
            (each, names.get(each.card, ""), words.days(each.first, each.last)) for each in every
        ],
        under_way=sum(todo.events for todo in under_way(directory)),
        preview=preview,
        preview_lines=lines(preview.before, preview.after) if preview else (),
        preview_days=[(words.days(gain.day, gain.day), gain) for gain in preview.days]
        if preview
        else [],
        rule_choices=[(rule, rule) for rule in known_rules()],
        typed=reader.form,
        wrong=wrong,
    )
