"""The load, durations and thresholds."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS027": Code(
        "a metric of the wrong kind",
        "`classify` counts, so its metrics are counters. A rate or trend gets its samples from `record`.",
        "metrics: {credit_errors: rate}\nflow:\n  - call: home\n    classify:\n"
        "      - {when: status == 402, count: credit_errors}\n",
        "metrics: {credit_errors: counter}\nflow:\n  - call: home\n    classify:\n"
        "      - {when: status == 402, count: credit_errors}\n",
    ),
    "LS028": Code(
        "a threshold that cannot be judged",
        "A threshold is METRIC: AGGREGATE OP LIMIT. Each kind of metric has its own aggregates (a trend avg, min, max, "
        "med and p(N); a counter count and rate; a rate rate; a gauge value, min and max), and each aggregate its "
        "units: times need one, shares need `%`, rates of counters need `/s`. `submetrics` name series likewise.",
        "thresholds:\n  http_req_duration: p95 < 500\n  http_req_failed: rate < 0.1\n",
        "thresholds:\n  http_req_duration: p(95) < 500ms\n  http_req_failed: rate < 10%\n",
    ),
    "LS029": Code(
        "a malformed duration",
        "A duration is a number with a unit, or several from large to small: `500ms`, `30s`, `1m30s`, `2h`. A range is "
        "`1s..3s`. Other tools take a bare number for seconds or for milliseconds, so none is allowed here.",
        "flow:\n  - call: home\n  - think: 3 seconds\n",
        "flow:\n  - call: home\n  - think: 3s\n",
    ),
    "LS030": Code(
        "malformed stages",
        "A stage is DURATION:USERS, stages are separated by commas: `10s:5, 20s:10, 10s:0` ramps to 5 users within 10 "
        "seconds, to 10 within 20 more, and down again. `rate_stages` lead to rates: `1m:50/s, 2m:100/s`.",
        "stages: 10s-5, 20:10\n",
        "stages: 10s:5, 20s:10\n",
    ),
    "LS031": Code(
        "a load shape beside another",
        "A test has one load shape: `stages`, or `vus` with `duration`, or `iterations`, or `iterations_per_vu`, or "
        "`rate` with `duration`, or `rate_stages`. Of two, one would be ignored, and so would a setting of another "
        "shape. A profile's shape replaces the file's.",
        "stages: 10s:5, 20s:10\nduration: 1m\n",
        "stages: 10s:5, 20s:10\n",
    ),
    "LS033": Code(
        "times that defeat each other",
        "A time that another one makes meaningless: a poll that is over before it asks again, a wait that outlasts "
        "the load, an abort after its end, a limit of a part that the total hides, a pace in setup, which is run once. "
        "As an error: a load without a user.",
        "endpoints:\n  job: {path: /job}\nflow:\n  - poll: job\n    until: ok\n    every: 2m\n    timeout: 60s\n",
        "endpoints:\n  job: {path: /job}\nflow:\n  - poll: job\n    until: ok\n    every: 2s\n    timeout: 60s\n",
    ),
    "LS040": Code(
        "vus alone over another load shape",
        "Stages say how many users there are at each moment, so a number of users above them has no meaning. Give "
        "other stages, or a duration beside the users.",
        "$ loadspec run spec.yaml --vus 20\nstages: 10s:5, 20s:10\n",
        "$ loadspec run spec.yaml --vus 20 --duration 30s\nstages: 10s:5, 20s:10\n",
    ),
    "LS045": Code(
        "a threshold that no sample can reach",
        "No step of the load adds to the metric, or none with the tags in braces: setup and teardown are not judged. A "
        "threshold without a sample fails, so this one would fail after the whole run. With `empty: pass` it is a "
        "warning.",
        "metrics: {errors: rate}\nthresholds:\n  errors: rate < 1%\n",
        "metrics: {errors: rate}\nflow:\n  - call: home\n    record: {errors: not ok}\nthresholds:\n"
        "  errors: rate < 1%\n",
    ),
    "LS046": Code(
        "a threshold that is decided before the run",
        "The bound lies outside what the metric can be: a share is between 0% and 100%, a time or a count never below "
        "0. Or two bounds of one metric leave no room between them. As a warning: a bound that every run keeps.",
        "thresholds:\n  http_req_failed: rate < 0%\n",
        "thresholds:\n  http_req_failed: rate <= 0%\n",
    ),
    "LS058": Code(
        "a malformed rate",
        "A rate is a number with its unit of time: `200/s`, `30/m`, `1000/h`, at most 1000000/s. It counts the "
        "iterations that start, not requests. Only where a rate may be 0, `0` needs no unit.",
        "rate: 200 rps\nduration: 1m\n",
        "rate: 200/s\nduration: 1m\n",
    ),
    "LS059": Code(
        "a trace that cannot be replayed",
        "A trace is a pool in which each row says when an iteration starts: a number in `unit`, or a time such as "
        "2026-01-31T12:00:00.250Z. Times count from the earliest, so that seconds from the start and times of day both "
        "do. Each start has its row, so that none can be left out or belong to a user.",
        "pools:\n  requests:\n    items:\n      - {timestamp: soon}\ntrace: requests\n",
        "pools:\n  requests:\n    items:\n      - {timestamp: 0.5}\ntrace: requests\n",
    ),
}
