from schema.testing.steps import click, engage, utc, view


def hours(made, *steps):
    counted = ("views", "visits", "visitors", "clicks", "contact_clicks")
    return {row["hour"]: [row[name] for name in counted] for row in made("card_hours", *steps)}


def test_views_and_clicks_count_in_their_own_hour_and_a_visit_in_that_of_its_start(made):
    """13:50 and 14:10 in Paris."""
    assert hours(made, view(50), click(70), view(71)) == {
        13: [1, 1, 1, 0, 0],
        14: [1, 0, 0, 1, 1],
    }


def test_an_hour_with_nothing_but_engaged_time_has_no_row(made):
    assert hours(made, view(50), engage(70, ms=9_000)) == {13: [1, 1, 1, 0, 0]}


def test_a_visit_that_begins_without_a_view_has_an_hour(made):
    assert hours(made, engage(ms=9_000)) == {13: [0, 1, 1, 0, 0]}


def test_an_hour_that_comes_twice_has_two_rows(made):
    first, second = view(at=utc("2026-10-25 00:30")), view(at=utc("2026-10-25 01:30"))
    rows = made("card_hours", first, second)
    assert [row["hour"] for row in rows] == [2, 2]
    assert {row["start"] for row in rows} == {utc("2026-10-25 00:00"), utc("2026-10-25 01:00")}


def test_places_of_one_name_stay_apart(broken):
    steps = [view(), view(visitor=2, country="BE"), view(visitor=3, region="Finistère")]
    assert set(broken("country", *steps)) == {"FR", "BE"}
    assert set(broken("region", *steps)) == {"FR|Bretagne", "BE|Bretagne", "FR|Finistère"}
    assert set(broken("city", *steps)) == {
        "FR|Bretagne|Brest",
        "BE|Bretagne|Brest",
        "FR|Finistère|Brest",
    }
