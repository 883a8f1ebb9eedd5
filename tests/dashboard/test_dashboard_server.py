"""The live page over real sockets: what it sends to whom, when it is opened, and who may end the run."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
import zlib
from contextlib import ExitStack

import pytest
from support_dashboard import PATIENCE, Shown, shown
from support_html import read
from support_journal import head

from loadspec.dashboard.dashboard import Dashboard
from loadspec.errors import UsageError
from loadspec.outputs import listening
from loadspec.report import build
from loadspec.report.sections import SECTIONS


def until_it_is_over(events) -> dict[str, str]:
    """All that a page shows at the end."""
    parts = {}
    for news in events:
        parts.update(news["parts"])
        if news["over"]:
            return parts
    raise AssertionError("the stream ended before the run")


def test_the_page_is_whole_and_has_a_place_for_each_section() -> None:
    with shown() as live:
        status, html, headers = live.ask()
        page = read(html)
        assert (status, page.problems) == (200, [])
        assert [attrs["data-part"] for _, attrs in page.tags if "data-part" in attrs] == list(SECTIONS)
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
        assert headers["server"] == "loadspec"
        assert live.ask("/favicon.ico")[0] == live.ask("/../etc/passwd")[0] == 404
        assert live.ask("/?from=a-chat")[1] == html


def test_a_viewer_gets_all_at_once_and_then_what_is_new() -> None:
    with shown() as live:
        live.second(3)
        with live.events() as events:
            first = next(events)
            assert set(first["parts"]) == set(SECTIONS)
            assert (first["run"], first["over"], first["title"]) == ("r", False, f"RUNNING · {live.head.spec_name}")
            live.take({"is": "note", "text": "something happened"})
            second = next(events)
            assert list(second["parts"]) == ["timeline", "events"], "what marks events, and what lists them"
            assert "something happened" in second["parts"]["events"]


def test_it_can_be_opened_late_and_ends_with_the_report() -> None:
    with shown() as live:
        live.second(5)
        result = live.finish()
        for _ in range(2):  # late, and later still
            with live.events() as events:
                parts = until_it_is_over(events)
        report = build(result)
        assert all(html in report for html in parts.values())
        assert "RUNNING" not in parts["verdict"]


def test_who_comes_back_gets_everything_again() -> None:
    with shown() as live:
        live.second(2)
        with live.events() as events:
            next(events)
        with live.events() as events:
            assert set(next(events)["parts"]) == set(SECTIONS)


def test_nothing_is_drawn_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr("loadspec.dashboard.board.live_parts", lambda *_: drawn.append(1) or {})
    with shown() as live:
        live.second(3)
        live.finish()
        assert drawn == []
        with live.events() as events:
            next(events)
        assert drawn == [1]


def test_a_bug_costs_the_page_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadspec.dashboard.board.live_parts", lambda *_: 1 / 0)
    with shown() as live:
        live.second(1)
        with live.events() as events:
            assert list(events) == ["ZeroDivisionError: division by zero"], "why there is nothing"
            live.second(1)
            live.finish()
            assert live.dashboard.news() == ["the dashboard is out of order: ZeroDivisionError: division by zero"]


def stop(live: Shown, **headers: str) -> int:
    origin = headers.pop("origin", f"http://{live.host}")
    return live.ask("/stop", "POST", origin=origin, **{"x_loadspec_token": live.token(), **headers})[0]


def test_the_button_ends_the_run_once() -> None:
    with shown() as live:
        live.second(1)
        assert (stop(live), stop(live), live.asked) == (202, 202, 2)
        assert live.dashboard.news() == ["the dashboard's stop button was pressed"]
        assert live.dashboard.asked
        live.finish()
        assert (stop(live), live.asked) == (409, 2)


def test_who_may_not_end_the_run() -> None:
    with shown() as live:
        token = live.token()
        assert stop(live, origin="http://evil.example") == 403
        assert stop(live, origin="null") == 403
        assert stop(live, x_loadspec_token="guess") == 403
        assert live.ask("/stop", "POST", x_loadspec_token=token)[0] == 403, "no origin"
        assert (
            live.ask("/stop", "POST", host="evil.example", origin="http://evil.example", x_loadspec_token=token)[0]
            == 403
        )
        assert live.ask("/stop", x_loadspec_token=token)[0] == 404, "a link cannot end it"
        assert live.ask("/elsewhere", "POST", origin=f"http://{live.host}", x_loadspec_token=token)[0] == 404
        assert live.ask("/stop", "OPTIONS", origin="http://evil.example")[0] == 501
        assert live.asked == 0


@pytest.mark.parametrize("path", ["/", "/events"])
def test_other_pages_may_not_read(path: str) -> None:
    with shown() as live:
        live.second(1)
        for host, origin in (
            ("evil.example", None),
            (f"evil.example:{live.port}", None),
            (None, "http://evil.example"),
        ):
            status, body, headers = live.ask(path, host=host, **({"origin": origin} if origin else {}))
            assert status == 403
            assert "token" not in body
            assert "access-control-allow-origin" not in headers


def test_a_link_elsewhere_opens_the_page_and_no_other_page_follows_the_run() -> None:
    with shown() as live:
        live.second(1)
        for site in ("cross-site", "same-site"):
            assert live.ask("/", sec_fetch_site=site)[0] == 200
            assert live.ask("/events", sec_fetch_site=site)[0] == 403
            assert stop(live, sec_fetch_site=site) == 403
        assert live.asked == 0
        assert stop(live, sec_fetch_site="same-origin") == 202


def test_a_reader_that_does_not_read_is_dropped_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening.Handler, "timeout", 1.0)
    monkeypatch.setattr("loadspec.dashboard.board.live_parts", lambda *_: {"a": str(time.monotonic()) * 50_000})
    monkeypatch.setattr("loadspec.dashboard.board._EVERY", 0.01)
    with shown() as live, live.connected("/events") as deaf:
        board = live.dashboard._board
        with live.events() as events:
            for _ in range(3):
                next(events)
                live.second(1)
        deadline = time.monotonic() + PATIENCE
        while board._viewers and time.monotonic() < deadline:
            live.second(1)
            time.sleep(0.01)
        assert board._viewers == 0
        assert deaf.fileno() > 0


def test_too_many_are_turned_away_and_room_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "CONNECTIONS", 2)
    with shown() as live:
        address = ("127.0.0.1", live.port)
        with socket.create_connection(address), socket.create_connection(address), live.connected("/") as third:
            assert third.recv(100) == b""
        deadline = time.monotonic() + PATIENCE
        while not (found := answers(live)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert found


def test_viewers_have_a_bound_of_their_own_and_never_keep_the_page_or_the_order_to_stop_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "CONNECTIONS", 4)
    monkeypatch.setattr(listening, "STREAMS", 4)
    with shown() as live, ExitStack() as stack:
        live.second(1)
        viewers = [stack.enter_context(live.events()) for _ in range(4)]
        assert all(set(next(events)["parts"]) == set(SECTIONS) for events in viewers)
        status, body, _ = live.ask("/events")
        assert (status, body) == (503, "too many windows show this run: close some of them")
        assert stop(live) == 202
        stack.close()
        deadline = time.monotonic() + PATIENCE
        while (status := first_status(live)) != 200 and time.monotonic() < deadline:
            live.take({"is": "note", "text": "so that it is noticed that they have gone"})
        assert status == 200


def first_status(live: Shown) -> int:
    """Of `/events`."""
    with live.connected("/events") as sock, sock.makefile("rb") as file:
        words = next(file, b"").split()
        return int(words[1]) if words else 0


def answers(live: Shown) -> bool:
    with live.connected("/") as sock:
        return bool(sock.recv(100))


def test_the_usual_port_gives_way_and_a_named_one_does_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen at 127.0.0.1:{port}: address already in use"):
            Dashboard(f"127.0.0.1:{port}")
    with pytest.MonkeyPatch.context() as patch, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        patch.setattr("loadspec.dashboard.dashboard.DEFAULT", f"127.0.0.1:{taken.getsockname()[1]}")
        first = Dashboard(f"127.0.0.1:{taken.getsockname()[1]}")
        assert first.place.port not in (0, taken.getsockname()[1])
        first.close()


def test_it_listens_at_ipv6_too() -> None:
    try:
        dashboard = Dashboard("[::1]:0")
    except UsageError:
        pytest.skip("this machine has no IPv6")
    dashboard.begin(head(), lambda: None)
    with urllib.request.urlopen(dashboard.place.url) as answer:
        assert answer.url.startswith("http://[::1]:")
        assert b"data-part" in answer.read()
    dashboard.close()


def test_a_page_that_was_never_begun_can_be_closed() -> None:
    dashboard = Dashboard("127.0.0.1:0")
    dashboard.take({"is": "over"})
    assert dashboard.news() == []
    dashboard.close()


def test_who_takes_gzip_gets_each_frame_at_once_in_a_fraction_of_the_bytes() -> None:
    with shown() as live:
        live.second(5)
        with live.events() as events:
            plain = next(events)
        with live.connected("/events", accept_encoding="gzip, br") as sock:
            head, _, data = received(sock, b"\r\n\r\n").partition(b"\r\n\r\n")
            assert b"content-encoding: gzip\r\n" in head + b"\r\n"
            reader, size = zlib.decompressobj(31), len(data)
            text = reader.decompress(data)
            while b'data: {"run"' not in text or not text.endswith(b"\n\n"):
                data = sock.recv(65536)
                assert data, "the stream ended"
                text, size = text + reader.decompress(data), size + len(data)
            (line,) = [line for line in text.split(b"\n") if line.startswith(b"data: {")]
            assert json.loads(line[6:])["parts"] == plain["parts"]
            assert size < len(text) / 3
            live.finish()
            rest = b"".join(iter(lambda: sock.recv(65536), b""))
            assert b'"over":true' in reader.decompress(rest)
            assert reader.eof, "it ends as gzip ends"


def received(sock: socket.socket, until: bytes) -> bytes:
    data = b""
    while until not in data:
        data += sock.recv(65536)
    return data


def test_events_are_json() -> None:
    with shown() as live:
        live.second(1)
        with live.connected("/events") as sock, sock.makefile("rb") as file:
            lines = iter(file)
            assert b"content-type: text/event-stream\r\n" in [next(lines) for _ in range(12)]
            data = next(line for line in lines if line.startswith(b"data: "))
            assert json.loads(data[6:])["run"] == "r"
