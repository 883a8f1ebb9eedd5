"""IP addresses: which are nobody's business, networks of them, and pools to connect from. Pure."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"),
    )
)
"""Where clouds keep credentials outside the link-local ranges: AWS and Google by IPv6, Alibaba, Oracle, Azure."""
_IN_LAST_BITS = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96"))
)
"""Ranges whose last 32 bits are an IPv4 address: NAT64 (RFC 6052, RFC 8215), IPv4-compatible, IPv4-mapped, SIIT."""


def parse_address(text: str) -> Address | None:
    """The address that a text is, without its zone; an IPv4-mapped one as IPv4. None if it is a name."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def split_port(text: str, least: int = 1) -> tuple[str, int] | None:
    """`host:port` or `[address]:port` → both; None for what is neither, or where the port is below `least`."""
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not bare or not (port.isascii() and port.isdigit()) or not least <= int(port[:6]) < 65536:
        return None
    return bare, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can ask at a host; a name other than `localhost` may be anything."""
    address = parse_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_numeric(host: str) -> bool:
    """Whether a host is an address that no name server is asked for: also as 127.1 or 0xa9fea9fe (inet_aton(3))."""
    from socket import inet_aton  # lazily: whoever reads a spec needs no sockets

    host = host.rstrip(".")
    try:
        inet_aton(host)
    except OSError:
        return parse_address(host) is not None
    return True


def is_forbidden(address: Address) -> bool:
    """Whether it is link-local or where a cloud keeps credentials, also in the clothes of another address."""
    return any(one.is_link_local or one in _METADATA for one in _forms(address))


class Networks:
    """A list of networks. Raises ValueError for a text that is none."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._all = tuple(zip(texts, map(parse_network, texts), strict=True))

    def holding(self, address: Address) -> str:
        """The first that an address lies in, also in the clothes of another address, as it was written; "" if none."""
        forms = tuple(_forms(address))
        return next((text for text, network in self._all if any(one in network for one in forms)), "")


def parse_network(text: str) -> Network:
    """An address or a network such as 10.0.0.0/8. Raises ValueError with a sentence."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"`{text}` is no address or network: write 10.0.0.7, 10.0.0.0/8 or fd00::/8") from None


class LocalPool:
    """Addresses that users connect from, by their seat. Addresses, networks and ranges such as 10.0.0.2-10.0.0.9.

    As k6's localIPs: of an IPv4 network the first and last address, which no machine has, are left out. The families
    are pools of their own, for an address can only be connected to from one of its family. Raises ValueError.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        blocks = list(map(parse_block, texts))
        self._families = {version: _Blocks([b for b in blocks if b[0].version == version]) for version in (4, 6)}

    def address(self, seat: int, version: int) -> str:
        """The address of a user for IPv4 or IPv6, "" where the pool has none of that family."""
        return self._families[version].at(seat)


class _Blocks:
    """Blocks of addresses, one behind the other, counted round and round."""

    def __init__(self, blocks: Sequence[tuple[Address, int]]) -> None:
        self._first = [first for first, _ in blocks]
        self._ends = list(accumulate(count for _, count in blocks))

    def at(self, number: int) -> str:
        if not self._ends:
            return ""
        number %= self._ends[-1]
        block = bisect_right(self._ends, number)
        return str(self._first[block] + (number - (self._ends[block - 1] if block else 0)))


def parse_block(text: str) -> tuple[Address, int]:
    """(first address, how many) of an address, a network or a range. Raises ValueError with a sentence."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash:
        network = parse_network(text)
        if network.version == 4 and network.num_addresses > 2:
            return network.network_address + 1, network.num_addresses - 2
        return network.network_address, network.num_addresses
    begin, end = parse_address(first), parse_address(last)
    if begin is None or end is None or begin.version != end.version or int(end) < int(begin):
        raise ValueError(f"`{text}` is no range of addresses: write 10.0.0.2-10.0.0.9, the lower one first")
    return begin, int(end) - int(begin) + 1


def _forms(address: Address) -> Iterator[Address]:
    """An address, and the IPv4 addresses that packets to it may end up at."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    if any(address in network for network in _IN_LAST_BITS):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
