"""A tier learns nothing beyond it: not on its pages, not in its files, not through its keys."""

from datetime import date

import pytest
from sqlalchemy import update

from dashboard.filters import DIMENSIONS
from dashboard.included import SECTION_OF_BY, beyond, within
from dashboard.view import look
from schema.directory import keys
from schema.directory.tables import accounts
from schema.tiers import TIERS, sections

TODAY = date(2026, 11, 20)
BEYOND_PREMIUM = (
    {"device": "mobile"},
    {"browser": "Safari"},
    {"os": "iOS"},
    {"language": "fr"},
    {"interval": "hour", "period": "today"},
)


def test_every_filter_belongs_to_a_section():
    assert {each.name for each in DIMENSIONS} <= set(SECTION_OF_BY)


def test_what_is_beyond_is_left_out_and_said_and_the_rest_stays():
    asked = look("/x", {"device": "mobile", "source": "qr", "target": "phone"}, TODAY)
    told = within(asked, sections("premium"))
    assert told.filters == (("source", "qr"), ("target", "phone"))
    assert [(each.field, each.values) for each in told.problems] == [
        ("device", {"tier": "Force de Vente"})
    ]
    assert within(asked, sections("force_de_vente")) == asked


@pytest.mark.parametrize("tier", TIERS[1:])
def test_one_day_is_told_by_hour_to_those_who_see_hours_and_as_a_day_to_the_others(tier):
    one_day = within(look("/x", {"period": "today"}, TODAY), sections(tier))
    assert one_day.interval == ("day" if tier == "premium" else "hour")
    assert not one_day.problems
    assert not list(beyond(one_day, sections(tier)))


@pytest.mark.parametrize(("tier", "count"), [("essentiel", 5), ("premium", 2), ("multi_cartes", 0)])
def test_what_other_tiers_add_is_one_list_at_the_end(world, tier, count):
    with world.directory.write() as conn:
        account = world.mine.account
        conn.execute(update(accounts).where(accounts.c.id == account).values(tier=tier))
    page = world.visitor(world.owner).get(f"/cards/{world.mine.id}").text
    assert page.count('class="locked"') == bool(count)
    assert page.count("Inclus à partir de") == count


@pytest.mark.parametrize("asked", BEYOND_PREMIUM, ids=lambda asked: next(iter(asked)))
def test_pages_files_and_keys_refuse_alike_what_the_tier_does_not_include(world, asked):
    with world.directory.write() as conn:
        account = world.mine.account
        conn.execute(update(accounts).where(accounts.c.id == account).values(tier="premium"))
        _, secret = keys.create(conn, scope="account", account=account, label="x", now_ms=1)
    world.store_events(
        world.event(world.mine, "2026-11-20T10:00:00+01:00", visitor=1, device="mobile")
    )
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    path = f"/cards/{world.mine.id}"
    marie, key = world.visitor(world.owner), {"Authorization": f"Bearer {secret}"}
    page = marie.get(f"{path}?{query}")
    assert "inclus à partir de Force de Vente" in page.text
    plain = marie.get(f"{path}?period={asked['period']}" if "period" in asked else path)
    assert page.text.count("data-from") == plain.text.count("data-from")
    for kind in ("csv", "pdf"):
        assert marie.get(f"{path}/export.{kind}?{query}").status_code == 403
        assert marie.get(f"/api/v1{path}/export.{kind}?{query}", **key).status_code == 403
    told = marie.get(f"/api/v1{path}/series?{query}", **key)
    assert (told.status_code, told.json()["tier"]) == (403, "force_de_vente")
