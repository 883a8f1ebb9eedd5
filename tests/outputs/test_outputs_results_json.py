from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from msgspec.structs import replace
from support_results import make_result

from loadspec.metrics import Rate, Store, Trend, tags_of
from loadspec.outputs.json_text import json_text
from loadspec.outputs.results_json import document, render
from loadspec.outputs.results_schema import results_schema, results_schema_text
from loadspec.results.model import Iterations, RunResult
from loadspec.thresholds.submetric import parse_submetric

SCHEMA_FILE = Path(__file__).parents[2] / "schemas" / "results.schema.json"

LARGE = "http_req_duration{endpoint:generate}"


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result()


@pytest.fixture(scope="module")
def written(result: RunResult) -> Any:
    return json.loads(render(result))


def nothing() -> RunResult:
    stores = {"setup": Store(), "load": Store(), "teardown": Store()}
    empty = dict(points=[], checks=[], errors=[], requests=[], endpoint_stats=[], events=[], scenarios=[], generator={})
    return make_result(1, **empty, stores=stores, duration=0.0, iterations=Iterations(), verdict="ABORTED")  # type: ignore[arg-type]


def test_the_schema_file_is_the_codes() -> None:
    if os.environ.get("UPDATE_SCHEMAS"):
        SCHEMA_FILE.write_text(results_schema_text(), encoding="utf-8")
    assert SCHEMA_FILE.read_text(encoding="utf-8") == results_schema_text(), "run this test with UPDATE_SCHEMAS=1"


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(results_schema())


@pytest.mark.parametrize("make", [make_result, lambda: make_result(1), nothing], ids=["story", "one second", "nothing"])
def test_results_fit_the_schema(make: Any) -> None:
    errors = list(Draft7Validator(results_schema()).iter_errors(json.loads(render(make()))))
    assert [f"{list(e.path)}: {e.message}" for e in errors] == []


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"verdict": "MAYBE"}, {"surprise": 1}, {"metrics": {"x": {"kind": "trend"}}}, {"seed": "7"}],
)
def test_the_schema_refuses_what_is_not_promised(written: Any, change: dict[str, Any]) -> None:
    assert not Draft7Validator(results_schema()).is_valid({**written, **change})


def test_head_and_verdict(written: Any, result: RunResult) -> None:
    assert (written["loadspec"], written["version"]) == ("results", 1)
    assert (written["verdict"], written["exit_code"]) == ("FAIL", 99)
    assert written["sentence"] == result.sentence
    assert written["times"] == {"started_at": "2026-04-12T08:09:10Z", "duration_s": 70.0}
    assert written["resolved_spec"] == result.resolved_spec


def test_requests_are_counted_by_endpoint_phase_and_status(written: Any, result: RunResult) -> None:
    requests = written["requests"]
    assert [(r["endpoint"], r["phase"], r["sent"]) for r in requests["by_endpoint"]] == [
        (r.endpoint, r.phase, r.sent) for r in result.requests
    ]
    assert requests["by_phase"]["setup"]["statuses"] == {"200": 1}
    assert requests["by_phase"]["load"]["cut_off"] == 1
    assert requests["by_phase"]["teardown"]["sent"] == 0
    assert requests["total"]["sent"] == sum(r.sent for r in result.requests)
    assert sum(requests["total"]["statuses"].values()) == requests["total"]["answered"]


def test_metrics_hold_the_totals_and_their_parts(written: Any, result: RunResult) -> None:
    trend = result.stores["load"].select("http_req_duration")
    assert isinstance(trend, Trend)
    metric = written["metrics"]["http_req_duration"]
    assert (metric["kind"], metric["unit"], metric["custom"]) == ("trend", "ms", False)
    total = metric["total"]
    assert (total["count"], total["sum"], total["avg"]) == (trend.count, trend.sum, trend.avg)
    assert [total[k] for k in ("med", "p90", "p95", "p99")] == trend.percentiles((50, 90, 95, 99))
    parts = {json.dumps(s["tags"]): s["count"] for s in metric["series"]}
    by_endpoint = [json.dumps({"endpoint": name}) for name in ("login", "generate")]
    assert sum(parts[name] for name in by_endpoint) == trend.count
    assert parts['{"expected_response": "true"}'] == trend.count - 24
    rate = written["metrics"]["generation_success"]
    success = result.stores["load"].select("generation_success")
    assert isinstance(success, Rate)
    assert rate["unit"] == "ratio"
    assert rate["custom"]
    assert rate["total"] == {"count": success.total, "passes": success.passes, "rate": success.rate}
    assert written["metrics"]["provider_errors"]["total"] == {"count": 24, "rate_per_s": pytest.approx(24 / 70)}


