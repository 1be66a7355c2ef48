"""Who is the same visitor, for one day and one card, without knowing who it is.

An id is a keyed BLAKE2b of card, address and user agent. The key is the salt of one date; when it
is deleted, nobody can compute the id again. What is kept of the address is its /24 or its /48.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

ADDRESS_CHARS_MAX = 64
"""The longest spelling of an IPv6 address with room for a zone: what is kept of a header's hop."""

Networks = Sequence[IPv4Network | IPv6Network]


def visitor_id(salt: bytes, card: str, address: str, agent: str) -> int:
    # A card id and an address hold no line break, so no two triples give the same message.
    message = f"{card}\n{address}\n{agent}".encode()
    return int.from_bytes(blake2b(message, digest_size=8, key=salt).digest(), "big")


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """`192.0.2.7` → `192.0.2.0/24`, `2001:db8:1:2::3` → `2001:db8:1::/48`, nothing → nothing."""
    if ":" in address:
        return str(ip_network((int(IPv6Address(address)) >> 80 << 80, 48)))
    return f"{address.rpartition('.')[0]}.0/24" if address else ""


@lru_cache(maxsize=4096)
def canonical(address: str) -> str:
    """One spelling per address; an IPv4 address mapped into IPv6 is that IPv4 address.

    What is not an address is nothing: it comes from a header, so anything may come.
    """
    try:
        parsed = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def client_address(peer: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """The address of the visitor: the rightmost one that no proxy of ours vouches for itself.

    Each proxy appends to `X-Forwarded-For` the address it was called from, so the list is read
    from the right; what stands left of the first address we do not trust was written by a
    stranger and means nothing.
    """
    address = canonical(peer)
    hops = [hop for header in forwarded for hop in header.split(",")]
    while hops and _is_trusted(address, trusted):
        named = canonical(hops.pop()[:ADDRESS_CHARS_MAX])
        if not named:
            break
        address = named
    return address


def _is_trusted(address: str, trusted: Networks) -> bool:
    return bool(address) and any(ip_address(address) in each for each in trusted)
