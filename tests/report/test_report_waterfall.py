"""Phases one after another: each begins where the one before ends, connecting and TLS inside of blocked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_results import make_result

from loadspec.metrics import Store, Trend, tags_of
from loadspec.report.sections.each_endpoint import figures
from loadspec.report.waterfall import INSIDE, PHASES, bars_of, trends_of

TIMES = st.dictionaries(st.sampled_from(sorted(PHASES)), st.floats(0.001, 1e5), min_size=1)


def trends(times: dict[str, float]) -> dict[str, Trend]:
    store = Store()
    for name, ms in times.items():
        store.trend(f"http_req_{name}", tags_of(endpoint="e")).add(ms)
    return trends_of(store, endpoint="e")


def test_connecting_and_tls_are_the_end_of_blocked() -> None:
    found = trends(
        {"blocked": 40, "connecting": 10, "tls_handshaking": 20, "sending": 10, "waiting": 40, "receiving": 10}
    )
    bars = {name: [round(x) for x in rows[0]] for name, rows in bars_of(found).items()}
    assert bars == {
        "blocked": [0, 40],
        "connecting": [10, 10],
        "tls_handshaking": [20, 20],
        "sending": [40, 10],
        "waiting": [50, 40],
        "receiving": [90, 10],
    }


@given(TIMES)
def test_outer_phases_lie_side_by_side(times: dict[str, float]) -> None:
    bars = bars_of(trends(times))
    assert list(bars) == [name for name in PHASES if name in times]
    at = 0.0
    for name, (bar, _) in bars.items():
        if name not in INSIDE:
            assert bar[0] == pytest.approx(at, abs=1e-6)
            at += bar[1]
    assert all(begin + width <= 100.001 or set(times) & set(INSIDE) for (begin, width), _ in bars.values())


def test_phases_without_time_are_left_out() -> None:
    assert list(trends({"waiting": 5.0, "blocked": 0.0})) == ["waiting"]
    assert bars_of({}) == {}


def test_answers_are_told_apart_and_percentiles_end_where_the_values_do() -> None:
    result = make_result()
    entries = {entry["stats"].endpoint: entry for entry in figures(result)["endpoints"]}
    store = result.stores["load"]
    labels = [(label, trend.count) for label, trend, _ in entries["generate"]["answers"]]
    expected, other = (
        store.where("http_req_duration", endpoint="generate", expected_response=flag) for flag in ("true", "false")
    )
    assert labels == [("expected answers", expected.samples), ("other answers", other.samples)]  # type: ignore[union-attr]
    assert [label for label, *_ in entries["login"]["answers"]] == ["expected answers"]
    few = entries["generate"]["answers"][1]
    assert few[2][-1] is None
    assert few[2][0] == pytest.approx(few[1].percentile(50))
    assert entries["generate"]["failures"].startswith("M")
    assert entries["login"]["failures"] == ""
