"""`prometheus-rw`: live figures to a server that takes Prometheus's remote writes."""

from __future__ import annotations

from loadspec.outputs.posting import Poster
from loadspec.outputs.protobuf import snappy
from loadspec.outputs.remote_write import Naming, stale_request, write_request
from loadspec.outputs.settings import figures_of, metrics_of, period_of
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head


class PrometheusRemoteWrite:
    """Posts each tick as a `WriteRequest`, and at the end that all series have ended."""

    def __init__(self, target: Target, head: Head) -> None:
        options = target.options
        self.period = period_of(target, 5)
        self._naming = Naming(
            metrics_of(head),
            figures_of(target),
            str(options.get("prefix", "loadspec_")),
            bool(options.get("native_histograms", False)),
        )
        self._last: Tick | None = None
        self._poster = Poster(
            target,
            content_type="application/x-protobuf",
            content_encoding="snappy",
            x_prometheus_remote_write_version="0.1.0",
        )

    def send(self, tick: Tick) -> None:
        """See `pump.LiveOutput`."""
        self._poster.post(snappy(write_request(tick, self._naming)))
        self._last = tick

    def close(self) -> None:
        """End the series, as far as there are any, and hang up."""
        if self._last is not None:
            self._poster.post(snappy(stale_request(self._last, self._naming)))
        self._poster.close()
