"""Tables out of stores: requests by endpoint and phase, endpoint statistics, checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loadspec.metrics import Rate, Store, Trend
from loadspec.metrics.catalog import UNSENT_PHASES
from loadspec.metrics.values import Value
from loadspec.results.model import (
    PHASES,
    CheckResult,
    CheckSample,
    EndpointInfo,
    EndpointStats,
    PhaseName,
    RequestCount,
)


def request_counts(stores: Mapping[PhaseName, Store], endpoints: Sequence[EndpointInfo]) -> list[RequestCount]:
    """The books, for each endpoint and phase that had a request; `sent` is what the server can have counted."""
    counts = []
    for endpoint in endpoints:
        for phase in PHASES:
            count = _count(stores[phase], endpoint.name, phase)
            if count.sent or count.unsent:
                counts.append(count)
    return counts


def _count(store: Store, endpoint: str, phase: PhaseName) -> RequestCount:
    statuses: dict[str, int] = {}
    no_answer = unsent = 0
    for tags, value in store.items("http_reqs"):
        if tags["endpoint"] != endpoint:
            continue
        number = int(value.value)  # type: ignore[union-attr]
        if "error" not in tags:
            statuses[tags["status"]] = statuses.get(tags["status"], 0) + number
        elif tags["error_phase"] in UNSENT_PHASES:
            unsent += number
        else:
            no_answer += number
    no_answer += int(store.total("http_req_retries", endpoint=endpoint))
    cut_off = int(store.total("http_reqs_cut_off", endpoint=endpoint))
    answered = sum(statuses.values())
    return RequestCount(
        endpoint=endpoint,
        phase=phase,
        sent=answered + no_answer + cut_off,
        answered=answered,
        no_answer=no_answer,
        cut_off=cut_off,
        unsent=unsent,
        statuses=dict(sorted(statuses.items())),
    )


def endpoint_stats(store: Store, endpoints: Sequence[EndpointInfo], duration: float) -> list[EndpointStats]:
    """One row for each endpoint that had a request under load, polls included."""
    rows = []
    for endpoint in endpoints:
        requests = int(store.total("http_reqs", endpoint=endpoint.name))
        if not requests:
            continue
        failed = store.where("http_req_failed", endpoint=endpoint.name)
        rows.append(
            EndpointStats(
                endpoint=endpoint.name,
                method=endpoint.method,
                path=endpoint.path,
                requests=requests,
                rate=requests / duration if duration else 0.0,
                failed=failed.passes if isinstance(failed, Rate) else 0,
                **_latencies(store.where("http_req_duration", endpoint=endpoint.name, expected_response="true")),
            )
        )
    return rows


def _latencies(latency: Value | None) -> dict[str, float]:
    """Nothing where there is no sample."""
    if not isinstance(latency, Trend) or not latency.count:
        return {}
    med, p90, p95, p99 = latency.percentiles((50, 90, 95, 99))
    ends = {"avg": latency.avg, "min": latency.min, "max": latency.max}
    return {**ends, "med": med, "p90": p90, "p95": p95, "p99": p99}


def check_results(
    store: Store, samples: Mapping[tuple[str, str], Sequence[CheckSample]] | None = None
) -> list[CheckResult]:
    """Each check of each endpoint, in the order of the spec; `samples` by (endpoint, check)."""
    rows: dict[tuple[str, str], Rate] = {}
    for tags, value in store.items("checks"):
        if isinstance(value, Rate):
            rows.setdefault((tags["check"], tags["endpoint"]), Rate()).merge(value)
    return [
        CheckResult(
            name, endpoint, rate.passes, rate.total - rate.passes, tuple((samples or {}).get((endpoint, name), ()))
        )
        for (name, endpoint), rate in rows.items()
    ]
