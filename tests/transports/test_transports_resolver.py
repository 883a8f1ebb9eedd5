"""How long names are kept, and who looks them up."""

from __future__ import annotations

import resource
import socket
import time
from typing import Any

import gevent
import pytest
from gevent import get_hub
from support_dns import Resolver as Table

from loadspec.transports.base import ExchangeError
from loadspec.transports.resolver import Resolver
from loadspec.wire.settings import Dns

NOWHERE = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def resolver(clock: Clock | None = None, dns: Dns | None = None, **table: Any) -> tuple[Resolver, Table]:
    answers = Table(**table)
    return Resolver(answers.getaddrinfo, dns or Dns(), clock or Clock()), answers


@pytest.mark.parametrize(
    ("ttl", "times", "asked"),
    [
        (300.0, (0, 299.9, 300, 599.9, 600.1), 3),
        (0.5, (0, 0.4, 0.6), 2),
        (0.0, (0, 0, 0), 3),
        (float("inf"), (0, 1e9), 1),
    ],
)
def test_a_name_is_kept_for_its_ttl(ttl: float, times: tuple[float, ...], asked: int) -> None:
    clock = Clock()
    names, answers = resolver(clock, Dns(ttl=ttl), a_b=["10.0.0.1"])
    for seconds in times:
        clock.now = 1000.0 + seconds
        assert names.look_up("a.b", 1.0) == ((socket.AF_INET, ("10.0.0.1", 0)),)
    assert len(answers.asked) == asked


def test_what_is_kept_is_the_same_object_and_what_is_new_is_not() -> None:
    clock = Clock()
    names, _ = resolver(clock, a_b=["10.0.0.1"])
    first = names.look_up("a.b", 1.0)
    assert names.look_up("a.b", 1.0) is first
    clock.now += 301
    assert names.look_up("a.b", 1.0) is not first


def test_an_address_is_kept_once() -> None:
    names, _ = resolver(a_b=["10.0.0.1", "10.0.0.2", "10.0.0.1"])
    assert [at[0] for _, at in names.look_up("a.b", 1.0)] == ["10.0.0.1", "10.0.0.2"]


def test_failures_are_not_kept() -> None:
    names, answers = resolver(a_b=NOWHERE)
    for _ in range(3):
        with pytest.raises(ExchangeError) as failed:
            names.look_up("a.b", 1.0)
        assert (failed.value.kind, failed.value.phase) == ("dns", "dns")
        assert str(failed.value) == "the name a.b could not be resolved: Name or service not known"
    assert len(answers.asked) == 3
    answers.table["a_b"] = ["10.0.0.1"]
    assert names.look_up("a.b", 1.0)


def test_nor_is_a_name_without_addresses() -> None:
    names, answers = resolver(a_b=[])
    assert [names.look_up("a.b", 1.0) for _ in range(2)] == [(), ()]
    assert len(answers.asked) == 2


def test_a_failed_refresh_is_a_failure_and_no_old_address() -> None:
    clock = Clock()
    names, answers = resolver(clock, a_b=["10.0.0.1"])
    names.look_up("a.b", 1.0)
    clock.now += 301
    answers.table["a_b"] = NOWHERE
    with pytest.raises(ExchangeError, match="Name or service not known"):
        names.look_up("a.b", 1.0)


def ask_together(names: Resolver, count: int) -> list[Any]:
    users = [gevent.spawn(names.look_up, "a.b", 5.0) for _ in range(count)]
    gevent.joinall(users, raise_error=True)
    return [user.value for user in users]


def test_what_has_grown_old_is_asked_for_once_by_all() -> None:
    clock = Clock()
    names, answers = resolver(clock, a_b=0.02)
    ask_together(names, 20)
    clock.now += 301
    assert len({id(found) for found in ask_together(names, 20)}) == 1
    assert len(answers.asked) == 2


def test_without_a_ttl_each_asks_for_itself() -> None:
    names, answers = resolver(None, Dns(ttl=0), a_b=0.02)
    ask_together(names, 5)
    assert len(answers.asked) == 5


@pytest.mark.parametrize(
    ("policy", "family"),
    [("only_ipv4", socket.AF_INET), ("only_ipv6", socket.AF_INET6), ("prefer_ipv4", 0), ("any", 0)],
)
def test_only_the_family_that_is_wanted_is_asked_for(policy: Any, family: int) -> None:
    asked = []

    def getaddrinfo(*args: Any) -> list[Any]:
        asked.append(args)
        return []

    Resolver(getaddrinfo, Dns(policy=policy)).look_up("a.b", 1.0)
    assert asked == [("a.b", 0, family, socket.SOCK_STREAM)]


def test_the_loop_turns_while_a_name_is_looked_up(monkeypatch: Any) -> None:
    """The system's resolver, made slow: it blocks a thread, and nobody else."""
    import _socket

    def slow(*_: Any) -> Any:
        time.sleep(0.3)  # a real one, of that thread
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(_socket, "getaddrinfo", slow)
    hub = get_hub()
    names = Resolver(hub.resolver.getaddrinfo, Dns())
    user = gevent.spawn(names.look_up, "slow.invalid", 5.0)
    turns = 0
    while not user.ready():
        gevent.sleep(0.005)
        turns += 1
    assert user.value == ((socket.AF_INET, ("127.0.0.1", 0)),)
    assert turns > 6  # of about 60: none passes where the loop is blocked, and a gap of 50 ms is six of them


@pytest.mark.parametrize("host", ["a" * 70 + ".example.com", "a..b", "xn--\udcff"])
def test_a_name_that_cannot_even_be_asked_for(host: str) -> None:
    with pytest.raises(ExchangeError) as refused:
        Resolver(get_hub().resolver.getaddrinfo, Dns()).look_up(host, 5.0)
    assert (refused.value.kind, refused.value.phase) == ("dns", "dns")


def test_a_look_up_that_gets_no_file_says_so() -> None:
    names, _ = resolver(a_b=socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        with pytest.raises(ExchangeError, match="too many open files") as refused:
            names.look_up("a.b", 5.0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (refused.value.kind, refused.value.phase) == ("fd_exhausted", "dns")
