"""The words of this page, each in a sentence, with the formula of each figure that is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import RunResult

TERMS: Mapping[str, str] = {
    "user": "One virtual user: repeats the flow, one request at a time, with its own connection.",
    "iteration": "One pass of a user through the flow. Started = completed + interrupted; planned = started + dropped.",
    "part of the load": "A stage of the plan, or, with several scenarios, a time in which the same ones are on.",
    "request": "One attempt. Sent = answered + no answer + cut off.",
    "failed request": "No answer came, or its status was not among the expected ones (200 to 399 by default). "
    "Failed = failed requests / all requests.",
    "duration": "Sending + waiting + receiving, of every request that got an answer; connecting is not in it.",
    "blocked": "From asking for a connection to having one: DNS + connecting + TLS, 0 on a kept connection.",
    "p95": "95 % of the values lie at or below it: of n values in order the one at rank 0.95 · (n − 1), between two "
    "ranks linearly, as k6 does. Percentiles come from histograms that are exact to 0.8 %; those of several seconds "
    "are of all their values, never a mean of percentiles.",
    "nines": "The axis of the percentile chart: the p-th percentile stands at −log10(1 − p / 100).",
    "margin": "(limit − actual) / limit for an upper limit, (actual − limit) / limit for a lower one; negative means "
    "beyond it. The worst margin comes first.",
    "expected answers": "Answers with an expected status to requests that are no polls: what limits on duration judge "
    "unless they say otherwise, so that a quick error never passes for speed.",
    "from its due time": "Of open loads: finished − scheduled. What a request waited before it was sent counts.",
    "dispatch delay": "Started − scheduled: how late this machine was.",
    "hub lag": "How late a timer of the generator fired (p99). Where it or the dispatch delay is above max(5 ms, a "
    "tenth of the median latency) for three seconds, or less than 99 % of the due starts are made though users are "
    "free, the generator is at its limit, and limits on times are not judged.",
    "enough samples": "Ten lie beyond a percentile: 10 / (1 − p / 100), so 1 000 for a p99.",
    "cut off": "Sent, but the run ended before the answer came: the server may have counted it, we do not judge it.",
    "unsent": "Never left this machine, as no connection came about.",
    "repeated": "Of a pool: drawn = distinct + repeated.",
    "item": "A row of a pool, of up to twenty by itself. It costs what the iterations took that drew it first, but for "
    "thinking and pacing; those in which a step failed are counted apart.",
    "setup, teardown": "Run once before and after the load; their requests are counted in the books only.",
}

OF_SLOS: Mapping[str, str] = {
    "error budget": "The share of requests that may be bad: 1 − target. Used is the bad share over it, the burn "
    "rate the same of some seconds only.",
    "Apdex": "(satisfied + tolerated / 2) / all requests: satisfied within T, tolerated within 4 T, a failure neither.",
}


def figures(result: RunResult) -> Mapping[str, Any]:
    """The terms, and whose clock the durations of this run are by."""
    more = OF_SLOS if result.slos else {}
    return {"terms": {**TERMS, **more, "duration": f"{TERMS['duration']} The end is timed by {result.timing}."}}
