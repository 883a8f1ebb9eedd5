"""Connecting: which address wins, and what is said when none does. Real sockets on loopback."""

from __future__ import annotations

import errno
import gc
import resource
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import pytest
from greenlet import getcurrent
from support_net import WatchedLoop, open_files, start, until, watched_network

from loadspec.clock import monotonic
from loadspec.transports import dialing
from loadspec.transports.base import ExchangeError, Interrupted
from loadspec.transports.dialing import open_socket
from loadspec.transports.network import Network
from loadspec.wire.settings import Dns, Route

Rig = tuple[Network, WatchedLoop]


@pytest.fixture
def rig() -> Iterator[Callable[..., Rig]]:
    """Networks, afterwards without watchers; no file may be left open either."""
    gevent.sleep(0.001)  # the loop opens its own files when it first runs
    gc.collect()  # what other tests left
    files, made = open_files(), []

    def build(**route: Any) -> Rig:
        made.append(watched_network(route=Route(**route)))
        return made[-1]

    yield build
    for _, loop in made:
        assert not loop.open
    assert open_files() == files


@pytest.fixture(autouse=True)
def quick(monkeypatch: Any) -> None:
    monkeypatch.setattr(dialing, "ATTEMPT_DELAY", 0.05)


class Drawn:
    """A delay that is another one each time it is added."""

    def __init__(self, values: Iterator[float]) -> None:
        self._values = values

    def __radd__(self, now: float) -> float:
        return now + next(self._values)


def ipv6(address: tuple[int, Any]) -> tuple[int, Any]:
    """The same place by an IPv6 address: it works on machines that have none of their own, too."""
    return socket.AF_INET6, (f"::ffff:{address[1][0]}", address[1][1], 0, 0)


