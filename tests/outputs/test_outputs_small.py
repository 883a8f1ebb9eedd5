"""`.hgrm`, github-action-benchmark's JSON and the badge."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from msgspec.structs import replace
from support_results import make_result

from loadspec.errors import OutputError
from loadspec.metrics import Store, Trend
from loadspec.outputs import badge, benchmark, hgrm
from loadspec.outputs.selected import selected

ROW = re.compile(r" *(?P<value>\d+\.\d{3}) (?P<share>[01]\.\d{12}) +(?P<count>\d+)(?: +(?P<inverse>\d+\.\d\d))?")
"""As HistogramLogProcessor's plotter reads it: value, percentile, count, 1/(1-percentile) but in the last row."""


def rows(text: str) -> list[tuple[float, float, int, str | None]]:
    head, blank, *lines = text.splitlines()
    assert head.split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    assert blank == ""
    found = [ROW.fullmatch(line) for line in lines if not line.startswith("#[")]
    assert all(found)
    return [(float(m["value"]), float(m["share"]), int(m["count"]), m["inverse"]) for m in found if m]


@given(st.lists(st.floats(0.001, 60_000), min_size=1, max_size=400))
def test_hgrm_is_the_distribution(values: list[float]) -> None:
    trend = Trend()
    for value in values:
        trend.add(value)
    found, ordered = rows(hgrm.text(trend)), sorted(values)
    assert [row[:3] for row in found] == sorted(row[:3] for row in found)
    assert found[0][1:3] == (0.0, 1)
    assert (found[-1][0], found[-1][1:]) == (pytest.approx(max(values), abs=0.0006), (1.0, len(values), None))
    for value, share, _, inverse in found[:-1]:
        assert inverse == f"{1 / (1 - share):.2f}" or abs(float(inverse or 0) * (1 - share) - 1) < 0.01
        below = bisect_right(ordered, value * 1.009 + 0.001)
        assert below >= share * (len(values) - 1)


def test_hgrm_has_five_rows_for_each_halving() -> None:
    trend = Trend()
    trend.add_many([float(i) for i in range(1, 1001)])
    shares = [share for _, share, _, _ in rows(hgrm.text(trend))]
    assert shares[:12] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.775]
    text = hgrm.text(trend)
    assert "#[Mean    =      500.500, StdDeviation   =      288." in text
    assert "#[Max     =     1000.000, Total count    =         1000]" in text


def test_hgrm_of_a_part() -> None:
    result = make_result()
    assert hgrm.render(result) == hgrm.text(selected(result.stores["load"], "http_req_duration"))  # type: ignore[arg-type]
    part = rows(hgrm.render(result, "http_req_duration{endpoint:login}"))
    assert part[-1][2] == 209
    assert rows(hgrm.render(replace(result, stores={**result.stores, "load": Store()}))) == []


@pytest.mark.parametrize(
    ("metric", "said"), [("http_reqs", "is no trend"), ("nope", "there is no metric"), ("a{", "no")]
)
def test_hgrm_of_what_is_no_trend(metric: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        hgrm.render(make_result(1), metric)


def test_figures_for_github_action_benchmark() -> None:
    result = make_result()
    found = json.loads(benchmark.render(result))
    assert all(row.keys() == {"name", "unit", "value", "extra"} for row in found)
    assert len({row["name"] for row in found}) == len(found) == 10
    values = {row["name"]: row["value"] for row in found}
    value = selected(result.stores["load"], "http_req_duration")
    assert isinstance(value, Trend)
    assert values["http_req_duration p(95)"] == pytest.approx(value.percentile(95), abs=0.001)
    assert values["http_req_failed"] == pytest.approx(100 * 24 / 418, abs=0.001)
    empty = replace(result, stores={**result.stores, "load": Store()}, endpoint_stats=[])
    assert json.loads(benchmark.render(empty)) == []


BADGE = {
    "type": "object",
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "red", "yellow", "orange", "lightgrey"]},
    },
    "required": ["schemaVersion", "label", "message", "color"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE", "INVALID", "INTERRUPTED", "ABORTED"])
def test_badges(verdict: str) -> None:
    found = json.loads(badge.render(make_result(verdict=verdict), label="api"))
    Draft7Validator(BADGE).validate(found)
    assert (found["label"], found["message"]) == ("api", f"{verdict.lower()}, p95 344.1ms")
    nothing = make_result(1, stores={"setup": Store(), "load": Store(), "teardown": Store()}, verdict=verdict)
    assert json.loads(badge.render(nothing))["message"] == verdict.lower()
