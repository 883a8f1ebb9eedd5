"""A user whose time is up is thrown out wherever it waits: nothing stays open, and the books know what had left."""

from __future__ import annotations

import socket
from typing import Any

import gevent
import pytest
from greenlet import greenlet
from support_net import Conn, answer, open_files, serving, silent, start, until

from loadspec.transports.base import Interrupted
from loadspec.wire.url import Origin


def half(conn: Conn) -> None:
    conn.request()
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    conn.wait_for_close()


def deaf(conn: Conn) -> None:
    import time

    time.sleep(3)


class Victim:
    """A user that asks once and is interrupted once `ready` holds."""

    def __init__(self, user: Any, ready: Any, **request: Any) -> None:
        self.ended = ""
        before = open_files()
        fiber: greenlet

        def live() -> None:
            user.channel._resume = fiber.switch
            try:
                user.ask(**request)
                self.ended = "answered"
            except Interrupted:
                self.ended = "interrupted"

        fiber = start(live)
        until(ready)
        gevent.sleep(0.03)  # well into the wait
        fiber.parent.loop.run_callback(fiber.throw, Interrupted)
        until(lambda: self.ended)
        assert self.ended == "interrupted"
        assert fiber.dead
        assert not user.loop.open, "a watcher or a timer is left"
        until(lambda: open_files() <= before + 1)  # the server's own end may linger in its thread
        self.in_flight = user.channel.in_flight


def test_while_connecting(client: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    user = client(Origin("http", *listener.getsockname()))
    assert Victim(user, lambda: user.loop.made["io"]).in_flight is False
    for sock in (listener, *fillers):
        sock.close()


def test_while_sending_the_request_has_not_left(serve: Any, client: Any) -> None:
    server = serve(deaf)
    user = client(server)
    victim = Victim(user, lambda: server.connections, method="POST", body=b"x" * 8_000_000)
    assert victim.in_flight is False


@pytest.mark.parametrize("script", [silent, half], ids=["waiting for the head", "waiting for the body"])
def test_while_waiting_for_the_answer(script: Any, serve: Any, client: Any) -> None:
    server = serve(script)
    user = client(server)
    assert Victim(user, lambda: server.requests, method="POST").in_flight is True


def test_while_waiting_on_a_reused_connection(serve: Any, client: Any) -> None:
    def second_hangs(conn: Conn) -> None:
        conn.request()
        conn.send(answer())
        silent(conn)

    server = serve(second_hangs)
    user = client(server)
    user.ask()
    assert user.channel.in_flight is False
    assert Victim(user, lambda: len(server.requests) == 2).in_flight is True


def test_the_channel_can_be_used_again(serve: Any, client: Any) -> None:
    from greenlet import getcurrent

    server = serve(silent, serving(answer(b"again")))
    user = client(server)
    Victim(user, lambda: server.requests)
    user.channel._resume = getcurrent().switch
    channel = user.ask("POST")
    assert (channel.body, channel.in_flight, channel.reused) == (b"again", False, False)
