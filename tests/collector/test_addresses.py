import pytest

from collector.addresses import with_params


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.fr/marie", "https://a.fr/marie?src=qr"),
        ("https://a.fr", "https://a.fr?src=qr"),
        ("https://a.fr/marie?", "https://a.fr/marie?src=qr"),
        ("https://a.fr/?id=7&x=a%20b+c", "https://a.fr/?id=7&x=a%20b+c&src=qr"),
        ("https://a.fr/?src=nfc&id=7", "https://a.fr/?id=7&src=qr"),
        ("https://a.fr/?srcset=1", "https://a.fr/?srcset=1&src=qr"),
        ("https://a.fr/#/marie", "https://a.fr/?src=qr#/marie"),
        ("https://a.fr/é;v=1", "https://a.fr/é;v=1?src=qr"),
    ],
)
def test_all_else_in_an_address_stays_as_its_owner_wrote_it(url, expected):
    assert with_params(url, src="qr") == expected


def test_a_value_cannot_add_a_parameter_of_its_own():
    assert with_params("https://a.fr", item="a&b=c#d e") == "https://a.fr?item=a%26b%3Dc%23d%20e"
