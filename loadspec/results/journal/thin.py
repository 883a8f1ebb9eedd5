"""What a journal keeps of a snapshot: the main latency by endpoint, the other phases of requests in total. Pure.

Counts of everything are kept by their built-in tags, and so is what a threshold or a sub-metric asks for; the rest
would take ten times the room. Snapshots of several seconds fold into one of the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from loadspec.metrics import Store, Trend
from loadspec.metrics.catalog import tag_names
from loadspec.metrics.items import unite_items
from loadspec.metrics.slowest import slowest
from loadspec.metrics.store import Key
from loadspec.pools.usage import unite_pools
from loadspec.results.failures import unite_failures
from loadspec.results.ledger import Record
from loadspec.thresholds import Threshold
from loadspec.thresholds.selector import Clause
from loadspec.thresholds.submetric import Submetric

MAIN = ("http_req_duration", "scheduled_latency")
IN_TOTAL = (
    "http_req_blocked",
    "http_req_connecting",
    "http_req_tls_handshaking",
    "http_req_sending",
    "http_req_waiting",
    "http_req_receiving",
)
_BY_ENDPOINT = frozenset({"scenario", "endpoint", "poll", "expected_response"})


class Thinner:
    """Drops the tags that neither the rules above nor thresholds and sub-metrics keep; series that are then alike are
    one."""

    def __init__(self, thresholds: Iterable[Threshold], submetrics: Iterable[Submetric] = ()) -> None:
        self._named: dict[str, set[str]] = {}
        for term in (term for threshold in thresholds for term in threshold.terms):
            for metric in (term.metric, "http_reqs") if term.infinite else (term.metric,):
                self._name(metric, term.clauses)
        for part in submetrics:
            self._name(part.metric, part.clauses)
        self._kept: dict[str, frozenset[str]] = {}
        self._keys: dict[Key, Key] = {}

    def __call__(self, record: Record) -> Record:
        """A snapshot with less in it; any other record as it is."""
        if record["is"] != "snapshot":
            return record
        thin = Store()
        for key, value in record["store"].series.items():
            thin.value(value.kind, *self._key(key)).merge(value)
        return {**record, "store": thin}

    def _name(self, metric: str, clauses: Iterable[Clause]) -> None:
        self._named.setdefault(metric, set()).update(clause.tag for clause in clauses)

    def _key(self, key: Key) -> Key:
        found = self._keys.get(key)
        if found is None:
            metric, tags = key
            kept = self._kept.get(metric)
            if kept is None:
                kept = self._kept[metric] = _by_rule(metric) | self._named.get(metric, set())
            found = self._keys[key] = (metric, tuple(tag for tag in tags if tag[0] in kept))
        return found


def _by_rule(metric: str) -> frozenset[str]:
    if metric in MAIN:
        return _BY_ENDPOINT
    return frozenset() if metric in IN_TOTAL else frozenset(tag_names(metric))


def packed(store: Store) -> list[Any]:
    """A store's wire with each trend's buckets by rising number, told by their distances: half as large compressed."""
    rows = store.to_wire()
    for row in rows:
        if row[2] == Trend.kind and row[3]:
            pairs = sorted(zip(*row[3][:2], strict=True))
            numbers = [number for number, _ in pairs]
            steps = [after - before for before, after in zip([0, *numbers], numbers, strict=False)]
            row[3] = [steps, [count for _, count in pairs], *row[3][2:]]
    return rows


def unpacked(rows: Iterable[Sequence[Any]]) -> Store:
    """The store again."""
    return Store.from_wire(
        [*row[:3], [list(accumulate(row[3][0])), *row[3][1:]]] if row[2] == Trend.kind and row[3] else row
        for row in rows
    )


def packed_record(record: Record) -> Record:
    """A record as JSON has it."""
    return {**record, "store": packed(record["store"])} if record["is"] == "snapshot" else record


def unpacked_record(record: Record) -> Record:
    """A record as the ledger takes it."""
    return {**record, "store": unpacked(record["store"])} if record["is"] == "snapshot" else record


def together(one: Record, other: Record, every: float) -> bool:
    """Whether two records, one after the other, fold: snapshots of a phase within the same `every` seconds."""
    if one["is"] != "snapshot" or other["is"] != "snapshot" or one["phase"] != other["phase"]:
        return False
    return int(one["t"] / every) == int(other["t"] / every)


def fold(snapshots: Sequence[Record]) -> Record:
    """Thinned snapshots that follow each other → one. What counts from the begin on is the last one's."""
    if len(snapshots) == 1:
        return snapshots[0]
    last, store = snapshots[-1], Store()
    for snapshot in snapshots:
        store.merge(snapshot["store"])
    folded = {
        **last,
        "store": store,
        "folded": sum(one.get("folded", 1) for one in snapshots),
        "slowest": slowest(row for one in snapshots for row in one.get("slowest", ())),
        "failures": unite_failures(row for one in snapshots for row in one["failures"]),
        "pools": unite_pools(row for one in snapshots for row in one.get("pools", ())),
        "pool_items": unite_items(row for one in snapshots for row in one.get("pool_items", ())),
        "health": {**last["health"], "lag_ms": max(one["health"]["lag_ms"] for one in snapshots)},
        "workers": _workers(snapshots),
        **{name: [row for one in snapshots for row in one.get(name, ())] for name in ("check_samples", "notes")},
    }
    if any("stamped" in one for one in snapshots):
        folded["stamped"] = sum(one.get("stamped", 0) for one in snapshots)
    if held := [one["held_back"] for one in snapshots if "held_back" in one]:
        folded["held_back"] = {name: sum(row[name] for row in held) for name in held[0]}
    return folded


def _workers(snapshots: Sequence[Record]) -> list[dict[str, Any]]:
    """Of each worker the second in the middle, by its hub lag: no single stall and no quiet moment stands for all."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in (row for one in snapshots for row in one.get("workers", ())):
        found.setdefault(row["worker"], []).append(row)
    return [
        {**sorted(rows, key=lambda row: row.get("lag_p99_ms", 0.0))[len(rows) // 2], "t": rows[-1]["t"]}
        for _, rows in sorted(found.items())
    ]