class Listeners:
    """Ports on loopback addresses: open ones, deaf ones whose queue is full, and refused ones."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._deaf: dict[Any, socket.socket] = {}

    def open(self, host: str = "127.0.0.1", port: int = 0) -> tuple[int, Any]:
        server = self._stack.enter_context(socket.create_server((host, port), backlog=32))
        return socket.AF_INET, server.getsockname()

    def deaf(self, host: str = "127.0.0.1") -> tuple[int, Any]:
        """Its queue is full, so that a SYN is dropped."""
        server = self._stack.enter_context(socket.socket())
        server.bind((host, 0))
        server.listen(0)
        where = server.getsockname()
        client = self._stack.enter_context(socket.create_connection(where))
        assert client.getpeername() == where
        self._deaf[where] = server
        return socket.AF_INET, where

    def hear(self, where: Any) -> None:
        """Make room in the queue of a deaf one."""
        self._deaf[where].accept()[0].close()

    def refused(self, host: str = "127.0.0.1") -> tuple[int, Any]:
        """Bound, so that nobody else gets the port, and not listening."""
        server = self._stack.enter_context(socket.socket())
        server.bind((host, 0))
        return socket.AF_INET, server.getsockname()

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def ports(rig: Any) -> Iterator[Listeners]:  # rig first: its count of files comes last
    made = Listeners()
    yield made
    made.close()


def dial(rig: Rig, addresses: Sequence[Any], within: float = 5.0, seat: int = 0) -> str:
    """The address that was connected to, or "kind: message"."""
    try:
        sock = open_socket(rig[0], addresses, getcurrent().switch, monotonic() + within, seat)
    except ExchangeError as error:
        return f"{error.kind}: {error}" if error.phase == "connect" else f"in phase {error.phase}: {error}"
    with sock:
        assert sock.gettimeout() == 0
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        return str(sock.getpeername()[0])


def test_the_first_that_connects_wins(rig: Any, ports: Listeners) -> None:
    one, two = ports.open("127.0.0.1"), ports.open("127.0.0.2")
    assert dial(rig(), [one, two]) == "127.0.0.1"
    assert dial(rig(), [two, one]) == "127.0.0.2"


def test_after_a_refusal_the_next_is_tried_at_once(rig: Any, ports: Listeners, monkeypatch: Any) -> None:
    monkeypatch.setattr(dialing, "ATTEMPT_DELAY", 60.0)
    made = rig()
    assert dial(made, [ports.refused("127.0.0.2"), ports.refused("127.0.0.3"), ports.open()]) == "127.0.0.1"


def test_also_where_an_earlier_one_is_under_way(rig: Any, ports: Listeners, monkeypatch: Any) -> None:
    """The second starts after the delay; once it has failed the third does not wait for another."""
    delays = iter([0.05, 60.0, 60.0])
    monkeypatch.setattr(dialing, "ATTEMPT_DELAY", Drawn(delays))
    addresses = [ports.deaf("127.0.0.2"), ports.refused("127.0.0.3"), ports.open()]
    assert dial(rig(), addresses) == "127.0.0.1"


def test_one_that_does_not_answer_is_raced_and_closed(rig: Any, ports: Listeners) -> None:
    began = monotonic()
    assert dial(rig(), [ports.deaf("127.0.0.2"), ports.deaf("127.0.0.3"), ports.open()]) == "127.0.0.1"
    assert monotonic() - began >= 0.1  # two delays


def test_one_that_is_slow_still_wins_where_the_others_fail(rig: Any, ports: Listeners) -> None:
    """The kernel asks a full queue again after a second, and by then there is room."""
    family, where = ports.deaf("127.0.0.2")

    room = gevent.spawn_later(0.2, ports.hear, where)
    assert dial(rig(), [(family, where), ports.refused("127.0.0.3")]) == "127.0.0.2"
    room.get()


@pytest.mark.parametrize(("policy", "winner"), [("any", "::ffff:127.0.0.1"), ("prefer_ipv4", "timeout")])
def test_a_preferred_family_is_not_raced_against_the_other(
    policy: Any, winner: str, rig: Any, ports: Listeners
) -> None:
    addresses = [ports.deaf(), ipv6(ports.open())]
    assert dial(rig(dns=Dns(policy=policy)), addresses, 0.4).startswith(winner)


@pytest.mark.parametrize("policy", ["any", "prefer_ipv4"])
def test_the_other_family_is_tried_where_the_preferred_fails(policy: Any, rig: Any, ports: Listeners) -> None:
    assert dial(rig(dns=Dns(policy=policy)), [ports.refused(), ipv6(ports.open())]) == "::ffff:127.0.0.1"


def test_what_all_failed_with_is_told(rig: Any, ports: Listeners) -> None:
    assert dial(rig(), [ports.refused()]) == "refused: Connection refused"
    told = dial(rig(), [ports.refused(), ports.refused("127.0.0.2"), ipv6(ports.refused())])
    assert told == (
        "refused: no address could be connected to: 127.0.0.1 (Connection refused), 127.0.0.2 (Connection refused), "
        "::ffff:127.0.0.1 (Connection refused)"
    )


def test_the_deadline_ends_all_attempts(rig: Any, ports: Listeners) -> None:
    assert dial(rig(), [ports.deaf()], 0.1) == "timeout: not connected within the timeout"
    told = dial(rig(), [ports.refused(), ports.deaf("127.0.0.2")], 0.1)
    assert told == "timeout: not connected within the timeout; before that: 127.0.0.1 (Connection refused)"
    assert dial(rig(), [ports.open()], -1.0).startswith("timeout")


def test_an_interrupt_leaves_nothing_behind(rig: Any, ports: Listeners) -> None:
    made = rig()
    addresses, ended = [ports.deaf(), ports.deaf("127.0.0.2")], []

    def run() -> None:
        try:
            open_socket(made[0], addresses, fiber.switch, monotonic() + 60)
        except Interrupted:
            ended.append(True)

    fiber = start(run)
    until(lambda: made[1].made["io"] == 2)
    made[0].loop.run_callback(fiber.throw, Interrupted)
    until(lambda: ended)


def test_a_port_that_nobody_listens_at_is_not_connected_to_itself(rig: Any) -> None:
    """The kernel may lend a connection the very port it goes to (a simultaneous open with itself)."""

    class Itself(socket.socket):
        def connect_ex(self, where: Any) -> int:
            self.bind(where)
            return super().connect_ex(where)

    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        where = spare.getsockname()
    made = rig()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialing.socket, "socket", Itself)
        assert dial(made, [(socket.AF_INET, where)]) == "refused: Connection refused"


def test_users_connect_from_their_own_addresses(rig: Any, ports: Listeners) -> None:
    family, where = ports.open()
    made = rig(local_ips=("127.0.0.8/30", "127.0.0.20"))
    for seat, address in enumerate(["127.0.0.9", "127.0.0.10", "127.0.0.20", "127.0.0.9"]):
        with open_socket(made[0], [(family, where)], getcurrent().switch, monotonic() + 5, seat) as sock:
            assert sock.getsockname()[0] == address


def test_an_address_of_another_machine(rig: Any, ports: Listeners) -> None:
    told = dial(rig(local_ips=("192.0.2.1",)), [ports.open()])
    assert told == "os_error: network.local_ips names 192.0.2.1, which is no address of this machine"


def test_no_file_is_left(rig: Any, ports: Listeners) -> None:
    made, address = rig(), ports.open()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        told = dial(made, [address, address])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert told.startswith("fd_exhausted: no address could be connected to: 127.0.0.1 (Too many open files)")


PORTS = """
    import ctypes, fcntl, os, socket, struct

    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(0x40000000) == 0 or libc.unshare(0x50000000) == 0, os.strerror(ctypes.get_errno())
    with socket.socket() as sock:  # the new namespace's loopback is down
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh14x", b"lo", 0x1))
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
        file.write("40000 40003")

    from greenlet import getcurrent
    from loadspec.clock import monotonic
    from loadspec.transports.base import ExchangeError
    from loadspec.transports.dialing import open_socket
    from loadspec.transports.network import Network
    from loadspec.wire.settings import Route, Settings

    server = socket.create_server(("127.0.0.1", 999))
    network, kept = Network(Settings(route=Route(local_ips=LOCAL))), []
    try:
        for _ in range(20):
            address = (socket.AF_INET, server.getsockname())
            kept.append(open_socket(network, [address], getcurrent().switch, monotonic() + 5))
    except ExchangeError as error:
        print(len(kept), error.kind, error.phase)
