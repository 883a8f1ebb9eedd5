"""`timing: kernel`: answers are timed by when the kernel got them, however late the process is to read them.

The server runs in this process and by this clock: on loopback a packet comes in while it is sent. So an answer's stamp
lies between the looks at the clock before and after, however busy the machine is.
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

LATE = 0.03
"""Seconds for which the loop is held up once the answer has been sent."""
NEAR = 1e-4
"""Seconds by which a stamp may be off: the distance of two clocks is measured by looks at both."""


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
        made.channel.server = None
        return made

    yield build
    for network in networks:
        network.stamping.close()


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


class Server:
    """A script that answers in pieces, and knows when it sent each of the last answer."""

    def __init__(self, *pieces: bytes, pause: float = 0.0, close: bool = False) -> None:
        self.pieces = pieces
        self.pause = pause
        self.close = close
        self.sent: list[tuple[float, float]] = []
        self.asked = self.answered = 0
        self.done = threading.Event()

    def __call__(self, conn: Conn) -> None:
        while conn.request():
            self.asked += 1
            sent = []
            for piece in self.pieces:
                time.sleep(self.pause)
                before = monotonic()
                conn.send(piece)
                sent.append((before, monotonic()))
            self.sent = sent
            self.answered += 1
            self.done.set()
            if self.close:
                return


class Late(KernelTimedChannel):
    """Its loop is held up once the request has left: until the `server` has answered, and for LATE more."""

    __slots__ = ("server",)
    server: Server | None

    def _secure(self, begin: float, limit: float, tls: float | None) -> None:
        super()._secure(begin, limit, tls)
        send = self._send

        def sending(data: Any) -> int:
            if self.server is not None:
                self._network.loop.run_callback(self._block)
            return send(data)

        self._send = sending

    def _block(self) -> None:
        if self.server is not None:
            assert self.server.done.wait(20)
            time.sleep(LATE)
            self.server.done.clear()
            self.server = None


def ask_late(user: Any, server: Server) -> Any:
    """One exchange with a late loop → the channel with its answer; when the process read it is `_looked`."""
    channel = user.channel
    while server.answered < server.asked:
        time.sleep(0.001)  # its thread has not told yet of the answer that we have
    server.done.clear()
    channel.server = server
    user.ask()
    assert (channel.status, channel.error, channel.message, channel.server) == (200, "", "", None)
    assert channel.started <= channel.ready <= channel.sent <= channel.first <= channel.ended <= channel._looked
    assert channel._looked >= server.sent[-1][1] + LATE
    return channel


def came_when_sent(channel: Any, server: Server) -> bool:
    """Whether first and last byte have the times at which the server sent them."""
    pairs = zip((channel.first, channel.ended), (server.sent[0], server.sent[-1]), strict=True)
    return all(before - NEAR <= at <= after + NEAR for at, (before, after) in pairs)


def stamped(user: Any) -> int:
    return int(user.network.stamping.take())


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
schemes = pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])


@pytest.mark.parametrize("data", [answer(b"{}"), CHUNKED, answer(bytes(30_000))], ids=["plain", "chunked", "large"])
@schemes
def test_a_late_loop_does_not_lengthen_latency(
    serve: Any, user: Any, tls: ssl.SSLContext, data: bytes, secure: bool
) -> None:
    server = Server(data)
    one = user(serve(server, tls=tls if secure else None))
    one.ask()
    for _ in range(3):
        assert came_when_sent(ask_late(one, server), server)
    assert one.channel.reused
    assert stamped(one) == 4


@schemes
def test_an_answer_in_pieces_ends_with_the_last(serve: Any, user: Any, tls: ssl.SSLContext, secure: bool) -> None:
    """Both pieces come while the loop is held up, and are read at once: the first byte has the time of the last."""
    whole = answer(bytes(1000))
    server = Server(whole[:-500], whole[-500:], pause=0.01)
    one = user(serve(server, tls=tls if secure else None))
    for _ in range(3):
        channel = ask_late(one, server)
        before, after = server.sent[-1]
        assert before - NEAR <= channel.ended <= after + NEAR
        assert channel.first >= server.sent[0][0] - NEAR
    assert stamped(one) == 3


@schemes
def test_the_first_byte_has_its_own_time(serve: Any, user: Any, tls: ssl.SSLContext, secure: bool) -> None:
    """Where the loop is not late, the pieces are read one by one."""
    heard = threading.Event()
    whole = answer(bytes(1000))

    class Waiting(Server):
        def __call__(self, conn: Conn) -> None:
            while conn.request():
                self.sent = []
                for piece in (whole[:-500], whole[-500:]):
                    before = monotonic()
                    conn.send(piece)
                    self.sent.append((before, monotonic()))
                    assert heard.wait(20)
                heard.clear()
                self.done.set()

    class Heard(Late):
        __slots__ = ()

        def _more(self, *args: Any) -> bytes:
            heard.set()
            return super()._more(*args)

    server = Waiting()
    one = user(serve(server, tls=tls if secure else None), kind=Heard)
    for _ in range(3):
        channel = one.ask()
        assert server.done.wait(20)
        server.done.clear()
        assert came_when_sent(channel, server)
    assert stamped(one) == 3


@schemes
def test_more_than_a_socket_holds(serve: Any, user: Any, tls: ssl.SSLContext, secure: bool) -> None:
    """The rest is sent once there is room: it ends after the server began to send, and before we had read it.

    On two cores a packet of that many may overtake another, also on loopback: such an answer has no stamps.
    """
    server = Server(answer(bytes(20_000_000)))
    one = user(serve(server, tls=tls if secure else None))
    for _ in range(10):
        channel = one.ask()
        assert len(channel.body) == 20_000_000
        assert channel.sent <= channel.first <= channel.ended <= channel._looked
        if stamped(one):
            return
    pytest.fail("no stamp in ten answers")


def test_a_new_connection_for_each_request(serve: Any, user: Any) -> None:
    server = Server(answer(b"{}"))
    there = serve(server)
    one = user(there, kind=single_use(Late))
    for _ in range(3):
        assert came_when_sent(ask_late(one, server), server)
    assert (there.connections, stamped(one)) == (3, 3)


def test_a_connection_that_is_opened_anew(serve: Any, user: Any) -> None:
    server = Server(answer(b"2"))
    there = serve(once(answer(b"1")), server)
    one = user(there)
    one.ask()
    channel = one.ask()  # the server closed meanwhile: sent again
    assert server.done.wait(20)
    assert came_when_sent(channel, server)
    assert (channel.body, there.connections, stamped(one)) == (b"2", 2, 2)


def test_an_end_that_only_the_close_tells_is_timed_by_the_process(serve: Any, user: Any) -> None:
    one = user(serve(once(b"HTTP/1.1 200 OK\r\n\r\nto the end")))
    channel = one.ask()
    assert (channel.status, channel.body) == (200, b"to the end")
    assert channel.ended == channel._looked
    assert stamped(one) == 0


def test_no_answer_has_no_stamp(serve: Any, user: Any) -> None:
    one = user(serve(lambda conn: conn.reset()))
    assert one.failure("POST")[0] in ("reset", "closed")
    assert stamped(one) == 0


def test_a_unix_socket_has_no_stamps(serve: Any, user: Any, tmp_path: Path) -> None:
    server = Server(answer(b"{}"))
    there = serve(server)
    there.also_at(tmp_path / "api.sock")
    one = user(there, route=Route(hosts={"127.0.0.1": f"unix:{tmp_path}/api.sock"}, folder=str(tmp_path)))
    channel = ask_late(one, server)
    assert (channel.ended, stamped(one)) == (channel._looked, 0)


def test_a_kernel_without_stamps(serve: Any, user: Any) -> None:
    server = Server(answer(b"{}"))
    one = user(serve(server))
    one.network.stamping.close()
    channel = ask_late(one, server)
    assert (channel.ended, stamped(one)) == (channel._looked, 0)


def test_a_clock_that_is_set_meanwhile(serve: Any, user: Any) -> None:
    server = Server(answer(b"{}"))
    one = user(serve(server))
    one.ask()
    clock = one.network.stamping.clock
    clock._realtime = lambda: time.time() + 5
    channel = ask_late(one, server)
    assert (channel.ended, stamped(one)) == (channel._looked, 1)
    clock._realtime = time.time
    one.ask()
    assert stamped(one) == 0
    assert came_when_sent(ask_late(one, server), server)
    assert stamped(one) == 1


@pytest.mark.parametrize("proxy", ["http", "https"])
@pytest.mark.parametrize("secure", [False, True], ids=["to http", "to https"])
def test_through_a_proxy(serve: Any, user: Any, tls: ssl.SSLContext, proxy: str, secure: bool) -> None:
    """A tunnel, TLS within TLS, and a proxy that answers itself: it sends after the server, if at all."""
    there = serve(Asked().http, tls=tls if proxy == "https" else None)
    server = serve(serving(answer(b"{}")), tls=tls if secure else None)
    one = user(server, http=Http(proxy=f"{proxy}://127.0.0.1:{there.port}"))
    for _ in range(3):
        channel = one.ask()
        assert channel.sent <= channel.first <= channel.ended < channel._looked
    assert stamped(one) == 3


@pytest.mark.parametrize("close", [False, True], ids=["kept", "closed"])
def test_a_packet_that_came_out_of_order(serve: Any, user: Any, close: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stamp may be from long before the bytes could be read: the process is believed."""
    count = 0
    monkeypatch.setattr(StampedSocket, "_out_of_order", lambda _: count)
    server = Server(answer(b"{}", "200 OK", "Connection: close") if close else answer(b"{}"), close=close)
    one = user(serve(server))
    assert came_when_sent(ask_late(one, server), server)
    assert not one.channel._stamped.reordered()
    count = 1
    channel = ask_late(one, server)
    assert (channel.ended, stamped(one)) == (channel._looked, 1)


def test_the_kernel_counts_what_came_out_of_order() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = StampedSocket(socket.create_connection(listener.getsockname()))
    assert not one.reordered()
    one.close()
    assert not one.reordered()
