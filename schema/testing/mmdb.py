"""Writes a small MMDB file, so that tests can say which network is where.

The format in brief (https://maxmind.github.io/MaxMind-DB/): a binary tree over the bits of an IPv6
address, 32 bits a record, then the data section the leaves point into, then a map of metadata.
"""

import struct
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
RECORD_BITS = 32
SEPARATOR = bytes(16)

_TEXT, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY = 2, 5, 6, 7, 9, 11


def city(country: str, region: str = "", town: str = "") -> dict[str, Any]:
    """A record shaped like GeoLite2 City's, with French names."""
    return {
        "country": {"iso_code": country},
        "subdivisions": [{"names": {"fr": region}}],
        "city": {"names": {"fr": town}},
    }


def write_mmdb(
    path: Path, places: Mapping[str, Mapping[str, Any]], built_s: int = 1_795_176_000
) -> Path:
    tree: list[list[int | None]] = [[None, None]]
    data = bytearray()
    leaves: dict[int, int] = {}
    for number, (network, record) in enumerate(places.items(), start=1):
        leaves[-number] = len(data)
        data += _encoded(record)
        _plant(tree, _bits(ip_network(network)), -number)
    metadata = {
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, built_s),
        "database_type": "GeoLite2-City",
        "description": {"en": "Test"},
        "ip_version": (_UINT16, 6),
        "languages": ["fr"],
        "node_count": (_UINT32, len(tree)),
        "record_size": (_UINT16, RECORD_BITS),
    }
    nodes = b"".join(
        struct.pack(">2I", *(_pointer(child, len(tree), leaves) for child in node)) for node in tree
    )
    path.write_bytes(nodes + SEPARATOR + data + MARKER + _encoded(metadata))
    return path


def _bits(network: IPv4Network | IPv6Network) -> str:
    """The prefix in the tree: IPv4 lives under ::/96."""
    if isinstance(network, IPv4Network):
        return "0" * 96 + f"{int(network.network_address):032b}"[: network.prefixlen]
    return f"{int(network.network_address):0128b}"[: network.prefixlen]


def _plant(tree: list[list[int | None]], bits: str, leaf: int) -> None:
    node = 0
    for bit in map(int, bits[:-1]):
        below = tree[node][bit]
        if below is None:
            below = len(tree)
            tree.append([None, None])
            tree[node][bit] = below
        node = below
    tree[node][int(bits[-1])] = leaf


def _pointer(child: int | None, nodes: int, leaves: Mapping[int, int]) -> int:
    if child is None:
        return nodes
    return child if child >= 0 else nodes + len(SEPARATOR) + leaves[child]


def _encoded(value: Any) -> bytes:
    match value:
        case str():
            text = value.encode()
            return _control(_TEXT, len(text)) + text
        case (int() as kind, int() as number):
            raw = number.to_bytes(8, "big").lstrip(b"\0")
            return _control(kind, len(raw)) + raw
        case list():
            return _control(_ARRAY, len(value)) + b"".join(map(_encoded, value))
        case _:
            pairs = (_encoded(key) + _encoded(each) for key, each in value.items())
            return _control(_MAP, len(value)) + b"".join(pairs)


def _control(kind: int, size: int) -> bytes:
    """Type and size in one byte; types above 7 take a second. Sizes from 29 take one more."""
    low, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    head = bytes([kind << 5 | low]) if kind <= 7 else bytes([low, kind - 7])
    return head + more
