"""Figures for programs: those of the pages, as much of them as the tier includes."""

import pytest

from schema.directory import accounts

ALL = {
    "views",
    "visitors",
    "visits",
    "bounces",
    "clicks",
    "contact_clicks",
    "contact_visits",
    "contact_rate",
    "engaged_s_median",
}
DAY = {"from": "2026-11-20", "to": "2026-11-20"}


@pytest.fixture
def on_tier(world):
    def change(tier: str) -> None:
        with world.directory.write() as conn:
            accounts.change(conn, world.mine.account, tier=tier)

    return change


@pytest.fixture
def visited(world):
    """Two people today: one from a QR code who calls, one by search who looks and leaves."""
    one = {"visitor": 1, "medium": "qr", "source": "qr", "page": "p1", "device": "mobile"}
    other = {"visitor": 2, "medium": "inconnu", "source": "search", "page": "p2"}
    at = "2026-11-20T10:{:02}:00+01:00".format
    world.store_events(
        world.event(world.mine, at(0), **one),
        world.event(world.mine, at(1), name="click", target="phone", seq=1, **one),
        world.event(world.mine, at(1), name="engage", ms=42_000, seq=2, **one),
        world.event(world.mine, at(30), **other),
        world.event(world.mine, at(40), **{"class": "bot"}),
        world.event(world.second, at(5), visitor=3, source="direct", page="p3"),
    )


def test_totals_are_told_beside_those_of_the_days_before(world, owner, on_tier, visited):
    on_tier("force_de_vente")
    told = owner.get(f"/cards/{world.mine.id}/stats", **DAY).json()
    assert told["totals"] == {
        "views": 2,
        "visitors": 2,
        "visits": 2,
        "bounces": 1,
        "clicks": 1,
        "contact_clicks": 1,
        "contact_visits": 1,
        "contact_rate": 0.5,
        "engaged_s_median": 0,
    }
    assert (told["automatic"], told["last_visit"]) == (1, "2026-11-20T10")
    assert (told["from"], told["to"], told["timezone"]) == (*DAY.values(), "Europe/Paris")
    assert told["previous"]["views"] == 0


@pytest.mark.parametrize(
    ("tier", "figures", "more"),
    [
        ("essentiel", {"views", "clicks", "contact_clicks"}, set()),
        (
            "premium",
            {"views", "clicks", "contact_clicks", "visits", "visitors"},
            {"previous"},
        ),
        ("force_de_vente", ALL, {"previous", "automatic"}),
        ("multi_cartes", ALL, {"previous", "automatic"}),
    ],
)
def test_a_figure_that_the_tier_does_not_include_is_absent(
    world, owner, on_tier, visited, tier, figures, more
):
    on_tier(tier)
    told = owner.get(f"/cards/{world.mine.id}/stats", period="today").json()
    assert set(told["totals"]) == figures
    assert set(told) & {"previous", "automatic"} == more


def test_without_trends_a_key_reads_today_and_all_that_is_kept(world, owner, on_tier, visited):
    world.store_events(world.event(world.mine, "2026-10-21T20:00:00+02:00", visitor=9))
    on_tier("essentiel")
    path = f"/cards/{world.mine.id}"
    assert owner.get(f"{path}/stats", period="today").json()["totals"]["views"] == 2
    assert owner.get(f"{path}/stats").json()["totals"]["views"] == 3
    rows = owner.get(f"{path}/breakdown", by="target").json()["rows"]
    assert [(row["key"], row["clicks"]) for row in rows if row["clicks"]] == [("phone", 1)]


def test_ops_sees_all_of_it_whatever_the_tier(world, ops, on_tier, visited):
    on_tier("essentiel")
    assert set(ops.get(f"/cards/{world.mine.id}/stats", **DAY).json()["totals"]) == ALL


