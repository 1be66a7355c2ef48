import pytest

from pipeline.enrich.networks import Listed, Networks, open_networks
from schema.errors import BadInput

LISTS = Networks(
    [
        Listed("datacentre.wide", "", ["198.51.0.0/16", "2001:db8::/32"]),
        Listed("datacentre.narrow", "", ["198.51.100.0/24", "2001:db8:1::/48"]),
        Listed("datacentre.host", "", ["203.0.113.7/32"]),
    ]
)


@pytest.mark.parametrize(
    ("network", "flag"),
    [
        ("198.51.7.0/24", "datacentre.wide"),
        ("198.51.100.0/24", "datacentre.narrow"),
        ("2001:db8:7::/48", "datacentre.wide"),
        ("2001:db8:1::/48", "datacentre.narrow"),
        ("198.52.0.0/24", ""),
        # The whole /24 is not in the list, and no more than the /24 is known.
        ("203.0.113.0/24", ""),
        ("", ""),
        ("no network", ""),
    ],
)
def test_the_narrowest_listed_network_that_holds_the_whole_of_it_gives_the_flag(network, flag):
    assert LISTS.flag_of(network) == flag


def test_a_file_of_networks_is_read(tmp_path):
    path = tmp_path / "networks.toml"
    path.write_text(
        '[[networks]]\nid = "datacentre.ovh"\nreason = "Servers"\ncidr = ["51.38.0.0/16"]\n'
        '[[networks]]\nid = "relay.apple"\nreason = "People"\ncidr = ["51.38.7.0/24"]\n'
    )
    found = open_networks(path)
    assert found.flag_of("51.38.1.0/24") == "datacentre.ovh"
    assert found.flag_of("51.38.7.0/24") == ""


@pytest.mark.parametrize(
    "text",
    [
        "networks = 3",
        "no TOML",
        '[[networks]]\nid = "datacentre.x"\nreason = ""\ncidr = ["51.38.7.1/16"]',
        '[[networks]]\nid = "bot.x"\nreason = ""\ncidr = []',
        '[[networks]]\nid = "datacentre.x"\nreason = ""\ncidr = []\ncolour = 1',
    ],
)
def test_a_file_that_is_no_list_of_networks_is_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "networks.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"BALISE_DATACENTRES is .* cannot be read as a list"):
        open_networks(path)


def test_without_a_file_nothing_is_flagged(tmp_path):
    assert open_networks(None).flag_of("51.38.1.0/24") == ""
    with pytest.raises(BadInput, match="cannot be read"):
        open_networks(tmp_path / "absent.toml")
