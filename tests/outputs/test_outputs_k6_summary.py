"""`--summary-export` against a file that k6 1.1.0 wrote of the same test, and what GitLab's widget reads of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support_cli import run
from support_net import ScriptedServer, answer, serving
from support_results import judged, make_result

from loadspec.metrics import Store
from loadspec.outputs.k6_summary import render
from loadspec.thresholds import Watch
from loadspec.thresholds.expressions import parse_expression
from loadspec.thresholds.slo import read_slos
from loadspec.thresholds.submetric import parse_submetric

DATA = Path(__file__).parent / "data"
K6: dict[str, Any] = json.loads((DATA / "k6-1.1.0-summary.json").read_text())


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What loadspec writes of the same test."""
    folder = tmp_path_factory.mktemp("k6")
    export = folder / "summary.json"
    with ScriptedServer(serving(answer(b"hello"))) as server:
        spec = DATA / "k6-1.1.0-summary.yaml"
        done = run(folder / "r", spec, "--summary-export", export, url=server.url)
    assert done.code == 99, done.stderr
    assert (done.run / "load-performance.json").read_bytes() == export.read_bytes()
    return dict(json.loads(export.read_text()))


def renamed(metric: str) -> str:
    return metric.replace("{name:", "{endpoint:")


@pytest.mark.parametrize("metric", K6["metrics"])
def test_each_metric_has_k6s_keys(metric: str, ours: dict[str, Any]) -> None:
    theirs, found = K6["metrics"][metric], ours["metrics"][renamed(metric)]
    assert found.keys() == theirs.keys()
    assert list(found.get("thresholds", {}).values()) == list(theirs.get("thresholds", {}).values())


def test_figures_that_do_not_depend_on_time(ours: dict[str, Any]) -> None:
    for metric in ("http_reqs", "iterations", "orders", "http_reqs{name:home}"):
        assert ours["metrics"][renamed(metric)]["count"] == K6["metrics"][metric]["count"]
    for metric in ("checks", "good", "http_req_failed"):
        assert {**ours["metrics"][metric], "thresholds": 0} == {**K6["metrics"][metric], "thresholds": 0}
    for metric in ("depth", "size"):
        assert ours["metrics"][metric] == K6["metrics"][metric]


def test_groups_and_checks_are_the_same(ours: dict[str, Any]) -> None:
    assert ours.keys() == K6.keys()
    assert ours["root_group"] == K6["root_group"]


def test_what_gitlab_reads() -> None:
    """See lib/gitlab/ci/reports/load_performance: of checks, 0 of 0 would be no number."""
    metrics = json.loads(render(make_result()))["metrics"]
    assert metrics["http_reqs"]["rate"] > 0
    assert 0 < metrics["http_req_waiting"]["p(90)"] <= metrics["http_req_waiting"]["p(95)"]
    assert (metrics["checks"]["passes"], metrics["checks"]["fails"]) == (764, 72)
    empty = make_result(1, stores={"setup": Store(), "load": Store(), "teardown": Store()}, thresholds=[], duration=0.0)
    assert json.loads(render(empty))["metrics"] == {}


def test_a_threshold_without_a_sample_has_figures() -> None:
    result = make_result(1)
    store = Store()
    found = json.loads(render(make_result(1, stores={**result.stores, "load": store}, duration=0.0)))
    assert found["metrics"]["generation_success"]["passes"] == 0
    assert found["metrics"]["http_req_duration"]["min"] == 0


def test_a_threshold_that_only_warns_was_crossed() -> None:
    result = make_result()
    warned = judged("generation_success", {"that": "rate > 90%", "level": "warn"}, result)
    found = json.loads(render(replace(result, thresholds=[warned])))["metrics"]["generation_success"]
    assert found["thresholds"] == {"rate > 90%": True}


def test_sub_metrics_are_there_by_their_keys() -> None:
    result = make_result()
    keys = ["http_reqs{status:503}", "http_req_duration{endpoint:generate}", "http_reqs{status:418}"]
    parts = [parse_submetric(key, result.metrics, {}) for key in keys]
    found = json.loads(render(replace(result, submetrics=parts)))["metrics"]
    assert found["http_reqs{status:503}"]["count"] == result.stores["load"].total("http_reqs", status="503")
    assert list(found["http_req_duration{endpoint:generate}"]["thresholds"]) == ["p(95) < 800ms"]
    assert found["http_reqs{status:418}"] == {"count": 0, "rate": 0}


def test_slos_and_expressions_stand_at_the_metric_that_they_judge() -> None:
    result = make_result()
    slos = {"all": {"apdex": {"t": "1ms", "at_least": 0.9}}}
    slos["gen"] = {"endpoint": "generate", "availability": "99.99%", "burn": {"window": "10s", "below": 1}}
    expression = "count(http_reqs{status: 503}) < 1000 * count(http_reqs)"
    several = "count(http_reqs) + count(iterations) > 1"
    gates = [*read_slos(slos, {}), *(parse_expression(text, result.metrics, {}) for text in (expression, several))]
    watch = Watch(gates)
    watch.feed(result.duration, result.stores["load"], result.stores["load"], ended=True)
    judged = [found for found in watch.results() if found.threshold.judged]
    metrics = json.loads(render(replace(result, thresholds=judged)))["metrics"]
    found = {name: figures["thresholds"] for name, figures in metrics.items() if "thresholds" in figures}
    assert found == {
        "http_req_duration": {"slo all: apdex(1ms) >= 0.9": True},
        "http_req_failed{endpoint:generate}": {
            "slo gen: availability >= 99.99%": True,
            "slo gen: burn rate of availability 99.99% < 1, every 10s": True,
        },
        "http_reqs{status:503}": {expression: False},
    }
    store = result.stores["load"]
    assert metrics["http_reqs{status:503}"]["count"] == store.total("http_reqs", status="503")
