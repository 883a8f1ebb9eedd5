"""Requests on open connections leave at the end of a turn of the loop: all of them, once, and in their order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from support_net import Conn, answer, serving, start, until, watched_network

from loadspec.transports.base import Interrupted


@pytest.fixture
def live(serve: Any, client: Any) -> Callable[..., list[Any]]:
    """Has users of one network do something, each with a connection that is open; → their results, when all are there.

    The loop comes to all of them in one turn.
    """

    def run(*parts: Callable[[Any], Any], script: Any = None) -> list[Any]:
        server = serve(script or serving(answer()))
        network = watched_network()
        users: list[Any] = []
        results: list[Any] = []

        def one(part: Callable[[Any], Any]) -> None:
            user = client(server, network=network)
            user.ask("POST", b"first")
            users.append(user)
            user.server, user.fiber = server, fibers[parts.index(part)]
            user.network.switch()  # until all are here
            results.append(part(user))

        fibers = [start(lambda part=part: one(part)) for part in parts]
        until(lambda: len(users) == len(parts))
        for fiber in fibers:
            network[0].loop.run_callback(fiber.switch)
        until(lambda: len(results) == len(parts))
        return results

    return run


def test_all_leave_at_the_end_of_the_turn_in_their_order(live: Any) -> None:
    seen: list[tuple[str, str]] = []

    def asks(name: str) -> Callable[[Any], int]:
        def part(user: Any) -> int:
            send = user.channel._send

            def sending(data: bytes) -> int:
                seen.append(("leaves", name))
                return send(data)  # type: ignore[no-any-return]

            user.channel._send = sending
            seen.append(("asks", name))
            return user.ask("POST", name.encode()).status  # type: ignore[no-any-return]

        return part

    assert live(*map(asks, "abc")) == [200] * 3
    assert seen == [(what, name) for what in ("asks", "leaves") for name in "abc"]


def test_who_is_interrupted_before_that_sends_nothing_and_the_others_do(live: Any) -> None:
    servers = []

    def interrupted(user: Any) -> Any:
        servers.append(user.server)
        user.loop.run_callback(user.fiber.throw, Interrupted)
        try:
            user.ask("POST", b"never")
        except Interrupted:
            return user.channel.in_flight
        return None

    assert live(interrupted, lambda user: user.ask("POST", b"x").status) == [False, 200]
    assert not any(b"never" in request for request in servers[0].requests)


def test_a_connection_that_is_closed_meanwhile_is_replaced_silently(live: Any) -> None:
    def part(user: Any) -> Any:
        user.loop.run_callback(user.channel.disconnect)  # as the watcher does where the server has closed it
        channel = user.ask("POST", b"x")
        return channel.status, channel.error, channel.reused, channel.retries

    assert live(part) == [(200, "", False, 0)]


@pytest.mark.parametrize("count", [0, 7])
def test_what_does_not_leave_in_one_piece_leaves_once(count: int, live: Any) -> None:
    def part(user: Any) -> Any:
        send = user.channel._send

        def some(data: bytes) -> int:
            user.channel._send = send
            if not count:
                raise BlockingIOError
            return send(data[:count])  # type: ignore[no-any-return]

        user.channel._send = some
        channel = user.ask("POST", b"second")
        assert [request.rpartition(b"\r\n")[2] for request in user.server.requests] == [b"first", b"second"]
        return channel.status, channel.retries

    assert live(part) == [(200, 0)]


def test_the_first_byte_has_its_time_on_an_open_connection(live: Any) -> None:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(answer())
        conn.wait_for_close()

    assert live(lambda user: user.failure("POST", first_byte=0.1), script=script) == [("timeout", "headers")]


def test_a_deadline_that_runs_out_meanwhile_is_kept(live: Any) -> None:
    """The timer of an earlier exchange goes off while a request waits for the end of its turn."""

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(answer())
        conn.wait_for_close()

    def part(user: Any) -> Any:
        user.loop.run_callback(user.channel._on_timer)
        return user.failure("POST", total=0.2)

    assert live(part, script=script) == [("timeout", "headers")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "last", [b"", answer(b"", "408 Request Timeout", "Connection: close")], ids=["", "with a word"]
)
def test_what_comes_while_a_request_waits_is_no_answer_to_it(last: bytes, method: str, live: Any) -> None:
    """The server closes an idle connection when the request has been asked for, and has not left."""
    close, closed = threading.Event(), threading.Event()

    def script(conn: Conn) -> None:
        conn.request()
        conn.send(answer())
        if not closed.is_set():
            assert close.wait(10)
            conn.send(last)
            conn.sock.shutdown(socket.SHUT_RDWR)
            closed.set()
            return
        conn.request()
        conn.send(answer())

    def part(user: Any) -> Any:
        def others() -> None:  # take so long that the server loses patience
            close.set()
            assert closed.wait(10)

        user.loop.run_callback(others)
        channel = user.ask(method, b"x")
        return channel.status, channel.error, channel.reused, channel.retries

    assert live(part, script=script) == [(200, "", False, 0)]


def test_one_that_breaks_keeps_nobody_from_leaving(live: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(user: Any) -> int:
        class Broken:
            def leave(self, _readable: Any) -> None:
                raise ValueError("broken")

        user.network.turn.append(Broken())
        user.network.loop.run_callback(user.network.end_turn)
        return user.ask("POST", b"x").status  # type: ignore[no-any-return]

    assert live(breaks, lambda user: user.ask("POST", b"y").status) == [200, 200]
    assert "broken" in capsys.readouterr().err
