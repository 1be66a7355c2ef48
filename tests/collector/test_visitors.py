from ipaddress import ip_network

import pytest

from collector.visitors import canonical, client_address, network, visitor_id

SALT = bytes(range(32))
PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


def test_the_same_card_address_and_agent_are_the_same_visitor():
    assert visitor_id(SALT, "card0001", "192.0.2.7", "Safari") == visitor_id(
        SALT, "card0001", "192.0.2.7", "Safari"
    )


def test_another_salt_card_address_or_agent_is_another_visitor():
    triples = [
        (SALT, "card0001", "192.0.2.7", "Safari"),
        (SALT[::-1], "card0001", "192.0.2.7", "Safari"),
        (SALT, "card0002", "192.0.2.7", "Safari"),
        (SALT, "card0001", "192.0.2.8", "Safari"),
        (SALT, "card0001", "192.0.2.7", "Chrome"),
    ]
    assert len({visitor_id(*each) for each in triples}) == len(triples)


def test_an_id_has_64_bits():
    ids = [visitor_id(SALT, "card0001", f"192.0.2.{n}", "Safari") for n in range(256)]
    assert max(ids) < 2**64
    assert max(ids) > 2**63


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("255.255.255.255", "255.255.255.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("", ""),
    ],
)
def test_a_network_is_a_24_or_a_48(address, expected):
    assert network(address) == expected


def test_a_mapped_address_is_the_address_it_maps():
    assert canonical("::ffff:192.0.2.7") == "192.0.2.7"
    assert canonical("2001:DB8:0:0::7") == "2001:db8::7"
    assert canonical("fe80::1%eth0") == "fe80::1"


@pytest.mark.parametrize("junk", ["", "unknown", "192.0.2", "1.2.3.4:80", "<script>", "é" * 5000])
def test_what_is_not_an_address_is_nothing(junk):
    assert canonical(junk) == ""


def test_a_stranger_cannot_choose_an_address():
    assert client_address("192.0.2.7", ["198.51.100.1"], PROXIES) == "192.0.2.7"


def test_behind_a_proxy_the_rightmost_untrusted_address_is_the_visitor():
    forwarded = ["203.0.113.9, 198.51.100.1", "10.1.1.1"]
    assert client_address("10.0.0.1", forwarded, PROXIES) == "198.51.100.1"


def test_a_mapped_proxy_is_trusted_as_the_address_it_maps():
    assert client_address("::ffff:10.0.0.1", ["198.51.100.1"], PROXIES) == "198.51.100.1"


def test_when_the_proxy_hands_on_junk_the_proxy_is_the_visitor():
    assert client_address("10.0.0.1", ["198.51.100.1, unknown"], PROXIES) == "10.0.0.1"


def test_when_every_hop_is_ours_the_first_one_is_the_visitor():
    assert client_address("10.0.0.1", ["10.3.3.3, 10.2.2.2"], PROXIES) == "10.3.3.3"


def test_a_peer_without_an_address_has_none():
    assert client_address("", [], PROXIES) == ""