@pytest.mark.parametrize(
    ("path", "query", "tier", "needed"),
    [
        ("series", {}, "essentiel", "premium"),
        ("series", {"interval": "hour", **DAY}, "premium", "force_de_vente"),
        ("breakdown", {"by": "source"}, "essentiel", "premium"),
        ("breakdown", {"by": "city"}, "essentiel", "premium"),
        ("breakdown", {"by": "device"}, "premium", "force_de_vente"),
        ("breakdown", {"by": "weekday_hour"}, "premium", "force_de_vente"),
        ("stats", {"device": "mobile"}, "premium", "force_de_vente"),
        ("stats", {"source": "qr"}, "essentiel", "premium"),
        ("stats", DAY, "essentiel", "premium"),
        ("stats", {"period": "7"}, "essentiel", "premium"),
        ("stats", {"period": "today", "from": "2026-11-19"}, "essentiel", "premium"),
        ("breakdown", {"by": "target", **DAY}, "essentiel", "premium"),
        ("live", {}, "premium", "force_de_vente"),
        ("export.csv", {}, "essentiel", "premium"),
        ("export.xlsx", {}, "force_de_vente", "multi_cartes"),
    ],
)
def test_what_the_tier_does_not_include_names_the_tier_that_does(
    world, owner, on_tier, path, query, tier, needed
):
    on_tier(tier)
    refused = owner.get(f"/cards/{world.mine.id}/{path}", **query)
    assert (refused.status_code, refused.json()["tier"]) == (403, needed)


def test_series_hold_every_empty_point(world, owner, on_tier, visited):
    on_tier("force_de_vente")
    told = owner.get(f"/cards/{world.mine.id}/series", interval="hour", **DAY).json()
    assert len(told["points"]) == 24
    assert [point["at"][11:13] for point in told["points"] if point["views"]] == ["10"]


def test_a_breakdown_is_sorted_by_visits_then_key(world, owner, on_tier, visited):
    told = owner.get(f"/cards/{world.mine.id}/breakdown", by="source", **DAY).json()
    assert [(row["key"], row["visits"]) for row in told["rows"]] == [("qr", 1), ("search", 1)]


def test_filters_ask_about_some_of_the_visits(world, owner, visited):
    told = owner.get(f"/cards/{world.mine.id}/stats", source="qr", **DAY).json()
    assert (told["totals"]["views"], told["totals"]["contact_clicks"]) == (1, 1)


def test_all_cards_of_an_account_are_their_sum(world, owner, on_tier, visited):
    on_tier("multi_cartes")
    account = f"/accounts/{world.mine.account}"
    told = owner.get(f"{account}/stats", **DAY).json()
    assert (told["totals"]["views"], told["timezone"]) == (3, None)
    crossed = owner.get(f"{account}/cross", by="source", **DAY).json()
    assert set(crossed["cards"]) == {world.mine.id, world.second.id}
    column = crossed["keys"].index("qr")
    cell = crossed["cards"][world.mine.id][column]
    assert cell == {"views": 1, "contact_clicks": 1, "click_rate": 1.0, "is_weak": True}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"from": "2026-11-20", "to": "2026-11-01"}, "at `to`"),
        ({"from": "yesterday", "to": "2026-11-20"}, "yesterday"),
        ({"period": "decade"}, "decade"),
        ({"source": "telepathy"}, "telepathy"),
        ({"days": "7"}, "days"),
    ],
)
def test_a_wrong_parameter_is_a_sentence_that_names_it(world, owner, query, told):
    refused = owner.get(f"/cards/{world.mine.id}/stats", **query)
    assert refused.status_code == 400
    assert told in refused.json()["detail"]


def test_an_answer_that_is_known_already_is_not_sent_again(world, owner, visited):
    path = f"/cards/{world.mine.id}/stats"
    first = owner.get(path, **DAY)
    again = owner.ask("GET", path, params=DAY, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    world.store_events(world.event(world.mine, "2026-11-20T11:00:00+01:00", visitor=9))
    newer = owner.ask("GET", path, params=DAY, headers={"If-None-Match": first.headers["etag"]})
    assert newer.status_code == 200


@pytest.mark.parametrize(
    ("kind", "start"), [("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF"), ("xlsx", b"PK")]
)
def test_files_are_those_of_the_page(world, owner, on_tier, visited, kind, start):
    on_tier("multi_cartes")
    path = f"/cards/{world.mine.id}/export.{kind}"
    made = owner.get(path, **DAY)
    assert (made.status_code, made.content[: len(start)]) == (200, start)
    if kind == "csv":
        page = world.visitor(world.owner).get(path + "?from=2026-11-20&to=2026-11-20")
        assert page.content == made.content
