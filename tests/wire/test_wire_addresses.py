"""Addresses: what is never a target, networks, and pools to connect from."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.addresses import LocalPool, Networks, is_forbidden, is_numeric, parse_address, parse_block

METADATA = "169.254.169.254"
FORBIDDEN = [
    METADATA,
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe::1",  # Teredo, by way of the server
    "2001:0:102:304:0:0:5601:5601",  # Teredo, the client: its bits are inverted
]
FINE = ["127.0.0.1", "10.0.0.1", "169.253.255.255", "0.0.0.0", "::1", "::", "fd00::1", "fec0::1", "64:ff9b::7f00:1"]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_forbidden(text: str) -> None:
    address = parse_address(text)
    assert address is not None
    assert is_forbidden(address)


@pytest.mark.parametrize("text", FINE)
def test_not_forbidden(text: str) -> None:
    address = parse_address(text)
    assert address is not None
    assert not is_forbidden(address)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "127.1", "1.2.3.4:80", "[::1]", "::1/128"])
def test_what_is_no_address(text: str) -> None:
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("host", "numeric"),
    [
        *((host, True) for host in (METADATA, f"{METADATA}.", "0xa9fea9fe", "2852039166", "169.254.43518")),
        *((host, True) for host in ("0251.254.1", "127.1", "0", "::1", "::ffff:1.2.3.4")),
        *((host, False) for host in ("api.test", "0xa9fea9fe.test", "1.2.3.4.5", "256.1.1.1", "a1", "")),
    ],
)
def test_hosts_that_no_name_server_is_asked_for(host: str, numeric: bool) -> None:
    assert is_numeric(host) is numeric


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("10.255.0.1", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.0/8"),
        ("64:ff9b::a00:1", "10.0.0.0/8"),
        ("2002:a00:1::", "10.0.0.0/8"),
        ("192.0.2.7", "192.0.2.7"),
        ("fd00:1::", "fd00::/8"),
        ("11.0.0.0", ""),
        ("192.0.2.8", ""),
        ("::1", ""),
    ],
)
def test_networks(text: str, rule: str) -> None:
    address = parse_address(text)
    assert address is not None
    assert Networks(["10.0.0.0/8", "192.0.2.7", "fd00::/8"]).holding(address) == rule


@pytest.mark.parametrize("text", ["", "10.0.0.0/33", "example.com", "10.0.0", "10.0.0.1:80"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match="no address or network: write"):
        Networks([text])


POOLS = [
    (["10.0.0.7"], ["10.0.0.7"] * 3),
    (["10.0.0.7", "10.0.0.9"], ["10.0.0.7", "10.0.0.9", "10.0.0.7"]),
    (["10.0.0.0/30", "10.0.1.1"], ["10.0.0.1", "10.0.0.2", "10.0.1.1", "10.0.0.1"]),
    (["10.0.0.0/31"], ["10.0.0.0", "10.0.0.1", "10.0.0.0"]),
    (["10.0.0.5/32"], ["10.0.0.5"] * 2),
    (["10.0.0.5-10.0.0.6"], ["10.0.0.5", "10.0.0.6", "10.0.0.5"]),
    ([" 10.0.0.5 - 10.0.0.5 "], ["10.0.0.5"] * 2),
]


@pytest.mark.parametrize(("texts", "taken"), POOLS)
def test_a_pool_goes_round_by_seat(texts: list[str], taken: list[str]) -> None:
    """As k6's lib/types/ipblock.go (AGPL-3.0; the facts, not the code)."""
    pool = LocalPool(texts)
    assert [pool.address(seat, 4) for seat in range(len(taken))] == taken
    assert pool.address(0, 6) == ""


def test_the_families_of_a_pool_are_apart() -> None:
    pool = LocalPool(["fd00::/126", "10.0.0.7", "fd00:1::1"])
    assert [pool.address(seat, 6) for seat in range(6)] == [
        "fd00::",
        *(f"fd00::{n}" for n in (1, 2, 3)),
        "fd00:1::1",
        "fd00::",
    ]
    assert pool.address(5, 4) == "10.0.0.7"


@pytest.mark.parametrize("text", ["", "a", "10.0.0.2-10.0.0.1", "10.0.0.1-::1", "10.0.0.1-", "10.0.0.0/8-10.0.0.1"])
def test_what_is_no_block(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        LocalPool([text])


_BLOCKS = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(28, 32)), min_size=1, max_size=4)


@given(_BLOCKS, st.integers(0, 200))
def test_a_pool_against_a_list_of_all_its_addresses(blocks: list[tuple[int, int]], seat: int) -> None:
    networks = [ipaddress.ip_network((number, bits), strict=False) for number, bits in blocks]
    every = [str(one) for network in networks for one in network.hosts()]
    assert LocalPool(list(map(str, networks))).address(seat, 4) == every[seat % len(every)]


def test_a_pool_of_any_size_takes_no_memory() -> None:
    assert parse_block("fd00::/8")[1] == 2**120
    assert LocalPool(["fd00::/8"]).address(2**70, 6) == "fd00:0:0:40::"
