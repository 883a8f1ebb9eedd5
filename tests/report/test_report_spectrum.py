"""The percentile spectrum: where percentiles lie, what the curves say, and where they end."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support_results import make_result

from loadspec.metrics import Store, Trend, tags_of
from loadspec.report.axis import Chart
from loadspec.report.sections import each_endpoint
from loadspec.report.sections.spectrum import figures
from loadspec.report.spectrum import CURVES, ENDPOINTS, SCHEDULED, Spectrum, last_nines, nines, of_load, spectra
from loadspec.report.text import ms
from loadspec.results.model import EndpointInfo, RunResult


@pytest.mark.parametrize(("percent", "place"), [(0, 0), (90, 1), (99, 2), (99.9, 3), (99.9999, 6)])
def test_an_axis_of_nines(percent: float, place: float) -> None:
    assert nines(percent) == pytest.approx(place)


@pytest.mark.parametrize(("values", "end"), [(1, 0), (10, 1), (1000, 3), (10**9, 6)])
def test_as_far_as_the_values_reach(values: int, end: float) -> None:
    assert last_nines(values) == pytest.approx(end)


def result_of(counts: dict[str, int], metric: str = "http_req_duration", **tags: str) -> RunResult:
    """Answers of so many endpoints, each taking 1, 2, 3, ... ms."""
    store = Store()
    for name, number in counts.items():
        own = {"endpoint": name, "expected_response": "true", "poll": "false", **tags}
        store.trend(metric, tags_of(**own)).add_many([float(i + 1) for i in range(number)])
    result = make_result()
    infos = [EndpointInfo(name, "GET", "/") for name in counts]
    return replace(result, stores={**result.stores, "load": store}, endpoints=infos)


def chart_of(result: RunResult) -> Chart:
    chart = figures(result)["chart"]
    assert isinstance(chart, Chart)
    return chart


def test_the_table_says_what_the_histogram_says() -> None:
    result = result_of({"a": 1000})
    trend = result.stores["load"].where("http_req_duration")
    rows = dict(chart_of(result).rows)
    assert isinstance(trend, Trend)
    assert rows["max"] == "1s"
    assert rows["p99"] == ms(trend.percentile(99))
    assert list(rows) == ["p50", "p75", "p90", "p95", "p99", "p99.9", "max"]


def test_what_too_few_values_cannot_tell_is_left_out() -> None:
    chart = chart_of(result_of({"a": 1000, "b": 10}))
    assert chart.columns == ("Percentile", "all requests", "a", "b")
    by_name = {row[0]: row for row in chart.rows}
    assert [by_name[name][3] for name in ("p90", "p99", "max")] == [by_name["p90"][3], "–", "10ms"]
    assert by_name["p90"][3] != "–"


def test_the_endpoints_with_most_requests_are_drawn() -> None:
    chart = chart_of(result_of({f"e{n}": 10 + n for n in range(9)}))
    assert chart.columns == ("Percentile", "all requests", "e8", "e7", "e6", "e5")
    assert len(chart.layers) == len(chart.key) == CURVES
    assert len({style for _, style in chart.key}) == CURVES


def test_one_endpoint_is_all_requests() -> None:
    assert chart_of(result_of({"a": 5})).columns == ("Percentile", "all requests")


def test_an_open_load_has_a_curve_from_the_due_time() -> None:
    result = result_of({"a": 20})
    result.stores["load"].merge(result_of({"a": 20}, "scheduled_latency").stores["load"])
    assert chart_of(result).columns[:3] == ("Percentile", "all requests", SCHEDULED)
    assert figures(result)["scheduled"]


def test_failed_answers_and_polls_are_no_part_of_it() -> None:
    assert figures(result_of({"a": 9}, expected_response="false"))["chart"] is None
    assert figures(result_of({"a": 9}, poll="true"))["chart"] is None


def test_bands_cover_the_axis() -> None:
    bands = chart_of(result_of({"a": 1000})).bands
    assert bands[0].at == 0
    assert sum(band.width for band in bands) == pytest.approx(100)


def test_one_request_is_a_chart_too() -> None:
    assert [row[1] for row in chart_of(result_of({"a": 1})).rows][-1] == "1ms"


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5), st.integers(1, 30))
def test_a_curve_rises_to_its_greatest_value_and_ends_there(counts: list[int], steps: int) -> None:
    trends = []
    for number in counts:
        trend = Trend()
        trend.add_many([Random(number).lognormvariate(3, 1) for _ in range(min(number, 50))] + [7.0] * (number - 50))
        trends.append(trend)
    places, columns = Spectrum("s", [("c", trend) for trend in trends], steps).columns()
    assert list(places) == sorted(set(places))
    for trend, column in zip(trends, columns, strict=True):
        assert len(column) == len(places)
        known = [value for value in column if value is not None]
        assert known == sorted(known)
        assert known[-1] == trend.max
        assert places[len(known) - 1] == pytest.approx(last_nines(trend.count), abs=1e-3)
        for at, value in zip(places[: len(known) - 1], known, strict=False):
            assert value == pytest.approx(trend.percentile(100 * (1 - 10**-at)))


def test_each_endpoint_has_a_spectrum_of_its_own() -> None:
    result = make_result()
    found = {spectrum.name: spectrum for spectrum in spectra(result)}
    assert list(found) == ["spectrum", "spectrum-0", "spectrum-1"]
    entries = each_endpoint.figures(result)["endpoints"]
    for number, entry in enumerate(entries):
        own = found[f"spectrum-{number}"]
        assert entry["chart"].name == own.name
        assert entry["stats"].endpoint in entry["chart"].title
        assert [label for label, _ in entry["chart"].key] == [label for label, *_ in entry["answers"]]
        assert [trend.count for _, trend in own.curves] == [trend.count for _, trend, _ in entry["answers"]]
        assert sum(trend.count for _, trend in own.curves) == entry["stats"].requests
        assert len(entry["chart"].layers) == len(own.curves)


def test_of_many_endpoints_the_first_are_pictured_and_the_page_says_so() -> None:
    result = make_result(3, [EndpointInfo(f"e{n}", "GET", f"/{n}") for n in range(ENDPOINTS + 2)])
    shown = each_endpoint.figures(result)
    assert [bool(entry["chart"]) for entry in shown["endpoints"]] == [True] * ENDPOINTS + [False] * 2
    assert shown["pictured"] == ENDPOINTS
    assert len(spectra(result)) == 1 + ENDPOINTS
    assert each_endpoint.figures(make_result(3))["pictured"] == 0


def test_what_was_never_answered_has_no_spectrum() -> None:
    result = replace(make_result(), stores={**make_result().stores, "load": Store()})
    assert spectra(result) == []
    assert of_load(result).curves == []
    assert [entry["chart"] for entry in each_endpoint.figures(result)["endpoints"]] == [None, None]
