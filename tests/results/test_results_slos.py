"""What became of service level objectives: gathered from their thresholds, in files and in the report."""

from __future__ import annotations

from typing import Any

import pytest
from support_html import read
from support_results import make_result, store_of

from loadspec.metrics import Rate, Store, Trend, tags_of
from loadspec.outputs.results_json import document
from loadspec.report import build
from loadspec.results.ledger import Ledger
from loadspec.results.slos import Slo, slos_of
from loadspec.results.verdict import Facts, judge_run
from loadspec.thresholds import ThresholdResult, Watch, read_slos

SPEC: dict[str, Any] = {
    "platform": {"availability": "99%", "latency": ["50% within 200ms", "90% within 1s"], "burn": {"below": 10}},
    "generate": {"endpoint": "generate", "availability": "90%", "apdex": {"t": "100ms", "at_least": 0.9}},
}


def results(spec: dict[str, Any] = SPEC, failed: int = 3) -> list[ThresholdResult]:
    """One look at a hundred requests of 150 ms, some of which failed."""
    trend = Trend()
    trend.add(150.0, 100 - failed)
    store = store_of(http_req_failed=Rate(failed, 100), http_req_duration=trend)
    store.counter("http_reqs", tags_of(expected_response="false")).add(failed)
    for name, tags in list(store.series):
        store.series[name, (*tags, ("endpoint", "generate"))] = store.series.pop((name, tags))
    watch = Watch(read_slos(spec, {}))
    watch.feed(60.0, store, store, ended=True)
    return watch.results()


def gathered(**more: Any) -> dict[str, Slo]:
    return {slo.name: slo for slo in slos_of(results(**more))}


def test_parts_are_gathered_by_name_and_in_order() -> None:
    found = gathered()
    assert list(found) == ["platform", "generate"]
    platform, generate = found.values()
    assert [each.text for each in platform.objectives] == ["availability 99%", "50% within 200ms", "90% within 1s"]
    assert [each.budget_used for each in platform.objectives] == pytest.approx([3.0, 0.06, 0.3])
    assert [each.burn.actual for each in platform.objectives][:1] == [pytest.approx(3.0)]
    assert platform.apdex is not None
    assert not platform.apdex.threshold.judged
    assert (platform.scope, generate.scope) == ("", "endpoint:generate")
    assert (platform.status, generate.status) == ("fail", "fail")


def test_the_worst_part_is_the_status_of_all() -> None:
    kept = {
        "a": {"availability": "90%"},
        "b": {"availability": "99%", "level": "warn"},
        "c": {"latency": "1% within 1s"},
    }
    assert {name: slo.status for name, slo in gathered(spec=kept).items()} == {"a": "pass", "b": "warn", "c": "pass"}


def test_without_a_sample_no_budget_is_told() -> None:
    watch = Watch(read_slos({"a": {"availability": "90%"}}, {}))
    watch.feed(1.0, Store(), Store(), ended=True)
    (slo,) = slos_of(watch.results())
    assert (slo.status, slo.objectives[0].budget_used) == ("fail", None)


def test_in_results_json() -> None:
    found = document(make_result(slos=list(gathered().values())))["slos"]
    assert [slo["name"] for slo in found] == ["platform", "generate"]
    first = found[0]["objectives"][0]
    assert first == {
        "objective": "availability 99%",
        "status": "fail",
        "target_ratio": 0.99,
        "actual_ratio": pytest.approx(0.97),
        "budget_used_ratio": pytest.approx(3.0),
        "samples": 100,
        "burn": {
            "window_s": 60.0,
            "worst_rate": pytest.approx(3.0),
            "limit_rate": 10.0,
            "status": "pass",
            "first_crossed_s": None,
        },
    }
    assert found[0]["apdex"] == {"t_ms": 200.0, "score": pytest.approx(0.97), "at_least": None, "status": None}
    assert found[1]["apdex"] == {"t_ms": 100.0, "score": pytest.approx(0.485), "at_least": 0.9, "status": "fail"}
    assert found[1]["objectives"][0]["burn"]["limit_rate"] is None


def test_in_the_report() -> None:
    page = read(build(make_result(slos=list(gathered().values()))))
    assert not page.problems
    text = " ".join(page.texts["slos"].split())
    short = read(build(make_result(slos=list(gathered().values()), duration=30.0))).texts["slos"]
    assert "3 in all, limit 10" in " ".join(short.split())
    for told in (
        "0 of 2 kept",
        "97.00%",
        "300%",
        "3 in 1m, limit 10",
        "Apdex with T = 100ms at least 0.9",
        "unacceptable",
    ):
        assert told in text
    assert [row[0].split() for row in page.rows["slos"] if len(row) == 7] == [
        ["Service", "level"],
        ["platform"],
        ["generate", "endpoint:generate"],
    ]
    assert "slos" not in read(build(make_result())).texts


def test_the_verdict_names_the_objective() -> None:
    judged = [result for result in results(spec={"platform": {"availability": "99%"}}) if result.threshold.judged]
    sentence = judge_run(Facts(judged, requests=100, answered=100, failed=3, errors={}, duration=60.0)).sentence
    assert sentence.startswith("slo platform: availability is 97.00%, limit >= 99% (300 % of the error budget used)")


def test_what_is_only_measured_makes_no_event_and_no_verdict() -> None:
    ledger = Ledger(read_slos({"a": {"availability": "90%"}}, {}))
    assert [result.threshold.source for result in ledger.watch.current()] == ["availability >= 90%"]
