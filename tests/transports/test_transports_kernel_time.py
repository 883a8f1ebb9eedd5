"""`timing: kernel`: answers are timed by when the kernel got them, however late the process is to read them.

Times are compared with the process's own of the same exchange, and with what the server did; never with a limit alone.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import trustme
from support_net import Conn, answer, once, serving, watched_network
from support_proxy import Asked

from loadspec.clock import monotonic
from loadspec.transports.kernel_timed import KernelTimedChannel
from loadspec.transports.reuse import single_use
from loadspec.transports.stamping import StampedSocket, Stamping
from loadspec.wire.settings import Http, Route, Tls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stamps are Linux's")

LATE = 0.06
"""Seconds for which the loop is blocked while the answer comes."""


@pytest.fixture(scope="module", autouse=True)
def stamping() -> Iterator[None]:
    """The kernel takes some milliseconds to begin with stamps: it is asked for them before all tests."""
    asking = Stamping()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = asking.open(socket.create_connection(listener.getsockname()))
        other, _ = listener.accept()
    with one, other:
        for _ in range(2000):
            other.send(b"x")
            one.recv(1)
            if one.last:
                break
            time.sleep(0.005)
        assert one.last
    yield
    asking.close()


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def user(client: Any, tmp_path: Path, ca: trustme.CA) -> Iterator[Callable[..., Any]]:
    """Makes clients that are timed by the kernel; `tls` trusts the test's authority."""
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    networks = []

    def build(server: Any, kind: Any = Late, **settings: Any) -> Any:
        network = watched_network(tls=Tls(ca_file=str(tmp_path / "ca.pem")), timing="kernel", **settings)
        networks.append(network[0])
        made = client(server, network=network, kind=kind)
        made.channel.late = 0.0
        return made

    yield build
    for network in networks:
        network.stamping.close()


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


class Late(KernelTimedChannel):
    """Its loop is blocked for `late` seconds once the request has left, from when `wait` is set."""

    __slots__ = ("late", "wait")
    late: float
    wait: threading.Event | None

    def _wait(self, phase: str) -> None:
        if phase == "headers" and self.late:
            self._network.loop.run_callback(self._block)
        super()._wait(phase)

    def _block(self) -> None:
        if self.wait is not None:
            assert self.wait.wait(10)
        time.sleep(self.late)
        self.late = 0.0


def ask_late(user: Any, wait: threading.Event | None = None, **options: Any) -> tuple[float, float]:
    """One exchange with a late loop → the process's and the kernel's time from ready to ended."""
    channel = user.channel
    channel.late, channel.wait = LATE, wait
    user.ask(**options)
    assert (channel.status, channel.error, channel.message, channel.late) == (200, "", "", 0)
    assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended <= channel._looked
    return channel._looked - channel.ready, channel.ended - channel.ready


def stamped(user: Any) -> int:
    return int(user.network.stamping.take())


def chunked(conn: Conn) -> None:
    while conn.request():
        conn.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")


SCRIPTS = {"plain": serving(answer(b"{}")), "chunked": chunked, "large": serving(answer(bytes(300_000)))}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_late_loop_does_not_lengthen_latency(
    serve: Any, user: Any, tls: ssl.SSLContext, name: str, secure: bool
) -> None:
    one = user(serve(SCRIPTS[name], tls=tls if secure else None))
    one.ask()
    for _ in range(3):
        by_process, by_kernel = ask_late(one)
        assert by_process >= LATE
        if name != "large":  # more than the socket's buffer has to wait for us
            assert by_kernel < by_process - LATE / 2
    assert one.channel.reused
    assert stamped(one) == 4


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_what_the_server_takes_is_not_cut_off(serve: Any, user: Any, tls: ssl.SSLContext, secure: bool) -> None:
    """Both pieces come while the loop is blocked: the second 30 ms after the request, and that is the end."""

    def script(conn: Conn) -> None:
        while conn.request():
            time.sleep(0.02)
            conn.send(answer(bytes(1000))[:-500])
            time.sleep(0.02)
            conn.send(bytes(500))
            done.set()

    done = threading.Event()
    one = user(serve(script, tls=tls if secure else None))
    for _ in range(3):
        done.clear()
        by_process, by_kernel = ask_late(one, done)
        assert 0.04 <= by_kernel < by_process - LATE / 2
    assert stamped(one) == 3


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_the_first_byte_has_its_own_time(serve: Any, user: Any, tls: ssl.SSLContext, secure: bool) -> None:
    def script(conn: Conn) -> None:
        while conn.request():
            time.sleep(0.02)
            conn.send(answer(bytes(1000))[:-500])
            time.sleep(0.05)
            conn.send(bytes(500))

    one = user(serve(script, tls=tls if secure else None))
    for _ in range(3):
        channel = one.ask()
        assert channel.first - channel.sent >= 0.02
        assert channel.ended - channel.first >= 0.04
    assert stamped(one) == 3


