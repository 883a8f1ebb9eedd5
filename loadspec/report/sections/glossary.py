"""The words of this page, each in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import RunResult

TERMS: Mapping[str, str] = {
    "user": "One virtual user: repeats the flow, one request at a time, with its own connection.",
    "iteration": "One pass of a user through the flow. Started = completed + interrupted.",
    "failed request": "No answer came, or its status was not among the expected ones (200 to 399 by default).",
    "duration": "Sending + waiting + receiving, of every request that got an answer; connecting is not in it.",
    "p95": "95 % of the values lie at or below it. Percentiles come from histograms that are exact to 0.8 %.",
    "margin": "Distance from the measured value to the limit, as a share of the limit; negative means beyond it.",
    "expected answers": "Answers with an expected status to requests that are no polls: what limits on duration judge "
    "unless they say otherwise, so that a quick error never passes for speed.",
    "cut off": "Sent, but the run ended before the answer came: the server may have counted it, we do not judge it.",
    "unsent": "Never left this machine, as no connection came about.",
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
