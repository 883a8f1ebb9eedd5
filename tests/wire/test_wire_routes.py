"""`network.hosts` and `block_hosts`: which rule fits, and where a host lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.wire.routes import BlockedHosts, HostTable, Place, Routes, parse_blocked, parse_place, parse_rule

K6 = Routes(
    {
        "simple.io": "1.2.3.4",
        "simple.io:80": "1.2.3.4:80",
        "simple.io:443": "1.2.3.4:8443",
        "only-port.io:443": "5.6.7.8:8443",
        "*.wildcard.io": "9.10.11.12",
        "specific.wildcard.io": "90.100.110.120",
        "*wildcard-2.io": "13.14.15.16",
        "specific.wildcard-2.io": "130.140.150.160",
        "simple-ipv6.io:443": "[aa::bb]:8443",
        "*.wildcard-ipv6.io": "ee::ff",
    }
)
K6_CASES = [
    ("simple.io", 9999, "1.2.3.4", None),
    ("simple.io", 80, "1.2.3.4", 80),
    ("simple.io", 443, "1.2.3.4", 8443),
    ("only-port.io", 443, "5.6.7.8", 8443),
    ("only-port.io", 9999, "", None),
    ("foo.wildcard.io", 80, "9.10.11.12", None),
    ("specific.wildcard.io", 80, "90.100.110.120", None),
    ("not.specific.wildcard.io", 80, "9.10.11.12", None),
    ("wildcard.io", 80, "", None),
    ("wildcard-2.io", 80, "13.14.15.16", None),
    ("foo.wildcard-2.io", 80, "13.14.15.16", None),
    ("prefixwildcard-2.io", 80, "13.14.15.16", None),
    ("specific.wildcard-2.io", 80, "130.140.150.160", None),
    ("not.specific.wildcard-2.io", 80, "13.14.15.16", None),
    ("simple-ipv6.io", 443, "aa::bb", 8443),
    ("foo.wildcard-ipv6.io", 80, "ee::ff", None),
    ("does-not-exist", 80, "", None),
    ("", 80, "", None),
]


@pytest.mark.parametrize(("host", "port", "address", "own"), K6_CASES)
def test_hosts_as_k6_has_them(host: str, port: int, address: str, own: int | None) -> None:
    """After k6's lib/types/hosts_test.go (AGPL-3.0; names and verdicts)."""
    assert K6.find(host, port) == (Place(address, own) if address else None)


ORDER = Routes(
    {
        "*": "10.0.0.1",
        "*.b.c": "10.0.0.2",
        "*.c": "10.0.0.3",
        "a.b.c": "10.0.0.4",
        "*.c:81": "10.0.0.5",
        "*:82": "10.0.0.6",
        "10.1.1.1": "10.0.0.7",
        "[::1]:83": "10.0.0.8",
        "fd00::1": "unix:/run/x.sock",
        "MIXED.example.": "10.0.0.9",
        "bücher.example": "10.0.0.10",
    }
)


@pytest.mark.parametrize(
    ("host", "port", "last"),
    [
        ("a.b.c", 80, 4),
        ("a.b.c.", 80, 4),
        ("x.b.c", 80, 2),
        ("b.c", 80, 3),
        ("c", 80, 1),
        ("a.b.c", 81, 5),  # a rule for the port goes before all without one
        ("a.b.c", 82, 6),
        ("10.1.1.1", 80, 7),
        ("::1", 83, 8),
        ("::1", 80, 1),
        ("mixed.example", 80, 9),
        ("xn--bcher-kva.example", 80, 10),
    ],
)
def test_which_rule_goes_first(host: str, port: int, last: int) -> None:
    assert ORDER.find(host, port) == Place(f"10.0.0.{last}")


def test_a_socket() -> None:
    assert ORDER.find("fd00::1", 80) == Place(path="/run/x.sock")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("10.0.0.7", Place("10.0.0.7")),
        (" 10.0.0.7:8443 ", Place("10.0.0.7", 8443)),
        ("::1", Place("::1")),
        ("[::1]", Place("::1")),
        ("[::1]:80", Place("::1", 80)),
        ("unix:/run/Api.sock", Place(path="/run/Api.sock")),
        ("UNIX:api.sock", Place(path="api.sock")),
    ],
)
def test_places(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address"),
        ("example.com", "no address"),
        ("10.0.0.7:0", "port 0"),
        ("10.0.0.7:65536", "port 65536"),
        ("10.0.0.7:http", "no address"),
        ("10.0.0.0/8", "no address"),
        ("http://10.0.0.7", "no address"),
        ("[10.0.0.7", "no address"),
        ("unix:", "no Unix socket"),
        ("unix:/" + "x" * 107, "107 bytes"),
        ("unix:/a\0b", "no Unix socket"),
    ],
)
def test_what_is_no_place(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_place(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no host"),
        (".", "no host"),
        ("*.", "no host"),
        ("**.example.com", "`\\*` inside"),
        ("a.*.com", "`\\*` inside"),
        ("http://example.com", "no host"),
        ("example.com/x", "no host"),
        ("example.com:0", "port 0"),
        ("example.com:99999", "port 99999"),
        ("example.com:", "no host"),
        ("[x]:80", "no host"),
        ("[12]:80", "no address in its brackets"),
        ("exa mple.com", "no host"),
        ("-x.example.com", "no host"),
    ],
)
def test_what_is_no_rule(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_rule(text)


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        ("ads.example.com", "*.Example.com"),
        ("a.b.example.com.", "*.Example.com"),
        ("example.com", ""),
        ("tracker.net", "tracker.net"),
        ("x.tracker.net", ""),
        ("10.0.0.1", "10.0.0.1"),
        ("mycdn.org", "*cdn.org"),
    ],
)
def test_blocked_hosts(host: str, rule: str) -> None:
    assert BlockedHosts(["*.Example.com", "tracker.net", "10.0.0.1", "*cdn.org"]).find(host) == rule


def test_everything_can_be_blocked() -> None:
    assert BlockedHosts(["*"]).find("10.0.0.1") == "*"


def test_a_blocked_host_has_no_port() -> None:
    with pytest.raises(ValueError, match="at all of them"):
        parse_blocked("example.com:80")


_NAMES = st.text("ab.", max_size=5)


@given(st.dictionaries(st.tuples(st.booleans(), _NAMES), st.integers(), max_size=6), _NAMES)
def test_a_table_against_a_search_through_all_rules(rules: dict[tuple[bool, str], int], host: str) -> None:
    fitting = [
        (not wild, len(name), value)
        for (wild, name), value in rules.items()
        if (host.endswith(name) if wild else host == name)
    ]
    table = HostTable([("*" * wild + name, value) for (wild, name), value in rules.items()])
    assert table.find(host) == (max(fitting)[2] if fitting else None)
