from schema.testing.steps import NOON, click, engage, view


def test_a_day_counts_visits_and_each_visitor_once(made):
    [day] = made("card_days", view(), view(100), view(200, visitor=2), click(201, visitor=2))
    assert (day["views"], day["visits"], day["visitors"]) == (3, 3, 2)
    assert (day["bounces"], day["clicks"]) == (2, 1)


def test_contact_visits_are_visits_however_often_they_clicked(made):
    [day] = made(
        "card_days", click(target="phone"), click(1, target="email"), click(90, target="carousel")
    )
    assert (day["clicks"], day["contact_clicks"], day["contact_visits"]) == (3, 2, 1)


def test_visits_with_a_click_are_visits_however_often_they_clicked(made):
    other = view(visitor=2), click(1, target="map", visitor=2)
    [day] = made("card_days", click(), click(1), view(visitor=3), *other)
    assert (day["visits"], day["clicks"], day["click_visits"]) == (3, 3, 2)


def test_visits_are_kept_by_the_hour_in_which_they_began(made):
    [day] = made("card_days", view(), view(50), view(59, visitor=2), click(61, visitor=2))
    [hour] = {row["hour"] for row in made("card_hours", view())}
    assert dict(day["starts"]) == {hour: 3}


def test_engaged_seconds_are_kept_with_their_visits(made):
    long, short = engage(1, ms=30_000), engage(101, ms=2_500)
    [day] = made("card_days", view(), long, view(100), short, view(200), view(300))
    assert dict(day["engaged"]) == {0: 2, 2: 1, 30: 1}


def test_what_is_automatic_is_counted_apart_whatever_its_name(made):
    bots = [click(5, **{"class": "bot"}), view(6, **{"class": "preview"})]
    [day] = made("card_days", view(), *bots)
    assert (day["views"], day["clicks"], day["automatic"]) == (1, 0, 2)
    assert day["last_view_at"] == NOON


def test_a_day_of_robots_has_a_row_of_zeros(made):
    [day] = made("card_days", view(**{"class": "bot"}))
    assert (day["views"], day["visits"], day["automatic"]) == (0, 0, 1)
    assert dict(day["engaged"]) == dict(day["starts"]) == {}
    assert day["last_view_at"].timestamp() == 0
    assert made("card_dims", view(**{"class": "bot"})) == []


def test_a_day_on_which_nobody_looked_but_somebody_clicked_has_no_last_view(made):
    [day] = made("card_days", click())
    assert day["last_view_at"].timestamp() == 0


def test_clicks_stand_under_each_button_with_the_visits_that_have_them(broken):
    found = broken(
        "target",
        view(),
        *(click(1, target="phone"), click(2, target="phone"), click(3, target="carousel")),
        click(100, target="phone", visitor=2),
    )
    phone, carousel = found["phone"], found["carousel"]
    assert (phone["clicks"], phone["visits"], phone["visitors"]) == (3, 2, 2)
    assert (phone["contact_clicks"], phone["contact_visits"]) == (3, 2)
    assert (carousel["clicks"], carousel["contact_clicks"]) == (1, 0)
    assert {row["views"] for row in found.values()} == {0}
