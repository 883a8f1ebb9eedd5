from __future__ import annotations

from typing import Any

from support_results import make_result

from loadspec.metrics import Store, tags_of
from loadspec.outputs.results_json import document
from loadspec.report.build import build
from loadspec.results import Collector
from loadspec.results.model import Event, Iterations, ScenarioInfo, ScenarioStats, loads_of
from loadspec.results.scenarios import scenario_stats, turns
from loadspec.ui import summary


def info(name: str, users: int = 3, **more: Any) -> ScenarioInfo:
    return ScenarioInfo(name, "constant-vus", f"{users} looping VUs for 10s", users, 10.0, 40.0, [(0.0, users)], **more)


INFOS = [info("browse", weight=3.0), info("buy", weight=1.0), info("soak", 2, start=5.0, after="buy")]


def row(name: str, began: float | None, ended: float | None, **counts: int) -> dict[str, Any]:
    return {"name": name, "began": began, "ended": ended, "users": 1, **counts}


def store() -> Store:
    made = Store()
    for name, count in (("browse", 30), ("soak", 4)):
        tags = {"scenario": name, "endpoint": "e", "poll": "false"}
        made.counter("http_reqs", tags_of(**tags, status="200", expected_response="true")).add(count)
        made.rate("http_req_failed", tags_of(**tags)).add(False)
        made.rate("http_req_failed", tags_of(**tags)).add(True)
        made.trend("http_req_duration", tags_of(**tags, expected_response="true")).add(count * 1.0)
        made.trend("http_req_duration", tags_of(**tags, expected_response="false")).add(9999.0)
    made.counter("dropped_iterations", tags_of(scenario="soak")).add(6)
    made.counter("dropped_iterations", tags_of(scenario="mix")).add(5)
    return made


ROWS = {
    "browse": row("browse", 0.0, 10.0, started=30, completed=29, interrupted=1),
    "buy": row("buy", 0.0, 10.0, started=0, completed=0, interrupted=0),
    "soak": row("soak", 11.0, None, started=4, completed=4, interrupted=0),
}


def test_a_row_a_scenario_and_what_a_mix_dropped() -> None:
    browse, buy, soak, mix = scenario_stats(INFOS, ROWS, store())
    assert browse == ScenarioStats("browse", 0.0, 10.0, Iterations(30, 29, 1, 0), 30, 1, 30.0)
    assert buy == ScenarioStats("buy", 0.0, 10.0)
    assert soak == ScenarioStats("soak", 11.0, None, Iterations(4, 4, 0, 6), 4, 1, 4.0)
    assert mix == ScenarioStats("mix", iterations=Iterations(dropped=5))


def test_what_never_began_has_a_row_too() -> None:
    assert scenario_stats([info("a")], {}, Store()) == [ScenarioStats("a")]


def test_a_mix_counts_once() -> None:
    assert [scenario.name for scenario in loads_of(INFOS)] == ["browse", "soak"]


def test_turns_are_told_once_and_only_of_several() -> None:
    before = {"a": row("a", None, None), "b": row("b", 0.0, None)}
    after = {"a": row("a", 1.0, 2.0), "b": row("b", 0.0, None)}
    assert list(turns(before, after)) == [Event(1.0, "scenario a began"), Event(2.0, "scenario a ended")]
    assert list(turns(after, after)) == []
    assert list(turns({}, {"a": after["a"]})) == []
    stopped = {"a": row("a", None, 3.0), "b": row("b", 0.0, 3.0)}
    assert list(turns(before, stopped)) == [Event(3.0, "scenario b ended")]


def test_the_collector_adds_up_what_was_held_back() -> None:
    snapshot = {
        "phase": "setup",
        "t": 1.0,
        "store": Store(),
        "failures": [],
        "health": {"lag_ms": 0.0, "cpu_s": 0.0, "peak_rss_bytes": 0},
        "held_back": {"requests": 3, "seconds": 0.5},
    }
    collector = Collector()
    collector.add(snapshot)
    collector.add({**snapshot, "held_back": {"requests": 1, "seconds": 0.25}})
    assert collector.held_back == (4, 0.75)


def test_they_are_shown_in_summary_report_and_json() -> None:
    stats = scenario_stats(INFOS, ROWS, store())
    result = make_result(scenarios=INFOS, scenario_stats=stats, warnings=["held back by --max-rate 5: 3 requests"])
    text = summary(result, "compact", False, 120, True, [])
    assert "held back by --max-rate 5: 3 requests" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["browse", "constant-vus", "00:00-00:10", "30", "1", "0", "30"] in [line[:7] for line in lines]
    assert "SCENARIO: soak (constant-vus)" in summary(result, "full", False, 120, True, [])
    found = document(result)["scenarios"]
    assert [(s["name"], s["weight"], s["after"], s["began_s"]) for s in found] == [
        ("browse", 3.0, None, 0.0),
        ("buy", 1.0, None, 0.0),
        ("soak", None, "buy", 11.0),
    ]
    assert found[2]["iterations"] == {"started": 4, "completed": 4, "interrupted": 0, "dropped": 6}
    page = build(result)
    assert page.count('class="span"') > 0
    assert "iterations that drew no scenario" in page
