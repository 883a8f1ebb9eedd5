"""The mock on a socket: gevent's WSGI server, tuned to answer in one segment and to count every request."""

from __future__ import annotations

import errno
import gc
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.pywsgi import MAX_REQUEST_LINE, WSGIHandler, WSGIServer

from loadspec.errors import ExitCode, LoadspecError
from loadspec.mock.config import MockConfig
from loadspec.mock.http import MAX_BODY, Request
from loadspec.mock.routes import answer
from loadspec.mock.state import State

BACKLOG = 4096
SETTLE_TURNS = 20
"""Turns of the event loop that `/admin/stats` waits, so that what was sent before it is counted first. A turn accepts
up to 100 connections and reads what they sent; turns, not time, hold on a machine that stalls too."""

_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_PORT_ERRORS = {
    errno.EADDRINUSE: "something else listens on port {port} of {host}",
    errno.EACCES: "port {port} of {host} is reserved for the system",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine",
}


def serve(config: MockConfig, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the port once the server listens. Main thread only.

    Raises LoadspecError (exit code 2) when the address cannot be had.
    """
    _raise_file_limit()
    state = State(config, _epoch_clock())
    server = _Server((config.host, config.port), _application(state), state)
    _listen(server, config)
    handlers = [gevent.signal_handler(number, server.close) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        gc.freeze()
        ready(server.server_port)
        server.serve_forever(stop_timeout=0.1)
    finally:
        for handler in handlers:
            handler.cancel()


def _application(state: State) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        request = Request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ.get("HTTP_AUTHORIZATION", ""),
            environ.get("CONTENT_TYPE", ""),
            _body(environ),
            environ["QUERY_STRING"],
            environ["loadspec.raw_path"],
            environ,
        )
        if request.path == "/admin/stats":
            _settle()
        result = answer(state, request)
        length = str(len(result.body))
        headers = [("Content-Type", result.content_type), ("Content-Length", length), *result.headers]
        start_response(_REASONS[result.status], headers)
        return [result.body]

    return application


def _settle() -> None:
    for _ in range(SETTLE_TURNS):
        gevent.sleep(0.0005)


def _body(environ: dict[str, Any]) -> bytes | None:
    """The whole body; None if it is too long. A request whose body never fully comes was not received at all."""
    if int(environ.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return None
    try:
        body: bytes = environ["wsgi.input"].read(MAX_BODY + 1)
    except OSError as error:
        raise ConnectionResetError(errno.ECONNRESET, "the client left in the middle of a body") from error
    return body if len(body) <= MAX_BODY else None


class _WholeHead:
    """Header lines up to the blank one; ConnectionResetError where the client leaves before it."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines

    def readline(self, size: int) -> bytes:
        """The next line, as of a file."""
        line: bytes = self._lines.readline(size)
        if not line:
            raise ConnectionResetError(errno.ECONNRESET, "the client left in the middle of a head")
        return line


class _Handler(WSGIHandler):  # type: ignore[misc]  # gevent has no types
    """One connection. Differs from gevent's in speed, in one segment an answer, and in exact books.

    What is no HTTP is answered and counted too; what never came to its end is neither.
    """

    def __init__(self, sock: Any, address: Any, server: _Server) -> None:
        super().__init__(sock, address, server)
        with suppress(OSError):  # the client may be gone already; what it sent is still read
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle_one_request(self) -> Any:
        """None: the connection ends; True: it goes on; else the refusal of what could not be parsed, counted here."""
        result = super().handle_one_request()
        if isinstance(result, tuple):
            self.server.state.books.count("other", int(result[0]))
        return result

    def read_requestline(self) -> str:
        """The first line; empty where the connection ends before it does."""
        line: str = super().read_requestline()
        return line if line.endswith("\n") or len(line) >= MAX_REQUEST_LINE else ""

    def MessageClass(self, lines: Any, *_: Any) -> Any:  # noqa: N802 - gevent's name
        """Parse the headers."""
        return super().MessageClass(_WholeHead(lines))

    def _handle_client_error(self, ex: Exception) -> tuple[str, bytes] | None:
        return None if isinstance(ex, ConnectionError) else ("400", _BAD_REQUEST)

    def get_environ(self) -> dict[str, Any]:
        """WSGI's environment, and the path as it was sent."""
        environ: dict[str, Any] = super().get_environ()
        environ["loadspec.raw_path"] = self.path.partition("?")[0]
        return environ

    def process_result(self) -> None:
        """Send head and body together: two segments would cost the client two reads."""
        self.headers_sent = True
        self.finalize_headers()
        lines = [b"HTTP/1.1 " + self.status, *(b"%s: %s" % pair for pair in self.response_headers), b"", b""]
        body = b"" if self.command == "HEAD" else b"".join(self.result)
        self._sendall(b"\r\n".join(lines) + body)

    def log_request(self) -> None:
        """Keep no access log."""


class _Server(WSGIServer):  # type: ignore[misc]  # gevent has no types
    handler_class = _Handler

    def __init__(self, listener: tuple[str, int], application: Any, state: State) -> None:
        self.state = state
        super().__init__(
            listener, application, backlog=BACKLOG, spawn=Pool(), log=None, environ={"SERVER_NAME": "mock"}
        )


def _listen(server: _Server, config: MockConfig) -> None:
    try:
        server.start()
    except OSError as error:
        told = _PORT_ERRORS.get(error.errno or 0, "cannot listen on port {port} of {host}: " + (error.strerror or ""))
        raise LoadspecError(
            told.format(port=config.port, host=config.host),
            f"give another address, for example --port {config.port + 1}, or --port 0 for any free port",
            ExitCode.USAGE,
        ) from error


def _epoch_clock() -> Callable[[], float]:
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
