from __future__ import annotations

from dataclasses import replace

from bench.cases import RATE, cases
from bench.measure import CoreTime, Usage
from bench.page import cell, noise, number, page, remarks, table
from bench.samples import Sample, Spread
from bench.tools import Figures

USAGE = Usage(0, 10.0, 8.0, 50_000_000, CoreTime(9.0, 0.1), "", "")
FLOW = cases(50, 8)[0]


def sample(tool: str, number: int, cpu: float) -> Sample:
    return Sample("flow", tool, number, 100_000, 8, 4.0, replace(USAGE, cpu=cpu), Figures(100_000, 1.5, 9.0, 0))


SAMPLES = [sample("loadspec", 1, 2.0), sample("k6", 1, 20.0), sample("loadspec", 2, 2.0), sample("k6", 2, 16.0)]


def test_the_page_holds_rows_ratios_verdicts_versions_and_commands():
    text = page([FLOW], SAMPLES, {"machine": "a small one"}, {"k6": "k6 9.9"}, {FLOW.title: ["k6 run x.js"]})
    lines = text.splitlines()
    assert "| machine | a small one |" in lines
    assert "| k6 | k6 9.9 |" in lines
    assert "k6 run x.js" in lines
    assert "| CPU per request: k6 ÷ loadspec | ≥ 6 | 9.00 | met | ≥ 8 | reached |" in lines
    assert "| CPU per request: locust ÷ loadspec | ≥ 8 | – | not measured | ≥ 10 |  |" in lines
    assert "| CPU per request: loadspec ÷ wrk | ≤ 3.5 | – | not measured | ≤ 3 |  |" in lines
    row = next(line for line in lines if line.startswith("| k6 | 180.0"))
    assert row.startswith("| k6 | 180.0 (160.0–200.0) | 12\u202f500 | 1.50 | 9.00 | 50 | 50 |")
    assert "| 9.00 (8.00–10.00) | 1.00 |" in row


def test_a_target_that_is_missed_is_said_to_be():
    slow = [replace(s, usage=replace(s.usage, cpu=6.0)) if s.tool == "loadspec" else s for s in SAMPLES]
    assert "k6 ÷ loadspec | ≥ 6 | 3.00 | **not met** | ≥ 8 | not yet |" in page([FLOW], slow, {}, {}, {})


def test_a_table_that_cannot_be_run_says_why():
    text = page([replace(FLOW, lacks="there is no such transport")], [], {}, {}, {})
    assert f"## {FLOW.title}\n\nNot run: there is no such transport.\n" in text


def test_remarks_name_what_went_wrong_and_nothing_else():
    good = SAMPLES[0]
    failed = replace(good, tool="k6", figures=None, failure="exit code 107: refused")
    unchecked = replace(good, tool="locust", round=2, figures=Figures(100_000, 1.5, 9.0, 7))
    code = replace(good, round=4, usage=replace(USAGE, exit_code=99))
    miscounted = replace(good, tool="wrk", round=3, figures=Figures(90_000, 1.5, 9.0, 0))
    assert remarks([good]) == []
    (text,) = remarks([good, failed, unchecked, miscounted, code])
    assert text.splitlines() == [
        "- round 1, k6: failed: exit code 107: refused",
        "- round 2, locust: 7 failed checks or requests.",
        "- round 3, wrk: it counted 90000 requests, nginx 100000.",
        "- round 4, loadspec: exit code 99.",
    ]


def test_noise_is_the_worst_round():
    calm = replace(SAMPLES[0], usage=replace(USAGE, cpu=9.0, core=CoreTime(9.0, 0.0)))
    text = noise([calm, replace(SAMPLES[0], usage=USAGE)])
    assert "took 10.0 % of the\ntools' core" in text
    assert "took away 1.0 %" in text


def test_cells():
    assert cell(None, 1) == "–"
    assert cell(Spread(1.0, 2.0, 3.0), 1) == "2.0 (1.0–3.0)"
    assert cell(Spread(1.01, 1.02, 1.03), 1) == "1.0"
    assert number(1234567.8, 0) == "1\u202f234\u202f568"


def test_table_aligns_numbers():
    assert table(["a", "b"], [("x", "1")], numbers=True).splitlines() == ["| a | b |", "| --- | --: |", "| x | 1 |"]


def test_the_last_table_is_built_for_its_rate():
    many = cases(50, 8)[-1]
    assert RATE == 2000
    assert many.job.ramp == sum(many.job.think) / 2