def test_times_agree_with_the_process_where_it_is_not_late(serve: Any, user: Any) -> None:
    """The kernel's time comes before the process's, and the quickest of many by no more than what a wake-up takes."""
    one = user(serve(serving(answer(b"{}"))))
    channel = one.ask()
    gaps = []
    for _ in range(200):
        one.ask()
        gaps.append(channel._looked - channel.ended)
    assert 0 <= min(gaps) < 0.001
    assert stamped(one) == 201


def test_a_new_connection_for_each_request(serve: Any, user: Any) -> None:
    server = serve(serving(answer(b"{}")))
    one = user(server, kind=single_use(Late))
    for _ in range(5):
        by_process, by_kernel = ask_late(one)
        assert by_kernel < by_process - LATE / 2
    assert (server.connections, stamped(one)) == (5, 5)


def test_a_connection_that_is_opened_anew(serve: Any, user: Any) -> None:
    server = serve(once(answer(b"1")), serving(answer(b"2")))
    one = user(server)
    one.ask()
    by_process, by_kernel = ask_late(one)  # the server closed meanwhile: sent again
    assert by_kernel < by_process
    assert (one.channel.body, server.connections, stamped(one)) == (b"2", 2, 2)


def test_an_end_that_only_the_close_tells_is_timed_by_the_process(serve: Any, user: Any) -> None:
    one = user(serve(once(b"HTTP/1.1 200 OK\r\n\r\nto the end")))
    channel = one.ask()
    assert (channel.status, channel.body) == (200, b"to the end")
    assert channel.ended == channel._looked
    assert stamped(one) == 0


def test_no_answer_is_counted_by_nobody(serve: Any, user: Any) -> None:
    one = user(serve(lambda conn: conn.reset()))
    assert one.failure("POST")[0] in ("reset", "closed")
    assert stamped(one) == 0


def test_a_unix_socket_has_no_stamps(serve: Any, user: Any, tmp_path: Path) -> None:
    server = serve(serving(answer(b"{}")))
    server.also_at(tmp_path / "api.sock")
    one = user(server, route=Route(hosts={"127.0.0.1": f"unix:{tmp_path}/api.sock"}, folder=str(tmp_path)))
    by_process, by_kernel = ask_late(one)
    assert by_process == by_kernel >= LATE
    assert stamped(one) == 0


def test_a_kernel_without_stamps(serve: Any, user: Any) -> None:
    one = user(serve(serving(answer(b"{}"))))
    one.network.stamping.close()
    by_process, by_kernel = ask_late(one)
    assert by_process == by_kernel >= LATE
    assert stamped(one) == 0


def test_a_clock_that_is_set_meanwhile(serve: Any, user: Any) -> None:
    one = user(serve(serving(answer(b"{}"))))
    one.ask()
    clock = one.network.stamping.clock
    clock._realtime = lambda: time.time() + 5
    by_process, by_kernel = ask_late(one)
    assert by_process == by_kernel >= LATE
    clock._realtime = time.time
    one.ask()
    one.ask()
    assert stamped(one) == 2


@pytest.mark.parametrize("proxy", ["http", "https"])
@pytest.mark.parametrize("secure", [False, True], ids=["to http", "to https"])
def test_through_a_proxy(serve: Any, user: Any, tls: ssl.SSLContext, proxy: str, secure: bool) -> None:
    """A tunnel, TLS within TLS, and a proxy that answers itself."""
    there = serve(Asked().http, tls=tls if proxy == "https" else None)
    server = serve(serving(answer(b"{}")), tls=tls if secure else None)
    one = user(server, http=Http(proxy=f"{proxy}://127.0.0.1:{there.port}"))
    one.ask()
    by_process, by_kernel = ask_late(one)
    assert by_kernel < by_process - LATE / 2
    assert stamped(one) == 2


def test_a_late_loop_is_no_pause(serve: Any, user: Any) -> None:
    """The connection is not looked at again, which would cost a system call, only because the answer came long ago."""
    looks: list[float] = []

    class Looking(Late):
        __slots__ = ()

        def _alive(self) -> bool:
            looks.append(monotonic())
            return super()._alive()

    one = user(serve(serving(answer(b"{}"))), kind=Looking)
    one.ask()
    ask_late(one)
    channel = one.channel
    channel._looked = monotonic()
    one.ask()
    assert looks == []
    gevent.sleep(0.01)
    one.ask()
    assert len(looks) == 1


@pytest.mark.parametrize("close", [False, True], ids=["kept", "closed"])
def test_a_packet_that_came_out_of_order(serve: Any, user: Any, close: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stamp may be from long before the bytes could be read: the process is believed."""
    count = 0
    monkeypatch.setattr(StampedSocket, "_out_of_order", lambda _: count)
    data = answer(b"{}", "200 OK", "Connection: close") if close else answer(b"{}")
    one = user(serve(serving(data)))
    by_process, by_kernel = ask_late(one)
    assert by_kernel < by_process - LATE / 2
    assert not one.channel._stamped.reordered()
    count = 1
    by_process, by_kernel = ask_late(one)
    assert by_process == by_kernel >= LATE
    assert stamped(one) == 1


def test_the_kernel_counts_what_came_out_of_order() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = StampedSocket(socket.create_connection(listener.getsockname()))
    assert not one.reordered()
    one.close()
    assert not one.reordered()
