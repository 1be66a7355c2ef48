"""Networks that this installation wants to know of: data centres, and relays among them.

The file is optional (`BALISE_DATACENTRES`) and its reader's own. An event from a listed network
keeps its class and carries the list's id, unless the list says `excluded`: then its traffic is of
class `datacentre` and not counted. The narrowest network decides, so a list whose id begins with
`relay.` can take a private relay or a company's gateway out of the data centre it stands in:

    [[networks]]
    id = "datacentre.ovh"
    reason = "Servers of OVHcloud"
    cidr = ["51.38.0.0/16", "2001:41d0::/32"]

    [[networks]]
    id = "relay.apple"
    reason = "iCloud Private Relay leaves here: people"
    cidr = ["51.38.7.0/24"]
"""

import tomllib
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import msgspec
import polars as pl

from pipeline.enrich.lookup import LookUp, by_value, numbered
from schema.errors import BadInput

FLAG = "datacentre."
RELAY = "relay."
IdOf = dict[tuple[int, int], dict[int, str]]
"""By IP version and prefix length, the first bits of a network and the list it is in."""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    reason: str
    cidr: list[str]
    excluded: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    networks: list[Listed]


class Networks:
    def __init__(self, lists: Iterable[Listed] = ()) -> None:
        self._ids: IdOf = {}
        self.excluded = frozenset(each.id for each in lists if each.excluded)
        for each in lists:
            for network in map(ip_network, each.cidr):
                alike = self._ids.setdefault((network.version, network.prefixlen), {})
                alike[_first_bits(network, network.prefixlen)] = each.id
        self._narrowest_first = sorted(self._ids, reverse=True)
        self._look_up = LookUp("network", by_value(self._flag, ("flag",)))

    def flag(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Writes the flag behind the rule that decided, if any did."""
        if not self._ids:
            return frame
        told = self._look_up.beside(frame)
        both = pl.col("rule").cast(pl.String) + " " + pl.col("flag").cast(pl.String)
        return numbered(told.with_columns(rule=both.str.strip_chars(" ")).drop("flag"), ["rule"])

    def flag_of(self, text: str) -> str:
        """The list's id, of the /24 or /48 that is kept of an address; nothing for a relay."""
        try:
            network = ip_network(text)
        except ValueError:
            return ""
        for version, bits in self._narrowest_first:
            if version == network.version and bits <= network.prefixlen:
                found = self._ids[version, bits].get(_first_bits(network, bits))
                if found is not None:
                    return "" if found.startswith(RELAY) else found
        return ""

    def _flag(self, text: str) -> tuple[str]:
        return (self.flag_of(text),)


def open_networks(path: Path | None) -> Networks:
    if path is None:
        return Networks()
    try:
        lists = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).networks
        for each in lists:
            if not each.id.startswith((FLAG, RELAY)) or " " in each.id:
                raise ValueError(f"the id {each.id!r} does not begin with {FLAG!r} or {RELAY!r}")
        return Networks(lists)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise BadInput(
            f"BALISE_DATACENTRES is {str(path)!r}, which cannot be read as a list of networks "
            f"({error}); mend the file, or leave the setting empty."
        ) from None


def _first_bits(network: IPv4Network | IPv6Network, bits: int) -> int:
    return int(network.network_address) >> (network.max_prefixlen - bits)
