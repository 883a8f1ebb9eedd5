"""`prometheus`: an address at which Prometheus scrapes the totals of the load, as OpenMetrics or as the older text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock

from loadspec.errors import OutputError
from loadspec.metrics import Store
from loadspec.outputs.listening import Handler, Listener
from loadspec.outputs.openmetrics import CONTENT_TYPE, Family, families, text
from loadspec.outputs.settings import metrics_of
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head

_CLASSIC = "text/plain; version=0.0.4; charset=utf-8"


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
        self._server.start()

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
        self._server.close()


def classic(found: Iterable[Family]) -> Iterator[Family]:
    """As the text format before OpenMetrics has it: a counter's name includes `_total`."""
    for family in found:
        if family.type == "counter":
            family = family._replace(
                name=f"{family.name}_total", unit="", samples=[sample._replace(suffix="") for sample in family.samples]
            )
        yield family


class _Server(Listener):
    def __init__(self, address: tuple[str, int], output: PrometheusEndpoint) -> None:
        self.output = output
        super().__init__(address, _Handler, "output prometheus")


class _Handler(Handler):
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 - the base class's name
        if self.path.partition("?")[0] != "/metrics":
            self.answer(404, "the figures are at /metrics")
            return
        openmetrics = "application/openmetrics-text" in self.headers.get("accept", "")
        self.answer(200, self.server.output.page(openmetrics), CONTENT_TYPE if openmetrics else _CLASSIC)
