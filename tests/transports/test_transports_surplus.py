"""What is left of one answer is no part of the next, and an upload that meets the close is sent again."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import trustme
from support_net import Conn, answer, serving, watched_network
from support_tls import server_context

from loadspec.transports.base import CHUNK, Deadlines
from loadspec.wire.settings import Tls

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def twice(channel: Any) -> list[bytes]:
    """Two exchanges without a pause, as a user without think time makes them."""
    found = []
    for _ in range(2):
        assert channel.exchange(GET, Deadlines(5.0), True)
        found.append(channel.body[-4:])
    return found


def test_surplus_in_a_second_tls_record(serve: Any, client: Any, tmp_path: Any) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")

    def script(conn: Conn) -> None:
        conn.request()
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # both records in one segment
        conn.send(answer(b"mine"))
        conn.send(answer(b"evil"))
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        conn.wait_for_close()

    server = serve(script, serving(answer(b"mine")), tls=server_context(ca, "127.0.0.1"))
    user = client(server, network=watched_network(tls=Tls(str(tmp_path / "ca.pem"))))
    assert twice(user.channel) == [b"mine", b"mine"]


def test_surplus_behind_an_answer_that_fills_one_read(serve: Any, client: Any) -> None:
    head = len(answer(bytes(CHUNK - 100))) - (CHUNK - 100)
    whole = answer(bytes(CHUNK - head - 4) + b"mine")
    assert len(whole) == CHUNK

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(whole + answer(b"evil"))
        conn.wait_for_close()

    server = serve(script, serving(whole))
    assert twice(client(server).channel) == [b"mine", b"mine"]


@pytest.mark.parametrize("size", [10, 8_000_000])
def test_an_idempotent_upload_that_meets_the_close_is_sent_again(size: int, serve: Any, client: Any) -> None:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(answer(b"mine"))
        conn.sock.recv(1000)
        conn.reset()

    server = serve(script, serving(answer(b"mine")))
    user = client(server)
    user.ask()
    request = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)
    assert user.channel.exchange(request, Deadlines(5.0), True), user.channel.error
    assert user.channel.retries == 1
