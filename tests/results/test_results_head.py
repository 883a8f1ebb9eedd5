"""Head and ledger: what a result is made of survives as JSON, and the same records give the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from support_cli import REFERENCE

from loadspec.metrics import Store, tags_of
from loadspec.outputs.results_json import document
from loadspec.results.assemble import assemble
from loadspec.results.head import Head, Place
from loadspec.results.journal.thin import packed_record, unpacked_record
from loadspec.results.ledger import Ledger, Record
from loadspec.results.model import ScenarioInfo
from loadspec.results.now import level_at
from loadspec.results.scenarios import begun
from loadspec.run.head import head_of, scenario_infos, threshold_places
from loadspec.run.options import RunOptions
from loadspec.spec import load, load_bytes

SPECS = sorted(Path(__file__).parents[2].glob("specs/*.yaml"))


def head(path: Path = REFERENCE) -> Head:
    loaded = load(path)
    options = RunOptions(run_id="r", seed=7, places=threshold_places(loaded))
    return head_of(loaded.spec, options, "2026-11-30T06:00:00.000+00:00", {"Python": "3.11"}, 2, ["little memory"])


def shapes(load: str) -> list[Any]:
    """What each scenario of a spec with this load plans, users or rates."""
    text = """loadspec: 1
name: shapes
target: {base_url: "http://127.0.0.1:1"}
endpoints: {page: {path: /}}
"""
    infos = scenario_infos(load_bytes((text + load).encode(), "s.yaml", None, {}).spec)
    return [info.shape or info.rates for info in infos]


def test_a_jump_of_the_plan_is_drawn_where_it_is() -> None:
    shape = shapes("flow: [call: page]\nstages: 10m:5, 0s:50, 50m:50")[0]
    assert shape == [(0.0, 1), (600.0, 5), (600.0, 50), (3600.0, 50)]
    assert (level_at(shape, 599.0), level_at(shape, 600.0)) == (pytest.approx(5, abs=0.01), 50)


def test_a_plan_ends_where_the_next_begins() -> None:
    first, second = shapes("""scenarios:
  a: {flow: [call: page], vus: 5, duration: 10s}
  b: {flow: [call: page], after: a, vus: 20, duration: 10s}
""")
    assert first == [(0.0, 5), (10.0, 5)]
    assert [at - second[0][0] for at, _ in second] == [0.0, 10.0]
    assert {users for _, users in second} == {20}
    assert level_at(first, 9.99999) == 5


def test_a_command_line_need_be_no_utf8() -> None:
    options = RunOptions(command="loadspec run s.yaml --out json=\udcff.json")
    own = head_of(load(REFERENCE).spec, options, "2026-11-30T06:00:00.000+00:00", {})
    assert own.command == "loadspec run s.yaml --out json=\ufffd.json"
    assert Head.from_wire(orjson.loads(orjson.dumps(own.to_wire()))).command == own.command


def snapshot(t: float, failed: int = 0) -> Record:
    store = Store()
    tags = tags_of(scenario="default", endpoint="generate")
    store.rate("errors", tags).passes = failed
    store.rate("errors", tags).total = 10
    return {
        "is": "snapshot",
        "phase": "load",
        "t": t,
        "store": store,
        "failures": [],
        "users": 1,
        "iterations": {"started": 1, "completed": 1, "interrupted": 0},
        "health": {"lag_ms": 0.0, "cpu_s": 0.0, "peak_rss_bytes": 0},
    }


RECORDS: list[Record] = [
    {"is": "begin", "phase": "load"},
    snapshot(1.0),
    snapshot(2.0, 9),
    {"is": "degraded", "worker": 2, "of": 2, "at": 2.0, "why": "ended with code -9"},
    {"is": "signal", "count": 1, "text": "stopping"},
    {"is": "end", "phase": "load", "status": "stopped", "reason": "", "notes": ["a pool is used up"]},
    {"is": "over"},
    {"is": "closed", "generator": {"workers": 2}, "signals": 1, "warnings": ["late"]},
]


def ledger(own: Head, records: list[Record]) -> Ledger:
    books = Ledger(own.thresholds)
    for record in records:
        books.take(record)
    return books


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_head_survives_as_json(path: Path) -> None:
    own = head(path)
    again = Head.from_wire(json.loads(json.dumps(own.to_wire())))
    assert json.dumps(again.to_wire()) == json.dumps(own.to_wire())
    assert [t.terms[0].matches({"endpoint": "x"}) for t in again.thresholds] == [
        t.terms[0].matches({"endpoint": "x"}) for t in own.thresholds
    ]
    assert assemble(again, ledger(again, [])).scenarios == assemble(own, ledger(own, [])).scenarios


def test_the_same_records_give_the_same_result() -> None:
    own = head()
    again = Head.from_wire(json.loads(json.dumps(own.to_wire())))
    records = [unpacked_record(json.loads(json.dumps(packed_record(row)))) for row in RECORDS]
    first, second = (document(assemble(of, ledger(of, rows))) for of, rows in ((own, RECORDS), (again, records)))
    assert first == second
    assert [event["text"] for event in first["events"]] == [
        "load started",
        "threshold crossed: errors: rate < 10%",
        "worker 2 of 2 was lost at 2s (it ended with code -9): 1/2 of the load is missing since",
        "stopping",
        "a pool is used up",
    ]
    assert first["warnings"][0] == "little memory"
    assert first["warnings"][-1] == "late"
    assert (first["exit_code"], first["generator"]) == (105, {"workers": 2})


def test_thresholds_know_their_line() -> None:
    lines = REFERENCE.read_text().splitlines()
    places = head().places
    assert len(places) == len(load(REFERENCE).spec.thresholds)
    for title, place in places.items():
        assert title.rpartition(": ")[2] in lines[place.line - 1]
        assert place == Place(str(REFERENCE), place.line, place.column)


def test_secrets_are_in_no_text_of_a_head() -> None:
    text = b"""loadspec: 1
name: secret
env: {KEY: {default: s3cr3t-of-mine, secret: true}}
target: {base_url: "http://127.0.0.1:1/{{ env.KEY }}"}
endpoints: {page: {path: /s3cr3t-of-mine}}
flow: [call: page]
vus: 1
iterations: 1
"""
    spec = load_bytes(text, "s.yaml", None, {}).spec
    options = RunOptions(command="loadspec run s.yaml -e KEY=s3cr3t-of-mine")
    own = head_of(spec, options, "2026-11-30T06:00:00.000+00:00", {}, 1, ["odd: s3cr3t-of-mine"])
    assert "s3cr3t" not in json.dumps(own.to_wire())


CORNERS = [(10.0, 1), (20.0, 5)]


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        (None, CORNERS),
        (10.0, CORNERS),
        (4.0, [(4.0, 1), (14.0, 5)]),
        (0.0, [(0.0, 1), (10.0, 5)]),
    ],
)
def test_a_shape_is_drawn_from_when_it_began(began: float | None, expected: list[Any]) -> None:
    info = ScenarioInfo("b", "ramping-vus", "", 5, 10.0, 10.0, CORNERS, start=10.0)
    assert begun(info, began).shape == expected
