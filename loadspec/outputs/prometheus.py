"""`prometheus`: an address at which Prometheus scrapes the totals of the load, as OpenMetrics or as the older text."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread

from loadspec.errors import OutputError
from loadspec.metrics import Store
from loadspec.outputs.openmetrics import CONTENT_TYPE, Family, families, text
from loadspec.outputs.settings import metrics_of
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head

_CLASSIC = "text/plain; version=0.0.4; charset=utf-8"
_TIMEOUT = 5.0


class PrometheusEndpoint:
    """Listens from before the load until its end. What is asked for is written when it is asked for."""

    def __init__(self, target: Target, head: Head) -> None:
        self._metrics = metrics_of(head)
        self._tags = head.tags
        self._store = Store()
        self._lock = Lock()
        try:
            self._server = _Server(target.reach.listen(target.text), self)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise OutputError(f"output {target.name} cannot listen at {target.text}: {why}", "name another") from None
        Thread(target=self._server.serve_forever, args=(0.1,), name=f"output {target.name}", daemon=True).start()

    def send(self, tick: Tick) -> None:
        """See `pump.LiveOutput`."""
        with self._lock:  # a total of its own: the pump's changes while it is read
            self._store.merge(tick.delta)

    def page(self, openmetrics: bool) -> bytes:
        """The totals of now."""
        with self._lock:
            found = list(families(self._store, self._metrics, self._tags))
        return text(found if openmetrics else classic(found)).encode()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def classic(found: Iterable[Family]) -> Iterator[Family]:
    """As the text format before OpenMetrics has it: a counter's name includes `_total`."""
    for family in found:
        if family.type == "counter":
            family = family._replace(
                name=f"{family.name}_total", unit="", samples=[sample._replace(suffix="") for sample in family.samples]
            )
        yield family


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], output: PrometheusEndpoint) -> None:
        self.output = output
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without the base class's question to a name server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    timeout = _TIMEOUT
    server: _Server

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404, "The figures are at /metrics")
            return
        openmetrics = "application/openmetrics-text" in self.headers.get("accept", "")
        body = self.server.output.page(openmetrics)
        self.send_response(200)
        self.send_header("content-type", CONTENT_TYPE if openmetrics else _CLASSIC)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is the run's."""