def test_a_custom_metric_without_samples_is_there_and_null() -> None:
    result = make_result(1)
    stores = {**result.stores, "load": Store()}
    assert document(replace(result, stores=stores))["metrics"]["response_time"]["total"] is None


def test_thresholds_say_how_far_and_since_when(written: Any) -> None:
    worst = next(t for t in written["thresholds"] if t["metric"] == "errors")
    assert worst["source"] == "errors: rate < 10%"
    assert worst["expression"] == "rate < 10%"
    assert (worst["limit"], worst["status"], worst["failing_since_s"]) == (0.1, "fail", 38.0)
    assert worst["margin_ratio"] == pytest.approx((0.1 - worst["actual"]) / 0.1)


def test_of_a_windowed_threshold_the_worst_window_is_told(written: Any, result: RunResult) -> None:
    assert {row["worst_window"] for row in written["thresholds"]} == {None}
    found = replace(result.thresholds[0], worst_window=(9.99999, 13.0))
    (row,) = document(replace(result, thresholds=[found]))["thresholds"]
    assert row["worst_window"] == {"from_s": 10.0, "to_s": 13.0}


def test_points_are_columns_of_one_length(written: Any, result: RunResult) -> None:
    points = dict(written["points"])
    errors = points.pop("errors")
    assert points.pop("step_s") == 1
    assert {len(column) for column in [*points.values(), *errors.values()]} == {len(result.points)}
    assert sum(points["requests"]) == sum(p.requests for p in result.points)
    assert points["p95_ms"][0] is None
    assert sum(errors["status 503"]) == 24


def test_sub_metrics_are_metrics_with_a_selector(result: RunResult) -> None:
    parts = [parse_submetric(key, result.metrics, {}) for key in (LARGE, "http_reqs{status:503|504}")]
    found = document(replace(result, submetrics=parts))["metrics"]
    whole = found["http_req_duration"]
    assert whole["selector"] is None
    assert found[LARGE]["selector"] == "endpoint:generate"
    assert 0 < found[LARGE]["total"]["count"] < whole["total"]["count"]
    assert found["http_reqs{status:503|504}"]["total"]["count"] == 24


def test_points_by_endpoint_share_an_axis(written: Any) -> None:
    by = written["points_by_endpoint"]
    assert by["step_s"] == 1
    assert by["at_s"][:2] == [1.0, 2.0]
    assert {len(column) for one in by["endpoints"].values() for column in one.values()} == {70}
    for row in written["endpoints"]:
        columns = by["endpoints"][row["endpoint"]]
        assert (sum(columns["requests"]), sum(columns["failed"])) == (row["requests"], row["failed"])
        assert columns["p95_ms"][0] is None
        assert max(value for value in columns["p99_ms"] if value) <= row["max_ms"]


def test_long_runs_say_how_coarse_they_are() -> None:
    written = document(make_result(1500, peak=1))
    points, by = written["points"], written["points_by_endpoint"]
    assert (points["step_s"], len(points["at_s"])) == (2, 750)
    assert (by["step_s"], len(by["at_s"])) == (8, 188)
    assert sum(points["seconds_s"]) == pytest.approx(1500) == pytest.approx(sum(by["seconds_s"]))


def test_the_text_is_the_same_for_the_same_run() -> None:
    assert render(make_result()) == render(make_result())


def test_order_does_not_depend_on_who_reported_first() -> None:
    def rendered(endpoints: list[str]) -> str:
        store = Store()
        for endpoint in endpoints:
            store.counter(f"count_{endpoint}", tags_of(scenario="s", endpoint=endpoint)).add()
            store.counter("requests", tags_of(scenario="s", endpoint=endpoint)).add()
        return render(make_result(1, stores={"setup": Store(), "load": store, "teardown": Store()}))

    assert rendered(["zebra", "apple"]) == rendered(["apple", "zebra"])
    assert rendered(["apple"]) != rendered(["zebra"])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(number: float) -> None:
    assert json_text({"a": number, "b": [number, 1.5]}) == '{\n  "a": null,\n  "b": [null, 1.5]\n}\n'


def test_layout_is_readable() -> None:
    assert json_text({"a": {}, "b": [], "c": [1, "x"], "d": [{"e": None}]}) == (
        '{\n  "a": {},\n  "b": [],\n  "c": [1, "x"],\n  "d": [\n    {\n      "e": null\n    }\n  ]\n}\n'
    )


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202etxt", "\u2028", "\x9b1m", "\x00", '"},"x":{"'])
def test_hostile_text_is_escaped_and_comes_back(hostile: str) -> None:
    text = render(make_result(1, sentence=hostile))
    assert json.loads(text)["sentence"] == hostile
    assert hostile not in text


def test_half_a_character_becomes_a_replacement() -> None:
    assert json.loads(json_text(["\ud800"])) == ["\ufffd"]
