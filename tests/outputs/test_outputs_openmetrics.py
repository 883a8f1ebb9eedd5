"""OpenMetrics text, read by the official parser."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from support_results import judged, make_result

from loadspec.metrics import MetricInfo, Store, Trend, tags_of
from loadspec.outputs.openmetrics import Family, Sample, families, render, text
from loadspec.results.model import RunResult
from loadspec.thresholds.submetric import parse_submetric


def parsed(content: str) -> dict[str, tuple[str, list[tuple[str, dict[str, str], float]]]]:
    """Family → (type, samples), as Prometheus' own parser reads them."""
    return {
        found.name: (found.type, [(s.name, dict(s.labels), s.value) for s in found.samples])
        for found in text_string_to_metric_families(content)
    }


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result()


def test_the_official_parser_reads_all_of_it(result: RunResult) -> None:
    found = parsed(render(result))
    assert {kind for kind, _ in found.values()} == {"info", "gauge", "stateset", "summary", "counter"}
    (name, labels, _) = found["loadspec_run"][1][0]
    assert (name, labels["verdict"], labels["run_id"]) == ("loadspec_run_info", "FAIL", result.run_id)
    (_, _, seconds) = found["loadspec_load_duration_seconds"][1][0]
    assert seconds == result.duration


def test_every_series_is_there_in_base_units(result: RunResult) -> None:
    store = result.stores["load"]
    kind, samples = parsed(render(result))["loadspec_http_req_duration_seconds"]
    assert kind == "summary"
    for tags, value in store.items("http_req_duration"):
        assert isinstance(value, Trend)
        mine = {name + labels.get("quantile", ""): v for name, labels, v in samples if labels | tags == labels}
        assert mine["loadspec_http_req_duration_seconds_count"] == value.count
        assert mine["loadspec_http_req_duration_seconds_sum"] == pytest.approx(value.sum / 1000)
        assert mine["loadspec_http_req_duration_seconds0.95"] == pytest.approx(value.percentile(95) / 1000)
        assert mine["loadspec_http_req_duration_seconds1"] == pytest.approx(value.max / 1000)


def test_counters_and_rates(result: RunResult) -> None:
    found, store = parsed(render(result)), result.stores["load"]
    assert sum(v for _, _, v in found["loadspec_http_reqs"][1]) == store.total("http_reqs")
    assert sum(v for _, _, v in found["loadspec_data_sent_bytes"][1]) == store.total("data_sent")
    passes, samples = (sum(v for _, _, v in found[f"loadspec_checks_{name}"][1]) for name in ("passes", "samples"))
    assert passes == sum(check.passes for check in result.checks)
    assert samples == sum(check.passes + check.fails for check in result.checks)
    assert all(0 <= v <= 1 for _, _, v in found["loadspec_checks_ratio"][1])


def test_thresholds(result: RunResult) -> None:
    kind, samples = parsed(render(result))["loadspec_threshold"]
    failed = {labels["threshold"] for _, labels, v in samples if labels["loadspec_threshold"] == "fail" and v}
    assert kind == "stateset"
    assert failed == {found.threshold.title for found in result.thresholds if found.status == "fail"}


@pytest.mark.parametrize("hostile", ["\n# EOF\n", '"} 1\nx 2', "\\", "\\n", "\x00\x1b[31m", "\u202e", "ü"])
def test_hostile_text_stays_inside_its_label(hostile: str, result: RunResult) -> None:
    store = Store()
    store.counter("http_reqs", tags_of(endpoint=hostile)).add()
    poisoned = replace(result, spec_name=hostile, stores={**result.stores, "load": store})
    found = parsed(render(poisoned))
    assert len(found["loadspec_http_reqs"][1]) == 1
    content = render(poisoned)
    assert content.count("\n# EOF") == 1
    assert not set("\x00\x1b\u202e") & set(content)


def test_names_never_clash() -> None:
    store = Store()
    store.trend("x").add(1.0)
    store.counter("x_seconds").add()
    infos = {"x": MetricInfo("trend", "time"), "x_seconds": MetricInfo("counter")}
    assert parsed(text(families(store, infos))).keys() == {"loadspec_x_seconds", "loadspec_x_seconds_"}


def test_labels_that_all_series_have_and_odd_names() -> None:
    store = Store()
    store.gauge("vus", (("odd-name", "a"), ("9", "b"))).add(3)
    found = parsed(text(families(store, {"vus": MetricInfo("gauge")}, {"run": "r"})))
    assert found["loadspec_vus"][1] == [("loadspec_vus", {"run": "r", "odd_name": "a", "_9": "b"}, 3.0)]


def test_no_label_is_one_of_prometheus_own() -> None:
    store = Store()
    store.gauge("vus").add(3)
    found = parsed(text(families(store, {"vus": MetricInfo("gauge")}, {"__name__": "evil"})))
    assert found["loadspec_vus"][1] == [("loadspec_vus", {"_name__": "evil"}, 3.0)]


def test_figures_that_are_no_number() -> None:
    family = Family("x", "gauge", "", [Sample("", {"i": str(i)}, v) for i, v in enumerate([1e300, float("inf"), -2.5])])
    assert [v for _, _, v in parsed(text([family]))["x"][1]] == [1e300, float("inf"), -2.5]


def test_nothing_measured() -> None:
    result = make_result(1, stores={"setup": Store(), "load": Store(), "teardown": Store()}, thresholds=[])
    assert "loadspec_run" in parsed(render(result))


def test_a_threshold_that_only_warns(result: RunResult) -> None:
    warned = judged("generation_success", {"that": "rate > 90%", "level": "warn"}, result)
    _, samples = parsed(render(replace(result, thresholds=[warned])))["loadspec_threshold"]
    states = {labels["loadspec_threshold"]: value for _, labels, value in samples}
    assert states == {"pass": 0, "fail": 0, "warn": 1, "inconclusive": 0}


def test_sub_metrics_and_the_tags_of_the_run(result: RunResult) -> None:
    parts = [
        parse_submetric(key, result.metrics, {"model": None})
        for key in ("http_reqs{status:503}", "http_req_duration{endpoint:generate}", "checks{check:none}")
    ]
    found = parsed(render(replace(result, submetrics=parts, tags={"build": "7"})))
    assert all(labels["build"] == "7" for _, labels, _ in found["loadspec_http_reqs"][1])
    _, counts = found["loadspec_http_reqs_submetric"]
    failed = result.stores["load"].total("http_reqs", status="503")
    assert counts == [("loadspec_http_reqs_submetric_total", {"build": "7", "selector": "status:503"}, failed)]
    kind, rows = found["loadspec_http_req_duration_submetric_seconds"]
    assert kind == "summary"
    assert {labels["selector"] for _, labels, _ in rows} == {"endpoint:generate"}
    assert "loadspec_checks_submetric_ratio" not in found, "nothing was measured of it"
