"""Where a host's connections go: blocked names, `network.hosts`, DNS, blocked addresses, and what may be reached."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from support_dns import network_with
from support_net import answer, serving

from loadspec.transports.base import ExchangeError
from loadspec.wire.hosts import HostLimit
from loadspec.wire.settings import Dns, Route
from loadspec.wire.url import Origin

METADATA = "169.254.169.254"


def verdict(host: str, allow: list[str] | None = None, port: int = 80, **route: Any) -> Any:
    """Where a host is connected to, or the error's kind and message; with a resolver that knows a few names."""
    (network, _), resolver = network_with(
        {"route": Route(**{"dns": Dns(select="first"), **route})},
        v4_test=["10.0.0.1", "10.0.0.2"],
        v6_test=["fd00::1"],
        both_test=["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"],
        metadata_test=[METADATA],
        half_test=["10.0.0.1", METADATA],
    )
    network._hosts = HostLimit.parse([allow]) if allow else None
    try:
        found = network.addresses(host, port, 1.0)
    except ExchangeError as error:
        return (error.kind, error.phase, str(error), resolver.asked)
    return [at if family == socket.AF_UNIX else f"{at[0]} {at[1]}" for family, at in found]


@pytest.mark.parametrize(
    ("host", "route", "places"),
    [
        ("v4.test", {}, ["10.0.0.1 80", "10.0.0.2 80"]),
        ("both.test", {}, ["10.0.0.1 80", "10.0.0.2 80", "fd00::1 80", "fd00::2 80"]),
        (
            "both.test",
            {"dns": Dns(policy="any", select="first")},
            [f"{n} 80" for n in ("fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2")],
        ),
        ("both.test", {"dns": Dns(policy="only_ipv6", select="first")}, ["fd00::1 80", "fd00::2 80"]),
        ("both.test", {"block_ips": ("10.0.0.1",)}, ["10.0.0.2 80", "fd00::1 80", "fd00::2 80"]),
        ("both.test", {"block_ips": ("fd00::/8",)}, ["10.0.0.1 80", "10.0.0.2 80"]),
        ("both.test", {"local_ips": ("127.0.0.1",)}, ["10.0.0.1 80", "10.0.0.2 80"]),
        ("both.test", {"local_ips": ("::1",)}, ["fd00::1 80", "fd00::2 80"]),
        ("v4.test", {"hosts": {"v4.test": "127.0.0.1"}}, ["127.0.0.1 80"]),
        ("v4.test", {"hosts": {"v4.test:80": "[::1]:8080"}}, ["::1 8080"]),
        ("v4.test", {"hosts": {"v4.test:81": "[::1]:8080"}}, ["10.0.0.1 80", "10.0.0.2 80"]),
        ("no.such.name", {"hosts": {"*.name": "127.0.0.1:81"}}, ["127.0.0.1 81"]),
        ("10.9.9.9", {"hosts": {"10.9.9.9": "10.8.8.8"}}, ["10.8.8.8 80"]),
        ("10.9.9.9", {"dns": Dns(policy="only_ipv6")}, ["10.9.9.9 80"]),  # a policy is about names, as in k6
        ("v6.test", {"hosts": {"v6.test": "10.0.0.7"}, "dns": Dns(policy="only_ipv6")}, ["10.0.0.7 80"]),
    ],
)
def test_places(host: str, route: dict[str, Any], places: list[str]) -> None:
    assert verdict(host, **route) == places


