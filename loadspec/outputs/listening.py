"""A small HTTP server for what a run shows of itself while it goes on: in threads of its own, bounded, and quiet."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, TCPServer
from threading import BoundedSemaphore, Thread, local
from typing import Any

CONNECTIONS = 32
"""At a time; one more is closed unheard."""
STREAMS = 16
"""Answers without an end at a time; they take no room from the others."""
_TIMEOUT = 5.0
"""Seconds that the other side may take to ask, or to take what it is sent."""


class Listener(ThreadingHTTPServer):
    """Listens from when it is made, at a numeric address or a name; answers from `start` on. Raises OSError."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseRequestHandler], name: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._room, self._streams = BoundedSemaphore(CONNECTIONS), BoundedSemaphore(STREAMS)
        self._mine = local()
        """`room`: what a thread has to give back."""
        self._thread = Thread(target=self.serve_forever, args=(0.1,), name=name, daemon=True)
        super().__init__(address, handler)

    def start(self) -> None:
        """Answer."""
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        if self._thread.ident is not None:
            self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Without the base class's question to a name server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """See the base class."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See the base class."""
        self._mine.room = self._room
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._mine.room.release()

    def streams(self) -> bool:
        """Whether there is room for the answer of this thread among those without an end; it is one of them then."""
        if not self._streams.acquire(blocking=False):
            return False
        self._mine.room.release()
        self._mine.room = self._streams
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """That the other side has gone is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One request and its answer."""

    timeout = _TIMEOUT

    def answer(
        self,
        status: int,
        body: str | bytes,
        content_type: str = "text/plain; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send all of an answer."""
        data = body.encode() if isinstance(body, str) else body
        self.begin(status, content_type, {**(headers or {}), "content-length": str(len(data))})
        self.wfile.write(data)

    def begin(self, status: int, content_type: str, headers: Mapping[str, str]) -> None:
        """Send an answer's head."""
        self.send_response(status)
        for name, value in {"content-type": content_type, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def version_string(self) -> str:
        """Of the Server header: not which Python this is."""
        return "loadspec"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is the run's."""
