"""The course of a load: rows that keep what merges, and the points that are read from them when somebody asks.

Of the whole load there are at most `POINTS` rows, by endpoint at most `BY_ENDPOINT`, each of one second at first, then
of 2, 4, 8, ...: see `results.coarse`. A row keeps its latencies as a histogram, so that a percentile over 16 seconds is
that of all their answers, not a mean of percentiles.
"""

from __future__ import annotations

import marshal
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from functools import reduce
from math import ceil
from typing import NamedTuple

from loadspec.metrics import Counter, Rate, Store, Trend
from loadspec.metrics.packed import merge_packed, pack, unpack
from loadspec.results.coarse import Coarse, Recall
from loadspec.results.heat import Heat, fine_bands, heat_of
from loadspec.results.model import ByEndpoint, EndpointPoints, Overview, Point

POINTS = 1200
BY_ENDPOINT = 300
VIEWS = (200, 72, 36)
"""Points of an `Overview`, at most."""
PERCENTILES = (50, 90, 95, 99)
_PART = 0.5
"""Seconds below which a snapshot is no point of its own."""


class Row(NamedTuple):
    """What a `Point` is made of; `latency` is a packed histogram, ms, of expected answers, polls left out."""

    t: float
    seconds: float
    users: int
    requests: int
    failed: int
    iterations: int
    errors: Mapping[str, int]
    latency: bytes

    def merge(self, *newer: Row) -> Row:
        """All as one: counts add up, of users the greatest."""
        rows = (self, *newer)
        return Row(
            rows[-1].t,
            sum(row.seconds for row in rows),
            max(row.users for row in rows),
            sum(row.requests for row in rows),
            sum(row.failed for row in rows),
            sum(row.iterations for row in rows),
            reduce(_added, (row.errors for row in rows)),
            merge_packed(*(row.latency for row in rows)),
        )

    def point(self) -> Point:
        """As results show it."""
        latency = unpack(self.latency)
        figures: dict[str, float] = {}
        if latency.count:
            figures = {f"p{p}": v for p, v in zip(PERCENTILES, latency.percentiles(PERCENTILES), strict=True)}
            figures["max"] = latency.max
        return Point(
            t=self.t,
            seconds=self.seconds,
            users=self.users,
            requests=self.requests,
            failed=self.failed,
            iterations=self.iterations,
            errors=self.errors,
            **figures,
        )

    def bands(self) -> Mapping[int, int]:
        """As the heat map shows it."""
        return fine_bands(unpack(self.latency))


Figures = tuple[int, int, float | None, float | None, float | None]
"""Of one endpoint in some seconds: requests, failed ones, p50, p95, p99."""
_NOTHING: Figures = (0, 0, None, None, None)


class Share(NamedTuple):
    """One endpoint's part of some seconds; `latency` is a packed histogram of all its answers, polls included, ms."""

    requests: int = 0
    failed: int = 0
    latency: bytes = b""

    def merge(self, newer: Share) -> Share:
        """Both as one."""
        return Share(
            self.requests + newer.requests, self.failed + newer.failed, merge_packed(self.latency, newer.latency)
        )

    def figures(self) -> Figures:
        """As results show it."""
        latency = unpack(self.latency)
        p50, p95, p99 = latency.percentiles((50, 95, 99)) if latency.count else (None, None, None)
        return self.requests, self.failed, p50, p95, p99


class Shares(NamedTuple):
    """The endpoints that had something in some seconds: of many endpoints as one text of bytes, not as many objects."""

    t: float
    seconds: float
    packed: bytes

    @classmethod
    def of(cls, t: float, seconds: float, shares: Mapping[str, Share]) -> Shares:
        """Put away; these bytes never leave the process."""
        return cls(t, seconds, marshal.dumps({name: tuple(share) for name, share in shares.items()}))

    def shares(self) -> dict[str, Share]:
        """By endpoint."""
        return {name: Share(*share) for name, share in marshal.loads(self.packed).items()}  # noqa: S302 - its own

    def figures(self) -> dict[str, Figures]:
        """By endpoint, as results show it."""
        return {name: share.figures() for name, share in self.shares().items()}

    def merge(self, newer: Shares) -> Shares:
        """Both as one."""
        shares = self.shares()
        for name, share in newer.shares().items():
            shares[name] = shares[name].merge(share) if name in shares else share
        return Shares.of(newer.t, self.seconds + newer.seconds, shares)