@pytest.mark.parametrize(
    ("host", "route", "kind", "asked"),
    [
        # blocked names come first, before the hosts map and before any look-up
        ("v4.test", {"block_hosts": ("*.test",), "hosts": {"v4.test": "127.0.0.1"}}, "blocked_host", False),
        ("10.0.0.1", {"block_hosts": ("10.0.0.1",)}, "blocked_host", False),
        # blocked addresses last, wherever an address comes from
        ("v4.test", {"block_ips": ("10.0.0.0/8",)}, "blocked_ip", True),
        ("10.0.0.1", {"block_ips": ("10.0.0.0/8",)}, "blocked_ip", False),
        ("v4.test", {"hosts": {"v4.test": "192.0.2.7"}, "block_ips": ("192.0.2.0/24",)}, "blocked_ip", False),
        ("::ffff:10.0.0.1", {"block_ips": ("10.0.0.0/8",)}, "blocked_ip", False),
        # of the family that the policy takes, as in k6: it does not go around a block
        ("both.test", {"block_ips": ("10.0.0.0/8",)}, "blocked_ip", True),
        ("v4.test", {"dns": Dns(policy="only_ipv6")}, "dns", True),
        ("v4.test", {"local_ips": ("::1",)}, "unreachable", True),
        ("fd00::1", {"local_ips": ("127.0.0.1",)}, "unreachable", False),
        # metadata, whoever names it
        (METADATA, {}, "forbidden_target", False),
        ("metadata.test", {}, "forbidden_target", True),
        ("half.test", {}, "forbidden_target", True),
        ("v4.test", {"hosts": {"v4.test": METADATA}}, "forbidden_target", False),
        ("v4.test", {"hosts": {"*": "[64:ff9b::a9fe:a9fe]:80"}}, "forbidden_target", False),
        ("v4.test", {"hosts": {"v4.test": "::ffff:169.254.169.254"}}, "forbidden_target", False),
        ("v4.test", {"hosts": {"v4.test": "unix:/var/run/docker.sock"}}, "host_not_allowed", False),
    ],
)
def test_refusals(host: str, route: dict[str, Any], kind: str, asked: bool) -> None:
    found = verdict(host, **route)
    assert found[0] == kind
    assert found[1] == ("dns" if kind == "dns" else "connect")
    assert found[3] == ([host] if asked else [])


def test_what_a_refusal_says() -> None:
    said = {
        "ads.test is blocked by `*.test` of network.block_hosts": verdict("ads.test", block_hosts=("*.test",)),
        "v4.test is 10.0.0.1, blocked by `10.0.0.0/8` of network.block_ips": verdict(
            "v4.test", block_ips=("10.0.0.0/8",)
        ),
        "v4.test is 10.0.0.1, and network.local_ips has no IPv4 address": verdict("v4.test", local_ips=("::1",)),
        "v4.test has no address of the family that network.dns.policy takes: 10.0.0.1, 10.0.0.2": verdict(
            "v4.test", dns=Dns(policy="only_ipv6")
        ),
        f"v4.test is {METADATA}, a link-local or metadata address": verdict("v4.test", hosts={"v4.test": METADATA}),
        "v4.test lies at 127.0.0.1:80: that is no host that --allow-host allows": verdict(
            "v4.test", ["v4.test"], hosts={"v4.test": "127.0.0.1"}
        ),
    }
    for sentence, found in said.items():
        assert found[2] == sentence


MOVED = {"hosts": {"shop.example.com": "10.0.0.7:8443"}}


@pytest.mark.parametrize(
    ("allow", "allowed"),
    [
        (["shop.example.com"], False),  # the name is, and what the spec puts behind it is not
        (["10.0.0.0/8"], True),
        (["10.0.0.7"], False),  # the name is not
        (["shop.example.com", "10.0.0.7:8443"], True),
        (["shop.example.com", "10.0.0.7:443"], False),
        (["*.example.com", "10.0.0.7"], True),
    ],
)
def test_a_host_that_lies_elsewhere_is_allowed_there_too(allow: list[str], allowed: bool) -> None:
    found = verdict("shop.example.com", allow, **MOVED)
    assert found == ["10.0.0.7 8443"] if allowed else found[0] == "host_not_allowed"


def test_a_name_that_moves_between_two_look_ups_is_checked_anew() -> None:
    """DNS rebinding: fine at first, then a metadata address, a foreign one, a blocked one, and fine again."""
    (network, _), resolver = network_with(
        {"route": Route(dns=Dns(ttl=0), block_ips=("10.6.6.6",))}, rebind_test=["10.0.0.1"]
    )
    network._hosts = HostLimit.parse([["10.0.0.0/8"]])

    def ask(address: str) -> str:
        resolver.table["rebind_test"] = [address]
        try:
            return str(network.addresses("rebind.test", 80, 1.0)[0][1][0])
        except ExchangeError as error:
            return error.kind

    assert [ask(one) for one in ("10.0.0.1", METADATA, METADATA, "192.0.2.1", "10.6.6.6", "10.0.0.1")] == [
        "10.0.0.1",
        "forbidden_target",
        "forbidden_target",
        "host_not_allowed",
        "blocked_ip",
        "10.0.0.1",
    ]


