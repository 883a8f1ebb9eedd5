"""TLS in memory: whatever way its records travel, what is read and sent is the same, and nothing is left behind."""

from __future__ import annotations

import gc
import itertools
import socket
import ssl
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support_net import Conn, answer, serving, until, watched_network
from support_tls import Peer, server_context

from loadspec.transports.base import Deadlines
from loadspec.transports.memory_tls import RECORD, MemoryTls
from loadspec.wire.settings import Tls

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
BIG = bytes(range(256)) * 1024
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BAD = r"(?i)bad record mac|decryption failed"
CA = trustme.CA()
CONTEXTS = {version: server_context(CA) for version in (V12, V13)}
CLIENT = ssl.create_default_context()
CA.configure_trust(CLIENT)
for version, context in CONTEXTS.items():
    context.minimum_version = context.maximum_version = version


class Wire:
    """A socket that does not block, to a peer in memory: the test says how much each call takes; 0 is not now."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.coming = b""
        self.reads: Iterator[int] = itertools.repeat(1 << 20)
        self.room: Iterator[int] = itertools.repeat(1 << 20)
        self.closed = False

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        pass

    def recv(self, limit: int) -> bytes:
        count = min(limit, next(self.reads))
        data, self.coming = self.coming[:count], self.coming[count:]
        if not data and not (self.closed and count):
            raise BlockingIOError
        return data

    def send(self, data: Any) -> int:
        taken = bytes(data[: next(self.room)])
        if not taken:
            raise BlockingIOError
        self.peer.hear(taken)
        self.coming += self.peer.say()
        return len(taken)


def connected(version: ssl.TLSVersion = V13) -> tuple[MemoryTls, Wire]:
    wire = Wire(Peer(CONTEXTS[version]))
    tls = MemoryTls(wire, CLIENT, "127.0.0.1", None)
    tls.do_handshake()
    return tls, wire


def read(tls: MemoryTls, wire: Wire) -> bytes:
    """What is given until nothing more comes: no call is made for what might have been left behind."""
    pieces = []
    while wire.coming:
        with suppress(BlockingIOError):
            pieces.append(tls.recv(1))
    return b"".join(pieces)


SIZES = st.lists(st.integers(0, 20_000) | st.integers(1, 30) | st.just(1 << 20), min_size=1, max_size=8).filter(any)
VERSIONS = st.sampled_from([V12, V13])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(min_size=1, max_size=40_000), max_size=6), SIZES, VERSIONS)
def test_records_cut_anywhere(pieces: list[bytes], sizes: list[int], version: ssl.TLSVersion) -> None:
    tls, wire = connected(version)
    wire.coming += wire.peer.say(*pieces)
    wire.reads = itertools.cycle(sizes)
    assert read(tls, wire) == b"".join(pieces)
    wire.closed = True
    while True:
        try:
            assert tls.recv(1) == b""
            break
        except BlockingIOError:
            pass


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=4), SIZES, VERSIONS)
def test_sends_that_are_taken_in_part(lengths: list[int], sizes: list[int], version: ssl.TLSVersion) -> None:
    """As a channel sends: on from what was sent, and with the same bytes where nothing was."""
    tls, wire = connected(version)
    wire.room = itertools.cycle(sizes)
    told = b""
    for length in lengths:
        view = memoryview((BIG * 2)[:length])
        told += view
        while view:
            try:
                count = tls.send(view)
            except BlockingIOError:
                continue
            assert 0 < count <= len(view)
            view = view[count:]
    assert wire.peer.heard == told


def test_what_was_sent_before_keys_are_negotiated_anew_is_not_sent_again() -> None:
    """OpenSSL wants to read then, between two records of an upload."""
    tls, wire = connected()
    write, turns = tls._write, iter([False, True, True])

    def negotiating(data: Any) -> int:
        if next(turns, False):
            raise ssl.SSLWantReadError
        return int(write(data))

    tls._write = negotiating  # type: ignore[assignment]
    assert tls.send(BIG) == RECORD
    with pytest.raises(ssl.SSLWantReadError):
        tls.send(BIG[RECORD:])
    assert tls.send(BIG[RECORD:]) == len(BIG) - RECORD
    assert wire.peer.heard == BIG


@pytest.mark.parametrize("version", [V12, V13])
def test_the_handshake_where_the_carrier_is_slow(version: ssl.TLSVersion) -> None:
    wire = Wire(Peer(CONTEXTS[version]))
    wire.reads, wire.room = itertools.cycle([0, 100]), itertools.cycle([0, 90])
    tls = MemoryTls(wire, CLIENT, "127.0.0.1", None)
    wants = set()
    while True:
        try:
            tls.do_handshake()
            break
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as want:
            wants.add(type(want))
    assert wants == {ssl.SSLWantReadError, ssl.SSLWantWriteError}
    assert tls.cipher() is not None


def test_all_that_came_is_read_at_once() -> None:
    tls, wire = connected()
    wire.coming += wire.peer.say(b"one", b"two", b"three")
    assert tls.recv(1) == b"onetwothree"
    with pytest.raises(BlockingIOError):
        tls.recv(1)


@pytest.mark.parametrize("last", [b"", b"mine"])
def test_a_goodbye_is_an_end_though_the_carrier_is_open(last: bytes) -> None:
    tls, wire = connected()
    wire.coming += (wire.peer.say(last) if last else b"") + wire.peer.goodbye()
    assert tls.recv(1) == last
    assert tls.ended
    assert [tls.recv(1), tls.recv(1)] == [b"", b""]


def test_an_end_without_a_goodbye_is_one() -> None:
    tls, wire = connected()
    wire.closed = True
    assert tls.recv(1) == tls.recv(1) == b""


def test_what_cannot_be_read_is_told_after_what_can() -> None:
    tls, wire = connected()
    good, bad = wire.peer.say(b"mine"), bytearray(wire.peer.say(b"evil"))
    bad[-1] ^= 1
    wire.coming += good + bad
    assert tls.recv(1) == b"mine"
    assert tls.ended
    for _ in range(2):
        with pytest.raises(ssl.SSLError, match=BAD):
            tls.recv(1)


def test_what_cannot_be_read_and_nothing_before_it() -> None:
    tls, wire = connected()
    bad = bytearray(wire.peer.say(b"evil"))
    bad[-1] ^= 1
    wire.coming = bytes(bad)
    with pytest.raises(ssl.SSLError, match=BAD):
        tls.recv(1)


def test_what_the_server_asks_of_openssl_itself_is_answered() -> None:
    """A certificate that is asked for later (RFC 8446, 4.6.2): no data of ours, and yet an answer."""
    context = server_context(CA)
    context.post_handshake_auth, context.verify_mode = True, ssl.CERT_REQUIRED
    CA.configure_trust(context)
    client = ssl.create_default_context()
    client.post_handshake_auth = True
    CA.configure_trust(client)
    CA.issue_cert("me.example").configure_cert(client)
    wire = Wire(Peer(context))
    tls = MemoryTls(wire, client, "127.0.0.1", None)
    tls.do_handshake()
    tls.send(b"who am I?")
    peer = wire.peer
    assert peer.heard == b"who am I?"
    assert not peer.tls.getpeercert()
    peer.tls.verify_client_post_handshake()
    peer.tls.do_handshake()  # asks for it
    wire.coming += peer.say()
    with pytest.raises(BlockingIOError):
        tls.recv(1)
    assert peer.tls.getpeercert()
    wire.coming += peer.say(b"I see")
    assert tls.recv(1) == b"I see"


def test_openssl_is_given_little_at_once() -> None:
    """Its memory keeps its greatest size for as long as there is the connection."""
    tls, wire = connected()
    wire.coming += wire.peer.say(*[BIG[:RECORD]] * 10)
    given: list[int] = []
    feed, drain = tls._feed, tls._drain
    tls._feed = lambda data: (given.append(len(data)), feed(data))  # type: ignore[assignment,return-value]
    assert read(tls, wire) == BIG[:RECORD] * 10
    tls._drain = lambda: _noted(drain(), given)  # type: ignore[assignment]
    assert tls.send(BIG) == len(BIG)
    assert wire.peer.heard == BIG
    assert max(given) <= RECORD + 100


def _noted(data: bytes, given: list[int]) -> bytes:
    given.append(len(data))
    return data


# Channels


@pytest.fixture
def user(client: Any, tmp_path: Any) -> Callable[..., Any]:
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")

    def build(server: Any) -> Any:
        return client(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem"))))

    return build


def test_a_server_that_said_goodbye_is_asked_nothing_more(serve: Any, user: Any) -> None:
    """Also where the next request follows without a turn of the loop, and must not be sent twice."""

    def script(conn: Conn) -> None:
        conn.request()
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # answer and goodbye in one segment
        conn.send(answer(b"mine"))
        conn.sock.settimeout(0.0)
        with pytest.raises(ssl.SSLWantReadError):
            conn.sock.unwrap()  # type: ignore[attr-defined]
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        until_closed(conn.sock.fileno())

    server = serve(script, script, tls=CONTEXTS[V13])
    channel = user(server).channel
    for _ in range(3):
        assert channel.exchange(GET, Deadlines(5.0)), channel.error
        assert channel.reused is False
    assert server.connections == 3


def until_closed(fileno: int) -> None:
    sock = socket.socket(fileno=fileno)
    try:
        sock.settimeout(20)
        while sock.recv(1000):
            pass
    finally:
        sock.detach()


def test_half_a_record_is_waited_for(serve: Any, user: Any) -> None:
    """It is looked at once for each piece that comes: nothing spins until the rest is there."""
    looks = []

    def script(conn: Conn) -> None:
        conn.sock.settimeout(20)
        peer = Peer(CONTEXTS[V13])
        while GET not in peer.heard:
            peer.hear(conn.sock.recv(65536))
            conn.send(peer.say())
        records = peer.say(answer(bytes(1000))[:500], answer(bytes(1000))[500:])
        conn.send(records[:-200])
        until_heard()
        conn.send(records[-200:])
        conn.wait_for_close()

    def until_heard() -> None:
        import time

        for _ in range(1000):
            if looks:
                break
            time.sleep(0.005)
        time.sleep(0.05)

    server = serve(script)
    origin = server.origin()
    one = user(type(origin)("https", origin.host, origin.port))

    class Looking(type(one.channel)):  # type: ignore[misc]
        __slots__ = ()

        def _more(self, *args: Any) -> bytes:
            recv = self._recv

            def counting(limit: int) -> bytes:
                looks.append(limit)
                return recv(limit)

            looks.append(0)
            self._recv = counting
            return super()._more(*args)

    one.channel.__class__ = Looking
    assert one.channel.exchange(GET, Deadlines(10.0)), one.channel.error
    assert one.channel.body == bytes(1000)
    assert len(looks) <= 3


def test_what_openssl_keeps_goes_with_the_connection(serve: Any, user: Any) -> None:
    one = user(serve(serving(answer()), tls=CONTEXTS[V13]))
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            one.ask()
            kept = weakref.ref(one.channel._sock._inner)
            assert kept() is not None
            one.channel.disconnect()
            assert kept() is None
    finally:
        gc.enable()
    until(lambda: not any(w._kind == "io" for w in one.loop.open))