class Course:
    """Takes a load's seconds in the order of time. A last part of one joins the second before: it has no rate."""

    def __init__(self) -> None:
        self.newest: Point | None = None
        """The newest second by itself."""
        self.elapsed = 0.0
        """Seconds of load so far."""
        self._rows: Coarse[Row] = Coarse(POINTS, Row.merge)
        self._shares: Coarse[Shares] = Coarse(BY_ENDPOINT, Shares.merge)
        self._newest: Row | None = None
        self._points: Recall[Row, Point] = Recall(Row.point)
        self._views: list[tuple[int, Recall[Row, Row], Recall[Row, Point]]] = [
            (limit, Recall(Row.merge), Recall(Row.point)) for limit in VIEWS
        ]
        self._bands: Recall[Row, Mapping[int, int]] = Recall(Row.bands)
        self._figures: Recall[Shares, dict[str, Figures]] = Recall(Shares.figures)

    @property
    def step(self) -> int:
        """So many seconds make a point."""
        return self._rows.step

    def add(self, t: float, users: int, iterations: int, delta: Store, size: int = 1) -> Row:
        """The samples, and the iterations that were completed, until `t` seconds of load → as a row.

        `size` says how many snapshots they are, where these were taken together before: no more seconds than it took.
        """
        seconds, self.elapsed = t - self.elapsed, t
        row = _row(t, seconds, users, iterations, delta)
        shares = Shares.of(t, seconds, shares_of(delta))
        if self._newest is not None and seconds < _PART:
            self._rows.join(row)
            self._shares.join(shares)
            self._newest = self._newest.merge(row)
        else:
            size = max(1, min(size, round(seconds)))
            self._rows.add(row, size)
            self._shares.add(shares, size)
            self._newest = row
        self.newest = self._newest.point()
        return row

    def points(self) -> list[Point]:
        """The whole load's."""
        return self._points(self._rows)

    def overview(self) -> Overview:
        """The points made fewer, each of its views out of the one before."""
        views: list[Sequence[Point]] = []
        rows: Sequence[Row] = self._rows
        for limit, folded, points in self._views:
            rows = folded(rows, max(1, ceil(len(rows) / limit)))
            views.append(points(rows))
        return Overview(*views)

    def heat(self) -> Heat:
        """Where the latencies of the points lie."""
        bands = self._bands(self._rows)
        return heat_of((row.t, row.seconds, fine) for row, fine in zip(self._rows, bands, strict=True))

    def by_endpoint(self, names: Sequence[str]) -> ByEndpoint:
        """The same by endpoint, on an axis of its own, of those that had something."""
        figures = self._figures(self._shares)
        seen = {name for row in figures for name in row}
        return ByEndpoint(
            step=self._shares.step,
            t=[row.t for row in self._shares],
            seconds=[row.seconds for row in self._shares],
            endpoints=[_endpoint(name, figures) for name in names if name in seen],
        )


def _row(t: float, seconds: float, users: int, iterations: int, delta: Store) -> Row:
    latency = delta.where("http_req_duration", expected_response="true", poll="false")  # a quick failure is no speed
    failed = delta.where("http_req_failed")
    return Row(
        t=t,
        seconds=seconds,
        users=users,
        requests=int(delta.total("http_reqs")),
        failed=failed.passes if isinstance(failed, Rate) else 0,
        iterations=iterations,
        errors=errors_of(delta),
        latency=pack(latency) if isinstance(latency, Trend) else b"",
    )


def shares_of(delta: Store) -> dict[str, Share]:
    """Each endpoint's part of what was measured, in one pass."""
    found: dict[str, tuple[Counter, Rate, Trend]] = {}
    for (metric, tags), value in delta.series.items():
        place = _SHARED.get(metric)
        if place is not None and (name := dict(tags).get("endpoint")) is not None:
            found.setdefault(name, (Counter(), Rate(), Trend()))[place].merge(value)  # type: ignore[arg-type]
    return {
        name: Share(int(requests.value), failed.passes, pack(latency))
        for name, (requests, failed, latency) in found.items()
    }


_SHARED = {"http_reqs": 0, "http_req_failed": 1, "http_req_duration": 2}


def class_of(kind: str, status: int) -> str:
    """The name of a class of failure: `status 503`, or the kind."""
    return f"status {status}" if kind == "status" else kind.replace("_", " ")


def errors_of(store: Store) -> dict[str, int]:
    """Failed requests by class."""
    classes: Tally[str] = Tally()
    for tags, value in store.items("http_reqs"):
        if tags["expected_response"] == "false" and isinstance(value, Counter):
            kind = tags.get("error", "status")
            classes[class_of(kind, int(tags["status"]))] += int(value.value)
    return dict(classes)


def _added(errors: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    if not (errors and more):
        return errors or more
    return dict(Tally(errors) + Tally(more))


def _endpoint(name: str, rows: Sequence[Mapping[str, Figures]]) -> EndpointPoints:
    requests, failed, p50, p95, p99 = zip(*(row.get(name, _NOTHING) for row in rows), strict=True)
    return EndpointPoints(name, list(requests), list(failed), list(p50), list(p95), list(p99))
