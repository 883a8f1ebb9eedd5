"""Each section's figures, read out of a real browser, against results.json of the same run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support_pages import browser, opened
from support_results import make_result

from loadspec.outputs.results_json import render
from loadspec.report import build
from loadspec.report.sections import SECTIONS
from loadspec.report.text import clock, count, ms, per_second, percent, signed_percent, size, utc
from loadspec.results.items import PoolItem
from loadspec.results.model import Iterations, PoolStats, RunResult, ScenarioStats
from loadspec.thresholds.measures import MEASURES
from loadspec.units import format_duration

READ = """() => {
  const text = e => e.textContent.replace(/\\s+/g, ' ').trim();
  const rows = e => [...e.querySelectorAll('tbody tr')].map(r => [...r.cells].map(text));
  return [...document.querySelectorAll('main section[id]')].map(s => ({
    id: s.id,
    text: text(s),
    tables: [...s.querySelectorAll('table')].filter(t => !t.closest('figure')).map(rows),
    charts: Object.fromEntries([...s.querySelectorAll('figure')].map(f => [f.id, rows(f)])),
    facts: [...s.querySelectorAll('dl > div')].map(d => [text(d.children[0]), text(d.children[1])]),
    items: [...s.querySelectorAll('li')].map(text),
    folded: [...s.querySelectorAll('details.class > summary')].map(text),
    code: [...s.querySelectorAll('pre')].map(p => p.textContent.trim()),
  }));
}"""
LATENCIES = ("med", "p90", "p95", "p99", "max")

Doc = Mapping[str, Any]


ITEMS = [
    PoolItem(1, "a fox", 40, 0, 100.0, 120.0, 180.5),
    PoolItem(2, "a slow cat", 30, 3, 310.0, 400.0, 401.0),
    PoolItem(3, "a dog", 12, 12),
]


def whole_result() -> RunResult:
    """One that has something in each section."""
    its = Iterations(100, 98, 1, 2)
    pools = [PoolStats("prompts", "shuffle", 40, 120, 38, 82), PoolStats("words", "random", 3, 90, 3, 87, items=ITEMS)]
    scenario = ScenarioStats("default", 0.0, 69.5, its, 420, 24, 181.2)
    return replace(make_result(), pools=pools, scenario_stats=[scenario], tags={"build": "77"})


@pytest.fixture(scope="module")
def doc() -> Doc:
    found: Doc = json.loads(render(whole_result()))
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    path = tmp_path_factory.mktemp("figures") / "report.html"
    path.write_text(build(whole_result()))
    with browser() as started, opened(started, Path(path).as_uri()) as seen:
        yield {section["id"]: section for section in seen.page.evaluate(READ)}


def test_every_section_is_held_against_the_file(page: Mapping[str, Any]) -> None:
    held = {name.removeprefix("test_").rsplit("_are_", 1)[0] for name in globals() if name.endswith("_are_the_runs")}
    assert set(SECTIONS) - {"glossary", "slos"} <= held  # tests/results/test_results_slos.py has the service levels
    assert set(SECTIONS) - {"slos"} <= set(page)


def actual(row: Doc) -> str:
    return "no samples" if row["actual"] is None else MEASURES[row["measure"]].show(row["actual"])


def test_verdict_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    section = page["verdict"]
    assert section["text"].startswith(f"{doc['verdict']} {doc['spec']['name']} {doc['sentence']}")
    facts = dict(section["facts"])
    assert facts == {
        "Spec": doc["spec"]["path"],
        "Profile": doc["profile"] or "none",
        "Target": doc["target"],
        "Started": utc(doc["times"]["started_at"]),
        "Load": format_duration(doc["times"]["duration_s"]),
        "Exit code": str(doc["exit_code"]),
    }


def judged(doc: Doc) -> Doc:
    """Durations of expected answers; there are no polls in this run."""
    series = doc["metrics"]["http_req_duration"]["series"]
    found: Doc = next(row for row in series if row["tags"] == {"expected_response": "true"})
    return found


def test_trust_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    text = page["trust"]["text"]
    users = max(doc["points"]["users"])
    worst = doc["health"][0]["worst"]
    assert f"{users} of {max(corner['users'] for corner in doc['scenarios'][0]['shape'])}" in text
    assert f"{count(doc['iterations']['started'])} iterations began" in text
    cpu = f"CPU at most {worst['cpu_percent']:.0f}%"
    assert f"{ms(worst['lag_p99_ms'])} p99 of its worst second, limit 5ms; {cpu}" in text
    assert f"{count(judged(doc)['count'])} expected answers" in text


def test_thresholds_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    (rows,) = page["thresholds"]["tables"]
    wanted = {
        row["source"]: [
            row["status"],
            f"{row['op']} {row['expression'].split(row['op'])[1].strip()}",
            actual(row),
            signed_percent(row["margin_ratio"]),
            clock(row["first_crossed_s"]),
            f"{clock(row['failing_since_s'])}hold 10 users" if row["failing_since_s"] else "–",
            count(row["samples"]),
        ]
        for row in doc["thresholds"]
    }
    assert {row[1]: [row[0], *row[2:5], *row[6:]] for row in rows} == wanted


def test_tiles_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    text, metrics = page["tiles"]["text"], doc["metrics"]
    requests, failed = metrics["http_reqs"]["total"], metrics["http_req_failed"]["total"]
    for expected in (
        f"Requests {count(requests['count'])} {count(failed['passes'])} failed",
        f"Throughput {per_second(requests['rate_per_s'])} /s",
        f"{count(failed['passes'])} of {count(failed['count'])}",
        f"Latency p95 {ms(judged(doc)['p95'])[:-2]} ms",
        f"Iterations {count(doc['iterations']['completed'])}",
        f"Users {metrics['vus']['total']['max']:g}",
    ):
        assert expected in text
    sent = [size(metrics[name]["total"]["count"]) for name in ("data_received", "data_sent")]
    assert f"Received {sent[0]} {sent[1]} sent" in text


def rounded(value: float | None) -> set[str]:
    """The file has microseconds: what it has rounded may be rounded once more in the page."""
    return {ms(value)} if value is None else {ms(value + step) for step in (-0.0005, 0, 0.0005)}


def test_timeline_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    section, points = page["timeline"], doc["points"]
    begins = [clock(t - seconds) for t, seconds in zip(points["at_s"], points["seconds_s"], strict=True)]
    charts = section["charts"]
    throughput = [[row[0], *row[1:3], *row[4:]] for row in charts["chart-throughput"]]
    columns = (points[name] for name in ("users", "requests", "iterations", "failed"))
    assert throughput == [list(row) for row in zip(begins, *(map(count, column) for column in columns), strict=True)]
    for i, name in enumerate(("p50", "p90", "p95", "p99", "max"), 1):
        values = zip(charts["chart-latency"], points[f"{name}_ms"], strict=True)
        assert all(row[i] in rounded(value) for row, value in values)
    assert [row[1] for row in charts["chart-failures"]] == [count(n) for n in points["failed"] if n]
    health = doc["health"][0]["seconds"]
    assert [row[1] for row in charts["chart-lateness"]] == [ms(value) for value in health["lag_p99_ms"]]
    assert sum(int(row[1]) for row in charts["chart-heatmap"]) == sum(map(sum, doc["latency_heatmap"]["counts"]))
    (parts,) = section["tables"]
    stages = doc["scenarios"][0]["stages"]
    assert [row[1:3] for row in parts] == [[clock(stage["from_s"]), clock(stage["to_s"])] for stage in stages]
    assert sum(int(row[4]) for row in parts) == doc["metrics"]["http_reqs"]["total"]["count"]
    assert sum(int(row[6]) for row in parts) == doc["metrics"]["http_req_failed"]["total"]["passes"]


def test_spectrum_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    rows = {row[0]: row[1] for row in page["spectrum"]["charts"]["chart-spectrum"]}
    found = judged(doc)
    assert rows["p50"] == ms(found["med"])
    assert [rows[name] for name in ("p90", "p95", "p99", "max")] == [ms(found[name]) for name in LATENCIES[1:]]


def test_scenarios_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    ((row,),) = page["scenarios"]["tables"]
    (found,) = doc["scenarios"]
    assert row[0].startswith(f"{found['name']}{found['executor']} {found['description']}")
    assert row[1:3] == [clock(found["began_s"]), clock(found["ended_s"])]
    assert row[4:8] == [count(n) for n in found["iterations"].values()]


def test_endpoints_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    (rows,) = page["endpoints"]["tables"]
    for row, found in zip(rows, doc["endpoints"], strict=True):
        assert row[0] == f"{found['endpoint']}{found['method']} {found['path']}"
        assert row[1:3] == [count(found["requests"]), per_second(found["rate_per_s"])]
        assert row[3].startswith(count(found["failed"]))
        assert row[4:11] == [ms(found[f"{name}_ms"]) for name in ("avg", "min", *LATENCIES)]


def test_phases_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    (rows,) = page["phases"]["tables"]
    for row in rows:
        name = next(name for name in doc["metrics"] if name.startswith("http_req_") and row[0].startswith(name[9:]))
        total = doc["metrics"][name]["total"]
        assert row[1:5] == [ms(total[key]) for key in ("avg", "med", "p95", "max")]


def test_each_endpoint_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    section = page["each_endpoint"]
    for text, found in zip(section["folded"], doc["endpoints"], strict=True):
        assert f"{count(found['requests'])} requests · p95 {ms(found['p95_ms'])}" in text
        assert (f"{count(found['failed'])} failed" in text) == bool(found["failed"])
    statuses = {row["endpoint"]: row["statuses"] for row in doc["requests"]["by_endpoint"] if row["phase"] == "load"}
    told = [value for name, value in section["facts"] if name == "Statuses"]
    assert told == [
        " ".join(f"{status} {count(n)}" for status, n in statuses[found["endpoint"]].items())
        for found in doc["endpoints"]
    ]
    answers = [row for table in section["tables"] for row in table if row[0].endswith("answers")]
    assert sum(int(row[1]) for row in answers) == doc["metrics"]["http_req_duration"]["total"]["count"]
    phases = [row for table in section["tables"] for row in table if row[0] == "waiting"]
    series = doc["metrics"]["http_req_waiting"]["series"]
    for row, found in zip(phases, doc["endpoints"], strict=True):
        own = next(one for one in series if one["tags"] == {"endpoint": found["endpoint"]})
        assert row[1:3] == [ms(own["med"]), ms(own["p99"])]


def test_metrics_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    trends, others = page["metrics"]["tables"]
    for row in trends:
        total = doc["metrics"][row[0].removesuffix(" from the spec")]["total"]
        assert row[1:] == [count(total["count"]), *(ms(total[name]) for name in ("avg", "min", *LATENCIES))]
    values = {row[0].removesuffix(" from the spec"): row[2] for row in others}
    assert values["errors"] == percent(doc["metrics"]["errors"]["total"]["rate"])
    assert values["provider_errors"] == count(doc["metrics"]["provider_errors"]["total"]["count"])
    assert values["data_sent"] == size(doc["metrics"]["data_sent"]["total"]["count"])


def test_checks_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    rows = page["checks"]["tables"][0]
    wanted = {(c["name"], c["endpoint"]): [count(c["passes"]), count(c["fails"])] for c in doc["checks"]}
    assert {(row[0], row[1]): row[2:4] for row in rows} == wanted
    bodies = [sample["body"] for check in doc["checks"] for sample in check["samples"]]
    assert sorted(page["checks"]["code"]) == sorted(bodies)


def test_pools_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    rows, items = page["pools"]["tables"]
    for row, pool in zip(rows, doc["pools"], strict=True):
        assert row[:2] == [pool["name"], pool["pick"]]
        assert row[2:6] == [count(pool[name]) for name in ("rows", "drawn", "distinct", "repeated")]
    assert doc["pools"][0]["items"] == []
    wanted = sorted(doc["pools"][1]["items"], key=lambda item: -(item["p50_ms"] or 0))
    assert [row[0] for row in items] == [item["item"] for item in wanted] == ["a slow cat", "a fox", "a dog"]
    for row, item in zip(items, wanted, strict=True):
        share = percent(item["failed_ratio"]) if item["failed"] else ""
        assert row[1:4] == [count(item["row"]), count(item["iterations"]), f"{count(item['failed'])}{share}"]
        assert row[4:7] == [ms(item[f"{name}_ms"]) for name in ("p50", "p95", "max")]
    assert [row[7] for row in items] == ["3.1×", "0.32×", "–"]


def test_slowest_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    (rows,) = page["slowest"]["tables"]
    for row, found in zip(rows, doc["slowest_requests"], strict=True):
        status = f"{found['status']}{'' if found['expected_response'] else ', not expected'}"
        assert row == [found["endpoint"], ms(found["duration_ms"]), clock(found["at_s"]), found["part"] or "–", status]
    assert len(rows) == 10


def test_errors_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    section = page["errors"]
    for text, found in zip(section["folded"], doc["errors"], strict=True):
        assert text.startswith(f"{count(found['count'])}status {found['status']} {found['endpoint']}{found['message']}")
        assert f"{clock(found['first_s'])} – {clock(found['last_s'])}" in text
    samples = [one for found in doc["errors"] for one in [found["sample"], *found["later_samples"]]]
    assert section["code"] == [one[name].strip() for one in samples for name in ("request", "response") if name in one]


def test_events_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    assert page["events"]["items"] == [f"{clock(event['at_s'])} {event['text']}" for event in doc["events"]]


def test_books_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    (rows,) = page["books"]["tables"]
    books = {(row["endpoint"], row["phase"]): row for row in doc["requests"]["by_endpoint"]}
    assert {(row[0], row[1]) for row in rows} == set(books)
    for row in rows:
        found = books[row[0], row[1]]
        assert row[2:7] == [count(found[name]) for name in ("sent", "answered", "no_answer", "cut_off", "unsent")]
    assert f"{count(doc['iterations']['started'])} started" in page["books"]["text"]


def test_health_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    ((row,),) = page["health"]["tables"]
    worst = doc["health"][0]["worst"]
    assert row[1:3] == [ms(worst["lag_p99_ms"]), ms(worst["dispatch_p99_ms"])]
    assert row[3] == percent(worst["cpu_percent"] / 100, 1)


def test_environment_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    facts = dict(page["environment"]["facts"])
    assert facts["run"] == doc["run_id"]
    assert facts["seed"] == str(doc["seed"])
    assert {**doc["environment"], **doc["tags"]}.items() <= facts.items()
    assert facts["peak rss"] == size(doc["generator"]["peak_rss_bytes"])


def test_spec_are_the_runs(page: Mapping[str, Any], doc: Doc) -> None:
    assert page["spec"]["code"] == [doc["command"], doc["resolved_spec"].strip()]
