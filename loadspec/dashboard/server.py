"""The live page's server: the page, its events, and the order to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from loadspec.dashboard.board import Board
from loadspec.dashboard.frame import event, failed
from loadspec.dashboard.gate import Gate
from loadspec.dashboard.squeeze import squeezed, takes_gzip
from loadspec.outputs.listening import Handler, Listener

_HEARTBEAT = 5.0
"""Seconds after which a viewer is sent something in any case: so each side notices that the other has gone."""
_ALIVE = b"event: alive\ndata: -\n\n"
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "frame-ancestors 'none'",  # no other page may lay itself over the button
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Server(Listener):
    """Serves one run. `stop()` says whether there is still something to end."""

    run: str
    page: bytes
    board: Board
    gate: Gate
    stop: Callable[[], bool]

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler, "dashboard server")


class _Handler(Handler):
    server: Server

    def do_GET(self) -> None:  # noqa: N802 - the base class's name
        path = self.path.partition("?")[0]
        sites = [] if path == "/" else self._sites()  # a link elsewhere may open the page
        if why := self.server.gate.refuses(*self._asker(), sites):
            self.answer(403, why)
        elif path == "/":
            self.answer(200, self.server.page, "text/html; charset=utf-8", _HEADERS)
        elif path == "/events" and self.server.streams():
            self._events()
        elif path == "/events":
            self.answer(503, "too many windows show this run: close some of them")
        else:
            self.answer(404, "the page is at /")

    def do_POST(self) -> None:  # noqa: N802 - likewise
        token = self.headers.get("x-loadspec-token", "")
        if why := self.server.gate.refuses_order(*self._asker(), token, self._sites()):
            self.answer(403, why)
        elif self.path != "/stop":
            self.answer(404, "nothing takes orders here")
        elif self.server.stop():
            self.answer(202, "stopping")
        else:
            self.answer(409, "the run has ended")

    def _asker(self) -> tuple[list[str], list[str]]:
        return self.headers.get_all("host", []), self.headers.get_all("origin", [])

    def _sites(self) -> list[str]:
        return self.headers.get_all("sec-fetch-site", [])

    def _events(self) -> None:
        """All that there is, then what is new, until the run has ended. Who reads slowly misses frames in between."""
        pieces, headers = self._news(), _HEADERS
        if takes_gzip(self.headers.get_all("accept-encoding", [])):
            pieces, headers = squeezed(pieces), {**_HEADERS, "content-encoding": "gzip"}
        self.begin(200, "text/event-stream", headers)
        with self.server.board.viewing():
            for piece in pieces:
                self.wfile.write(piece)

    def _news(self) -> Iterator[bytes]:
        yield b"retry: 1000\n\n"
        seen, board = 0, self.server.board
        while (frame := board.after(seen, _HEARTBEAT)) is not None:
            yield event(self.server.run, frame, seen) if frame.number > seen else _ALIVE
            seen = frame.number
            if frame.over:
                return
        if board.failure:
            yield failed(board.failure)