@pytest.mark.parametrize("select", ["first", "random", "round_robin"])
def test_selection_goes_by_connection(select: Any) -> None:
    (network, _), resolver = network_with(
        {"route": Route(dns=Dns(select=select))}, many_test=["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    )
    taken = [network.addresses("many.test", 80, 1.0)[0][1][0][-1] for _ in range(60)]
    assert resolver.asked == ["many.test"]
    expected = {"first": {"1"}, "random": {"1", "2", "3"}, "round_robin": {"1", "2", "3"}}[select]
    assert set(taken) == expected
    if select == "round_robin":
        assert taken == ["1", "2", "3"] * 20


def test_requests_go_where_the_host_lies(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    network, resolver = network_with({"route": Route(hosts={"shop.example.com:80": f"127.0.0.1:{server.port}"})})
    user = client(Origin("http", "shop.example.com", 80), network=network)
    assert user.ask("POST").status == 200
    assert resolver.asked == []


def test_a_blocked_host_gets_no_connection(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    for route in (Route(block_hosts=("127.0.0.1",)), Route(block_ips=("127.0.0.0/8",))):
        user = client(server, network=network_with({"route": route})[0])
        for _ in range(2):
            assert user.failure()[0] in ("blocked_host", "blocked_ip")
        assert user.loop.made["io"] == 0
    assert server.connections == 0


# Unix sockets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "run").mkdir()
    return tmp_path / "spec"


def socket_verdict(folder: Path, place: str, allow: list[str] | None = None) -> str:
    found = verdict("api.test", allow, hosts={"api.test": f"unix:{place}"}, folder=str(folder))
    return found[0]  # type: ignore[no-any-return]


def test_sockets_below_the_spec(folder: Path) -> None:
    inside = str(folder / "api.sock")
    for place in ("api.sock", "./api.sock", inside, f"{folder}/../spec/api.sock"):
        assert socket_verdict(folder, place) == inside
        assert socket_verdict(folder, place, ["api.test"]) == inside
        assert socket_verdict(folder, place, ["other.test"]) == "host_not_allowed"


def test_sockets_elsewhere_are_refused_unless_they_are_named(folder: Path) -> None:
    outside = str(folder.parent / "run" / "api.sock")
    os.symlink(outside, folder / "link.sock")
    os.symlink(folder.parent / "run", folder / "linked")
    os.symlink("loop.sock", folder / "loop.sock")
    for place in (outside, "../run/api.sock", "link.sock", "linked/api.sock", "loop.sock", "/var/run/docker.sock"):
        assert socket_verdict(folder, place) == "host_not_allowed"
        assert socket_verdict(folder, place, ["api.test"]) == "host_not_allowed"
        assert socket_verdict(folder, place, ["api.test", "unix:/run/other.sock"]) == "host_not_allowed"
    for place in (outside, "../run/api.sock"):
        assert socket_verdict(folder, place, [f"unix:{outside}"]) == outside


def test_each_list_must_name_a_socket(folder: Path) -> None:
    (network, _), _ = network_with({"route": Route(hosts={"api.test": "unix:/run/a.sock"}, folder=str(folder))})
    network._hosts = HostLimit.parse([["unix:/run/a.sock"], ["api.test"]])
    with pytest.raises(ExchangeError, match="--allow-host"):
        network.addresses("api.test", 80, 1.0)
    network._hosts = HostLimit.parse([["unix:/run/a.sock"], ["unix:/run/b.sock", "unix:/run/a.sock"]])
    assert network.addresses("api.test", 80, 1.0) == [(socket.AF_UNIX, "/run/a.sock")]


def test_requests_over_a_unix_socket(folder: Path, client: Any, serve: Any) -> None:
    server = serve(serving(answer(b'{"over": "unix"}')))
    path = folder / "api.sock"
    server.also_at(path)
    network, _ = network_with({"route": Route(hosts={"api.test": "unix:api.sock"}, folder=str(folder))})
    user = client(Origin("http", "api.test", 80), network=network)
    for reused in (False, True):
        found = user.ask("POST")
        assert (found.status, found.body, found.reused) == (200, b'{"over": "unix"}', reused)
