from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.hosts import HostLimit, parse_host_rule

ALLOWED = [
    ("api.example.com", "api.example.com", 443),
    ("API.Example.com", "api.example.com", 80),
    ("api.example.com.", "api.example.com", 80),
    ("api.example.com", "api.example.com.", 80),
    ("api.example.com:8443", "api.example.com", 8443),
    ("*.example.com", "a.example.com", 443),
    ("*.example.com", "a.b.example.com", 443),
    ("*.example.com:81", "a.example.com", 81),
    ("localhost", "localhost", 8089),
    ("127.0.0.1", "127.0.0.1", 1),
    ("127.0.0.1:80", "127.0.0.1", 80),
    ("::1", "::1", 80),
    ("0:0:0:0:0:0:0:1", "::1", 80),
    ("[::1]", "::1", 80),
    ("[::1]:8080", "::1", 8080),
    ("10.0.0.0/8", "10.1.2.3", 80),
    ("10.1.2.3/8", "10.200.0.1", 80),
    ("10.0.0.0/8", "::ffff:10.1.2.3", 80),
    ("fd00::/8", "fd12::1", 80),
    ("my_host", "my_host", 80),
]

REFUSED = [
    ("api.example.com", "example.com", 443),
    ("api.example.com", "a.api.example.com", 443),
    ("api.example.com:8443", "api.example.com", 443),
    ("*.example.com", "example.com", 443),
    ("*.example.com", "badexample.com", 443),
    ("*.example.com", "a.example.com.evil.net", 443),
    ("*.example.com:81", "a.example.com", 80),
    ("127.0.0.1", "127.0.0.2", 80),
    ("localhost", "127.0.0.1", 80),
    ("[::1]:8080", "::1", 80),
    ("10.0.0.0/8", "11.0.0.1", 80),
    ("10.0.0.0/8", "fd00::1", 80),
]

WRONG = ["", " ", "*", "**", ".", "*.", "http://x", "https://x/y", "x/y", "10.0.0.0/33", "x:0", "x:99999", "x:y",
         "unix:run/x.sock", "unix:",
         "[::1", "[zz]:80", "a b", "a:b:c", "*x.com", "x.*.com", "-a-", "user@x"]  # fmt: skip


@pytest.mark.parametrize(("rule", "host", "port"), ALLOWED)
def test_allowed(rule: str, host: str, port: int) -> None:
    assert not HostLimit.parse([[rule]]).refused(host, port)
    assert not HostLimit.parse([["other.net", rule]]).refused(host, port)


@pytest.mark.parametrize(("rule", "host", "port"), REFUSED)
def test_refused(rule: str, host: str, port: int) -> None:
    assert HostLimit.parse([[rule]]).refused(host, port)


@pytest.mark.parametrize("rule", WRONG)
def test_what_is_no_rule(rule: str) -> None:
    with pytest.raises(ValueError, match=r"is no|is a URL|no Unix socket"):
        parse_host_rule(rule)


def test_of_two_lists_both_must_allow() -> None:
    limit = HostLimit.parse([["*.example.com"], ["a.example.com", "b.net"]])
    assert not limit.refused("a.example.com", 80)
    assert limit.refused("c.example.com", 80)
    assert limit.refused("b.net", 80)


def test_a_name_in_an_allowed_network_is_known_by_its_address() -> None:
    limit = HostLimit.parse([["10.0.0.0/8", "named.example.com"]])
    assert not limit.refused("anything.example.net", 80)
    assert not limit.refuses_address("anything.example.net", 80, "10.0.0.7")
    assert limit.refuses_address("anything.example.net", 80, "192.0.2.1")
    assert limit.refuses_address("anything.example.net", 80, "no address")
    assert not limit.refuses_address("named.example.com", 80, "192.0.2.1")


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_networks_are_networks(base: ipaddress.IPv4Address, bits: int, other: ipaddress.IPv4Address) -> None:
    limit = HostLimit.parse([[f"{base}/{bits}"]])
    mask = (0xFFFFFFFF << (32 - bits)) & 0xFFFFFFFF
    assert limit.refused(str(other), 80) == ((int(base) ^ int(other)) & mask != 0)


@given(st.text(max_size=30))
def test_any_text_is_a_rule_or_a_sentence(text: str) -> None:
    try:
        rule = parse_host_rule(text)
    except ValueError:
        return
    assert rule.host or rule.network is not None
    rule.names("example.com", 80)


@pytest.mark.parametrize(
    ("lists", "path", "named"),
    [
        ([["unix:/run/Api.sock"]], "/run/Api.sock", True),
        ([["UNIX:/run/./x/../Api.sock"]], "/run/Api.sock", True),
        ([["unix:/run/Api.sock"]], "/run/api.sock", False),
        ([["unix:/run"]], "/run/api.sock", False),
        ([["a.net", "unix:/a"], ["unix:/b", "unix:/a"]], "/a", True),
        ([["a.net", "unix:/a"], ["a.net"]], "/a", False),
        ([["a.net"]], "/a", False),
    ],
)
def test_unix_sockets_are_named_one_by_one(lists: list[list[str]], path: str, named: bool) -> None:
    limit = HostLimit.parse(lists)
    assert limit.names_socket(path) is named
    assert limit.refused("unix", 80)
    assert limit.refuses_address("x", 80, "192.0.2.1")
