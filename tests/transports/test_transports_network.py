"""Names: looked up once, off the loop, and never to an address that is nobody's business."""

from __future__ import annotations

import gc
import resource
import socket
from typing import Any

import gevent
import pytest
from support_dns import Resolver, network_with
from support_net import answer, serving

from loadspec.transports.base import ExchangeError
from loadspec.transports.network import Network
from loadspec.wire.hosts import HostLimit
from loadspec.wire.url import Origin


def test_a_name_that_is_not_there(client: Any) -> None:
    network, resolver = network_with(nobody_invalid=socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    user = client(Origin("http", "nobody.invalid", 80), network=network)
    for _ in range(2):
        assert user.failure("POST") == ("dns", "dns")
    assert "not known" in user.channel.message
    assert len(resolver.asked) == 2  # a failure is not remembered


def test_a_name_without_an_address(client: Any) -> None:
    network, _ = network_with(empty_invalid=[])
    assert client(Origin("http", "empty.invalid", 80), network=network).failure() == ("dns", "dns")


@pytest.mark.parametrize("limits", [{"total": 0.1}, {"connect": 0.1}])
def test_a_resolver_that_does_not_answer(limits: dict[str, float], client: Any) -> None:
    network, _ = network_with(slow_invalid=9.0)
    user = client(Origin("http", "slow.invalid", 80), network=network)
    assert user.failure("POST", **limits) == ("timeout", "dns")


def test_answers_are_kept(serve: Any, client: Any) -> None:
    server = serve(serving(answer(b"{}", "200 OK", "Connection: close")))
    network, resolver = network_with(here_invalid=["127.0.0.1"])
    user = client(server.origin("here.invalid"), network=network)
    for _ in range(3):
        assert user.ask("POST").status == 200
    assert resolver.asked == ["here.invalid"]


def test_the_next_address_is_tried(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    network, _ = network_with(two_invalid=["127.0.0.2", "127.0.0.1"])  # the server listens on the second only
    assert client(server.origin("two.invalid"), network=network).ask("POST").status == 200


FORBIDDEN = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "100.100.100.200",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden_addresses_are_refused_before_any_connection(address: str, client: Any) -> None:
    network, _ = network_with(metadata_invalid=["127.0.0.1", address])
    user = client(Origin("http", "metadata.invalid", 80), network=network)
    for _ in range(2):
        assert user.failure() == ("forbidden_target", "connect")
    assert user.loop.made["io"] == 0
    assert address in user.channel.message


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd00::1", "0.0.0.0"])
def test_other_addresses_are_not(address: str) -> None:
    (network, _), _ = network_with(fine_invalid=[address])
    assert [found[1][0] for found in network.addresses("fine.invalid", 80, 1.0)] == [address]


def test_a_host_that_is_not_allowed_is_not_even_looked_up(client: Any) -> None:
    network, resolver = network_with(evil_invalid=["127.0.0.1"])
    network[0]._hosts = HostLimit.parse([["*.example.com", "10.0.0.1"]])
    for host in ("example.com", "127.0.0.1", "evil.invalid"):
        user = client(Origin("http", host, 80), network=network)
        assert user.failure() == ("host_not_allowed", "connect")
        assert f"{host}:80" in user.channel.message
    assert resolver.asked == []
    assert network[1].made["io"] == 0


@pytest.mark.parametrize("addresses", [["192.0.2.1"], ["127.0.0.1", "192.0.2.1"], ["::1"]])
def test_a_name_outside_an_allowed_network_is_refused_before_any_connection(addresses: list[str], client: Any) -> None:
    network, resolver = network_with(there_invalid=addresses)
    network[0]._hosts = HostLimit.parse([["127.0.0.0/8"]])
    user = client(Origin("http", "there.invalid", 80), network=network)
    assert user.failure() == ("host_not_allowed", "connect")
    assert resolver.asked == ["there.invalid"]
    assert network[1].made["io"] == 0


def test_a_name_inside_an_allowed_network_is_connected_to(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    network, _ = network_with(here_invalid=["127.0.0.1"])
    network[0]._hosts = HostLimit.parse([["127.0.0.0/8"]])
    assert client(server.origin("here.invalid"), network=network).ask("POST").status == 200


def test_what_is_allowed_is_still_no_metadata_address(client: Any) -> None:
    network, _ = network_with(metadata_invalid=["169.254.169.254"])
    network[0]._hosts = HostLimit.parse([["metadata.invalid", "169.254.0.0/16", "169.254.169.254"]])
    for host in ("metadata.invalid", "169.254.169.254"):
        assert client(Origin("http", host, 80), network=network).failure() == ("forbidden_target", "connect")


def test_an_address_needs_no_resolver() -> None:
    """Ten thousand users who start at once must not queue up for a thread each."""
    (network, _), resolver = network_with()
    assert network.addresses("127.0.0.1", 80, 1.0) == [(socket.AF_INET, ("127.0.0.1", 80))]
    assert network.addresses("::1", 80, 1.0) == [(socket.AF_INET6, ("::1", 80, 0, 0))]
    with pytest.raises(ExchangeError, match="link-local"):
        network.addresses("169.254.169.254", 80, 1.0)
    assert resolver.asked == []


def test_many_who_ask_at_once_share_one_lookup() -> None:
    (network, _), resolver = network_with(slow_invalid=0.05)
    users = [gevent.spawn(network.addresses, "slow.invalid", 80, 5.0) for _ in range(20)]
    gevent.joinall(users, raise_error=True)
    assert {user.value[0][1] for user in users} == {("127.0.0.1", 80)}
    assert resolver.asked == ["slow.invalid"]


def test_one_who_gives_up_does_not_take_the_lookup_along() -> None:
    (network, _), resolver = network_with(slow_invalid=0.1)
    patient = gevent.spawn(network.addresses, "slow.invalid", 80, 5.0)
    with pytest.raises(ExchangeError) as hasty:
        network.addresses("slow.invalid", 80, 0.02)
    assert (hasty.value.kind, hasty.value.phase) == ("timeout", "dns")
    assert patient.get(timeout=5)[0][1] == ("127.0.0.1", 80)
    assert resolver.asked == ["slow.invalid"]


def test_a_shared_failure_reaches_all_and_is_not_kept() -> None:
    class Late(Resolver):
        def getaddrinfo(self, host: str, port: int, *_: Any) -> list[Any]:
            self.asked.append(host)
            gevent.sleep(0.02)
            raise socket.gaierror(socket.EAI_AGAIN, "try again")

    (network, _), _ = network_with()
    late = network.hub.resolver = Late()

    def ask() -> str:
        with pytest.raises(ExchangeError):
            network.addresses("x.invalid", 80, 5.0)
        return "failed"

    assert [one.get() for one in [gevent.spawn(ask) for _ in range(5)]] == ["failed"] * 5
    assert late.asked == ["x.invalid"]
    ask()
    assert len(late.asked) == 2


def test_the_real_resolver_is_not_blocked_by_the_loop() -> None:
    assert (socket.AF_INET, ("127.0.0.1", 80)) in Network().addresses("localhost", 80, 10.0)


def test_the_look_up_has_a_limit_of_its_own(client: Any) -> None:
    network, _ = network_with(slow_invalid=9.0)
    user = client(Origin("http", "slow.invalid", 80), network=network)
    assert user.failure("POST", dns=0.05, connect=8.0) == ("timeout", "dns")
    assert "within 0.05 s" in user.channel.message


def test_the_handshake_has_a_limit_of_its_own(serve: Any, client: Any) -> None:
    server = serve(lambda conn: conn.wait_for_close())  # it never says a word
    user = client(Origin("https", "127.0.0.1", server.port))
    assert user.failure("POST", tls=0.05, connect=8.0) == ("timeout", "tls")


def test_a_server_that_does_not_accept(client: Any) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        with socket.create_connection(deaf.getsockname()):  # its queue is full
            user = client(Origin("http", "127.0.0.1", deaf.getsockname()[1]))
            assert user.failure("POST", connect=0.05) == ("timeout", "connect")
            assert user.failure("POST", total=0.05) == ("timeout", "connect")
            assert "127.0.0.1" in user.channel.message


def test_no_file_is_left_for_a_connection(serve: Any, client: Any) -> None:
    server = serve(serving(answer()))
    user = client(server)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        assert user.failure("POST") == ("fd_exhausted", "connect")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert user.ask("POST").status == 200
    assert server.connections == 1


def test_nothing_of_the_dialling_is_kept(serve: Any, client: Any) -> None:
    """What dialling needs is gone once it is done: no watcher, timer or object stays beside the connection's own."""
    server = serve(serving(answer()))
    network = network_with()[0]
    users = [client(server, network=network) for _ in range(20)]
    for user in users:
        user.ask("POST")
    assert len(network[1].open) == 2 * len(users)  # a read watcher and a timer each
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one).__name__ == "_Race"]
    for user in users:
        user.channel.close()
