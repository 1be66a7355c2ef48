import pytest

from dashboard.filters import DIMENSIONS, choose, params, toggled


def test_filters_combine_and_come_back_in_the_address():
    address = {"device": "mobile", "source": "qr", "city": "FR|Bretagne|Brest", "region": "unknown"}
    filters, problems = choose(address)
    assert filters == (
        ("source", "qr"),
        ("region", "|"),
        ("city", "FR|Bretagne|Brest"),
        ("device", "mobile"),
    )
    assert problems == ()
    assert params(filters) == address


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("source", "carrier-pigeon"),
        ("device", "MOBILE"),
        ("country", "France"),
        ("region", "Bretagne"),
        ("city", "FR|Brest"),
        ("item", "../../etc"),
        ("target", "fax"),
        ("language", "'; DROP"),
        ("browser", "Chr\x00ome"),
        ("os", "x" * 201),
    ],
)
def test_a_value_that_cannot_be_is_told_and_the_other_filters_hold(name, text):
    filters, (problem,) = choose({name: text, "medium": "qr"})
    assert filters == (("medium", "qr"),)
    assert problem.field == name
    assert problem.values["value"].removesuffix("…") in text


def test_a_filter_is_added_changed_and_taken_away():
    one = toggled((), "device", "mobile")
    two = toggled(one, "source", "qr")
    assert two == (("source", "qr"), ("device", "mobile"))
    assert toggled(two, "source", "nfc") == (("source", "nfc"), ("device", "mobile"))
    assert toggled(two, "source", "qr") == one


def test_other_parameters_of_the_address_are_nobodys_filter():
    assert choose({"utm_source": "x", "period": "7"}) == ((), ())


def test_every_dimension_has_a_filter_for_what_is_unknown():
    filters, problems = choose({each.name: "unknown" for each in DIMENSIONS})
    assert filters == tuple((each.name, each.unknown) for each in DIMENSIONS)
    assert set(params(filters).values()) == {"unknown"}
    assert problems == ()