"""


@pytest.mark.parametrize("local", [(), ("127.0.0.1",)])
def test_no_port_is_left(local: tuple[str, ...]) -> None:
    """In a network of its own, whose kernel has four ports to lend."""
    script = textwrap.dedent(PORTS).replace("LOCAL", repr(local))
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("4 port_exhausted connect\n", "")


def test_a_unix_socket(rig: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "api.sock")
    made = rig()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1)
        with open_socket(made[0], [(socket.AF_UNIX, path)], getcurrent().switch, monotonic() + 5) as sock:
            assert sock.getpeername() == path


def test_a_unix_socket_that_is_not_there(rig: Any, tmp_path: Path) -> None:
    made, path = rig(), str(tmp_path / "none.sock")
    assert dial(made, [(socket.AF_UNIX, path)]) == f"refused: unix:{path}: No such file or directory"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    assert dial(made, [(socket.AF_UNIX, path)]) == f"refused: unix:{path}: Connection refused"


def test_a_unix_socket_whose_path_is_too_long(rig: Any, tmp_path: Path) -> None:
    assert dial(rig(), [(socket.AF_UNIX, str(tmp_path / ("x" * 108)))]).startswith("os_error: unix:/")


def test_a_unix_socket_whose_queue_is_full(rig: Any, tmp_path: Path) -> None:
    made, path = rig(), str(tmp_path / "busy.sock")
    address = [(socket.AF_UNIX, path)]
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as first:
        server.bind(path)
        server.listen(0)
        first.connect(path)
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            assert probe.connect_ex(path) == errno.EAGAIN
        assert dial(made, address, 0.05).startswith("timeout")
        room = gevent.spawn_later(0.05, server.accept)
        open_socket(made[0], address, getcurrent().switch, monotonic() + 5).close()
        room.get()[0].close()
