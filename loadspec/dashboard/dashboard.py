"""A run's live page, from the address that it listens at to its last frame."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable
from threading import Lock

from loadspec.dashboard.address import DEFAULT, Place, parse_place
from loadspec.dashboard.board import Board
from loadspec.dashboard.gate import Gate
from loadspec.dashboard.server import Server
from loadspec.errors import UsageError
from loadspec.report.live import live_page
from loadspec.results.head import Head
from loadspec.results.ledger import Record
from loadspec.results.model import RunResult

_LAST_FRAME = 2.0
"""Seconds that viewers have to get the last frame."""


class Dashboard:
    """Listens at `address`, or at any free port of this machine where the usual one is taken and no other was named.

    It shows a run from `begin` on; then it follows the run's records, and never holds it up. Raises UsageError.
    """

    def __init__(self, address: str = DEFAULT) -> None:
        self._server, self.place = _listen(parse_place(address))
        self._board: Board | None = None
        self._stop: Callable[[], None] = lambda: None
        self._lock = Lock()
        self._over = False
        self._failed = False
        self._news: list[str] = []
        self.asked = False
        """Whether somebody pressed the page's stop button."""

    def begin(self, head: Head, stop: Callable[[], None]) -> None:
        """Show a run. `stop` asks for its graceful end, from whatever thread, and does not wait for it."""
        token = secrets.token_urlsafe(24)
        self._stop = stop
        self._board = self._server.board = Board(head)
        self._server.run = head.run_id
        self._server.page = live_page(head, token).encode()
        self._server.gate = Gate(self.place.host, token)
        self._server.stop = self._asked_to_stop
        self._server.start()

    def take(self, record: Record) -> None:
        """Take a record of the ledger."""
        if self._board is not None:
            self._board.take(record)

    def news(self) -> list[str]:
        """What is worth a line since the last call."""
        with self._lock:
            news, self._news = self._news, []
            if self._board is not None and self._board.failure and not self._failed:
                self._failed = True
                news.append(f"the dashboard is out of order: {self._board.failure}")
        return news

    def finish(self, result: RunResult, hurried: Callable[[], bool] = lambda: False) -> None:
        """Show how the run ended."""
        with self._lock:
            self._over = True
        if self._board is not None:
            self._board.finish(result, _LAST_FRAME, hurried)

    def close(self) -> None:
        """Listen no more."""
        if self._board is not None:
            self._board.close()
        self._server.close()

    def _asked_to_stop(self) -> bool:
        with self._lock:
            if self._over:
                return False
            if not self.asked:
                self._news.append("the dashboard's stop button was pressed")
            self.asked = True
        self._stop()
        return True


def _listen(place: Place) -> tuple[Server, Place]:
    """→ the server, and where it is."""
    try:
        server = _server_at(place)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or place != parse_place(DEFAULT):
            why = (error.strerror or str(error)).lower()
            raise UsageError(
                f"the dashboard cannot listen at {place.host}:{place.port}: {why}", "name another HOST:PORT"
            ) from None
        server = _server_at(Place(place.host, 0))
    return server, Place(place.host, server.server_port)


def _server_at(place: Place) -> Server:
    return Server((place.host, place.port))
