"""The one order in which thresholds are told."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support_results import make_result

from loadspec.outputs.slack import message
from loadspec.outputs.target import Target
from loadspec.outputs.verdict_text import verdict_of
from loadspec.report.live.now import standing
from loadspec.report.thresholds import threshold_rows
from loadspec.results.verdict import Facts, judge_run
from loadspec.thresholds import ThresholdResult, Watch, parse_thresholds, worst_first
from loadspec.thresholds.order import STATUSES
from loadspec.ui.limits import limits_of

(SOME,) = Watch(parse_thresholds("http_reqs", "count > 0", make_result(1).metrics)).results()
ANY = st.builds(
    lambda status, margin: replace(SOME, status=status, margin=margin, passed=status == "pass"),
    st.sampled_from(STATUSES),
    st.none() | st.floats(-100, 1) | st.sampled_from([math.inf, -math.inf]),
)


@given(st.lists(ANY, max_size=8))
def test_by_status_then_by_margin_and_without_a_sample_last(results: list[ThresholdResult]) -> None:
    told = worst_first(results)
    assert sorted(map(id, told)) == sorted(map(id, results))
    for one, other in pairwise(told):
        assert STATUSES.index(one.status) <= STATUSES.index(other.status)
        if one.status == other.status and one.margin is None:
            assert other.margin is None
        elif one.status == other.status and other.margin is not None:
            assert one.margin is not None
            assert one.margin <= other.margin


def test_among_equals_the_order_of_the_spec() -> None:
    equals = [replace(SOME, samples=number) for number in range(5)]
    assert worst_first(equals) == equals


def test_whatever_tells_of_a_run_leads_with_the_same_threshold() -> None:
    """`checks` comes first in the spec, `http_req_failed` is further beyond its limit, `http_reqs` has no sample."""
    result = make_result()
    texts = {
        "http_reqs": "count > 5",
        "checks": "rate > 99%",
        "iterations": "count > 1",
        "http_req_failed": "rate < 1%",
    }
    base = {key: parse_thresholds(key, text, result.metrics)[0] for key, text in texts.items()}
    margins = {"http_reqs": None, "checks": -0.01, "iterations": 3.0, "http_req_failed": -49.0}
    results = [
        replace(SOME, threshold=base[key], margin=margin, actual=margin and 0.5, samples=9, limit=base[key].limit)
        for key, margin in margins.items()
    ]
    results = [replace(found, status="pass" if (found.margin or -1) > 0 else "fail") for found in results]
    order = ["http_req_failed", "checks", "http_reqs", "iterations"]
    result = replace(result, thresholds=results)
    assert [found.threshold.metric for found in worst_first(results)] == order
    assert [limit.metric for limit in limits_of(results)] == order
    assert [row.title.partition(":")[0] for row in threshold_rows(results)] == order
    assert [
        row["threshold"].partition(":")[0] for row in verdict_of(result, Target("webhook", ""))["thresholds"]
    ] == order
    assert message(result)["blocks"][1]["text"]["text"].split("`")[1].startswith("http_req_failed")
    assert "3 fail: http_req_failed" in standing(results)
    assert judge_run(Facts(thresholds=results, requests=9, answered=9)).sentence.startswith("http_req_failed rate")
