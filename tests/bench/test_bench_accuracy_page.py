from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from bench.accuracy import __main__ as command
from bench.accuracy.cases import Case, Run, Told, parts
from bench.accuracy.outcomes import outcomes
from bench.accuracy.page import page
from bench.accuracy.tools import TOOLS, Job, Output, k6_told, locust_told, locust_users
from bench.accuracy.verdicts import PERCENTS, Residences, percentile
from loadspec.spec.schema import spec_schema

MS = 1_000_000
JOB = Job("http://127.0.0.1:1", Path("/scratch"), rate=500, seconds=20, users=100)


def a_run(tool: str, case: Case, off: float = 0.0, **told) -> Run:
    """A run whose server took n ms for the n-th of 200 requests, and whose tool was `off` ms above that."""
    log = Residences([n * 2 * MS for n in range(200)], [(n * 2 + n + 1) * MS for n in range(200)])
    truth = log.answered
    values = {percent: percentile(truth, percent) + off for percent in PERCENTS}
    return Run(tool, case, Told(200, sum(truth) / 200 + off, values, **told), log, frozen=case.frozen)


def all_runs(off: float = 0.1, flagged: int = 20, frozen: float = 1.8) -> dict[str, list[Run]]:
    made = parts(20, 20)
    runs = {name: [a_run(tool, part.case, off) for tool in part.tools] for name, part in made.items()}
    for rate in ("500", "2000"):
        runs[rate][2:] = [a_run(tool, made[rate].case, -3.0) for tool in ("k6", "locust")]
    late = {50: 0.1, 90: 0.2, 95: 1000.0, 99: frozen * 1e3}
    runs["frozen"][0] = a_run("loadspec", made["frozen"].case, off, late=late)
    words = [{"confesses": "INVALID: generator-limited"}] * flagged + [{}] * (20 - flagged)
    runs["hogged"] = [a_run("loadspec", made["hogged"].case, 30.0, **more) for more in words]
    runs["alone"] = [a_run("loadspec", made["alone"].case)] * 20
    return runs


def told(runs: dict[str, list[Run]]) -> dict[str, bool | None]:
    return {outcome.text: outcome.met for outcome in outcomes(runs)}


def test_all_is_met_where_all_is_near():
    assert set(told(all_runs()).values()) == {True}
    assert len(told(all_runs())) == 12


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (
            {"off": 2.5},
            [
                "loadspec's p50–p99 at 500/s",
                "loadspec's p50–p99 at 2000/s",
                "Little's law at 500/s",
                "Little's law at 2000/s",
            ],
        ),
        ({"flagged": 19}, ["a generator that is saturated"]),
        ({"frozen": 1.7}, ["frozen server: p99 of `scheduled_latency`"]),
    ],
)
def test_what_is_not_met_is_told(change, broken):
    assert [text for text, met in told(all_runs(**change)).items() if met is False] == broken


def test_one_percentile_that_a_peer_has_nearer_is_enough():
    runs = all_runs()
    good = runs["500"][2]
    runs["500"][2] = replace(good, told=replace(good.told, percentiles={**good.told.percentiles, 99: 198.01}))
    found = {o.text: o for o in outcomes(runs)}["loadspec nearer than k6 at 500/s"]
    assert (found.measured, found.met) == ("at p50, p90, p95", False)


def test_what_was_not_run_is_not_met_either():
    assert set(told({}).values()) == {None}
    failed = Run("loadspec", parts(20, 20)["500"].case, None, Residences((), ()), failure="exit code 3: boom")
    text = page({"500": [failed]}, {}, {}, {})
    assert "| loadspec's p50–p99 at 500/s | each within max(1 ms, 2 %) |  | not measured |" in text
    assert "- loadspec at 500/s: exit code 3: boom" in text


def test_the_page():
    text = page(all_runs(), {"machine": "a small one"}, {"k6": "k6 1"}, {"k6": ["k6 run"]})
    assert "| machine | a small one |" in text
    assert "| k6 | 200 (200) | 0.0 | 97.50 (−3.00, −3.0 %) ✗ |" in text
    assert "| a generator that is saturated | every run flagged | 20 of 20 runs flagged | met |" in text
    assert "| loadspec, 600 users | 1.000 / 1.800 | 1.000 / 1.800 |" in text
    assert "| k6, 50 users | 1.000 / 1.800 | – |" in text
    assert "Of 200 requests/s in 20 s, those of 2 s wait" in text
    assert "INVALID: generator-limited" in text


def test_k6_says_what_it_dropped(recorded):
    found = k6_told(recorded("k6.json"), 'level=warning msg="Insufficient VUs, reached 5 active VUs"')
    assert (found.requests, found.dropped, found.confesses) == (9672, 0, "insufficient VUs")
    assert found.percentiles[99] == pytest.approx(0.931409)
    assert k6_told(recorded("k6.json"), "").confesses == ""


def test_locust_says_its_histogram():
    rows = '[{"num_requests": 4, "total_response_time": 40.0, "response_times": {"2": 2, "10": 1, "26": 1}}]'
    found = locust_told(rows, "WARNING CPU usage above 90%!")
    assert found == Told(4, 10.0, {50: 2.0, 90: 26.0, 95: 26.0, 99: 26.0}, confesses="CPU usage too high")


def test_loadspec_says_from_when_a_request_was_due(tmp_path):
    trend = {"count": 3, "avg": 2.0, "med": 1.0, "p90": 2.0, "p95": 3.0, "p99": 4.0}
    run = {
        "metrics": {"http_req_duration": {"total": trend}, "scheduled_latency": {"total": {**trend, "p99": 9.0}}},
        "iterations": {"dropped": 5},
        "exit_code": 95,
        "sentence": "the generator was at the limit",
    }
    job = replace(JOB, folder=tmp_path)
    with pytest.raises(OSError, match=r"no results\.json"):
        TOOLS["loadspec"].read(job, Output(0, "", ""))
    (tmp_path / "reports" / "a").mkdir(parents=True)
    (tmp_path / "reports" / "a" / "results.json").write_text(json.dumps(run))
    found = TOOLS["loadspec"].read(job, Output(95, "", ""))
    assert (found.requests, found.dropped, found.late[99], found.percentiles[99]) == (3, 5, 9.0, 4.0)
    assert found.confesses == "the generator was at the limit"


def test_loadspec_runs_the_rate_that_is_asked_for():
    ((name, text),) = TOOLS["loadspec"].files(JOB).items()
    spec = yaml.safe_load(text)
    jsonschema.Draft7Validator(spec_schema()).validate(spec)
    assert (spec["rate"], spec["duration"], spec["max_vus"]) == ("500/s", "20s", 100)
    assert TOOLS["loadspec"].command(JOB)[2] == f"/scratch/{name}"


def test_locust_has_users_for_the_rate_and_no_more_than_are_allowed():
    assert (locust_users(JOB), locust_users(replace(JOB, users=30))) == (100, 30)
    assert TOOLS["locust"].environment(JOB) == {"RATE": "500", "USERS": "100"}


def test_only_the_whole_writes_the_page():
    assert command.parse_args(["--first"]).out.name == "ACCURACY.md"
    assert command.parse_args(["--only", "500,frozen"]).out is None
    with pytest.raises(SystemExit):
        command.parse_args(["--only", "600"])


def test_the_commands_name_no_folder_of_this_machine():
    lines = [line for part in command.command_lines(parts(20, 20)).values() for line in part]
    assert len(lines) == 6
    assert not any(str(command.ROOT) in line for line in lines)
