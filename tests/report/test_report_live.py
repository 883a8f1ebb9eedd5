"""The report of a run that goes on: thresholds as they stand, no verdict, and the same sections as the report's."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from msgspec.structs import replace
from support_html import read
from support_journal import Seconds, books, head, records
from support_results import make_result

from loadspec.dashboard.board import now_of
from loadspec.metrics import Store
from loadspec.report import build
from loadspec.report.live import Now, live_page, live_parts
from loadspec.report.live.now import figures, plan_end, standing
from loadspec.report.sections import SECTIONS
from loadspec.results.assemble import assemble
from loadspec.results.ledger import Ledger
from loadspec.results.model import GOING, Iterations, RunResult, ScenarioStats
from loadspec.results.points import POINTS

HOSTILE = "</div></section><script>alert(1)</script>\x1b[2J\u202e"


def running(**changes: object) -> RunResult:
    return replace(make_result(), verdict=GOING, sentence="", **changes)


def fact(result: RunResult, label: str, phase: str = "load", stopping: bool = False) -> str:
    return dict(figures(result, Now(phase, stopping))["facts"])[label]  # type: ignore[arg-type]


def test_each_section_is_the_reports() -> None:
    result = make_result()
    report, parts = build(result), live_parts(result, Now())
    assert list(parts) == list(SECTIONS)
    assert [name for name, html in parts.items() if not html] == ["slos"], "the run has none"
    assert all(html in report for html in parts.values())


def test_a_run_that_goes_on_has_no_verdict() -> None:
    parts = live_parts(running(), Now())
    assert set(parts) == set(SECTIONS)
    page = read(parts["verdict"])
    assert page.problems == []
    assert "RUNNING image generation" in " ".join(page.texts["verdict"].split())
    for word in ("PASS", "FAIL", "Exit code"):
        assert word not in parts["verdict"]


def test_what_is_in_flight_is_no_fault_of_the_books() -> None:
    iterations = Iterations(9, 5, 1)
    assert "does not add up" in live_parts(replace(make_result(), iterations=iterations), Now())["books"]
    books = " ".join(read(live_parts(running(iterations=iterations, generator={}), Now())["books"]).texts[""].split())
    assert "Iterations: 9 started = 5 completed + 1 interrupted + 3 in flight; 0 dropped." in books
    assert "does not add up" not in books
    assert "Known when the run has ended" in live_parts(running(generator={}), Now())["environment"]


def test_thresholds_without_a_sample_are_pending() -> None:
    own = head()
    result = assemble(own, books(own, [*records(3)][:1]), going=True)
    assert result.verdict == GOING
    assert {threshold.status for threshold in result.thresholds} == {"pending"}
    assert assemble(own, books(own, [*records(3)][:1])).verdict != GOING
    assert "pending" in live_parts(result, Now())["thresholds"]


def test_every_moment_of_a_run_can_be_shown() -> None:
    own, rows = head(), [*records(3)]
    for number in range(len(rows) + 1):
        ledger = books(own, rows[:number])
        parts = live_parts(assemble(own, ledger, going=True), Now(ledger.phase))
        assert all(read(html).problems == [] for html in parts.values())


def test_the_plans_remaining_time() -> None:
    result = running(duration=20.0)
    assert plan_end(result) == 70.0
    assert fact(result, "Left") == "00:50"
    assert fact(result, "Left", "setup") == fact(result, "Left", "teardown") == "–"
    assert fact(running(duration=71.0), "Left") == "what is in flight"
    counted = [replace(scenario, executor="shared-iterations") for scenario in result.scenarios]
    assert fact(running(duration=20.0, scenarios=counted), "Left") == "at most 00:50"
    assert fact(running(duration=0.0, points=[]), "Requests") == "0/s now"


def test_what_is_now_is_of_the_last_seconds_however_long_the_run_is() -> None:
    own, ledger, busy = head(), Ledger([]), 8 * POINTS + 1
    second = {**Seconds().second(1.0), "slowest": [], "pool_items": []}
    ledger.take({"is": "begin", "phase": "load"})
    for t in range(1, busy + 11):
        store = {} if t == busy else {"store": Store()}
        ledger.take({**second, "t": float(t), "users": 9 if t <= busy else 1, **store})
    result, now = assemble(own, ledger, going=True), now_of(ledger)
    assert (result.step, result.points[-1].users) == (16, 9), "the last point is of seconds that are over"
    facts = dict(figures(result, now)["facts"])
    assert facts["Users"].split(" of ")[0] == "1"
    assert facts["Requests"] == "0/s now"


@pytest.mark.parametrize(
    ("phase", "stopping", "word"),
    [
        ("setup", False, "SETUP"),
        ("load", False, "RUNNING"),
        ("load", True, "STOPPING"),
        ("teardown", False, "TEARDOWN"),
    ],
)
def test_the_word_says_where_it_is(phase: str, stopping: bool, word: str) -> None:
    assert figures(running(), Now(phase, stopping))["word"] == word  # type: ignore[arg-type]


def test_each_of_several_scenarios_has_its_share_of_its_own_time() -> None:
    (one,) = make_result().scenarios
    infos = [replace(one, name=name, duration=40.0) for name in ("over", "half", "later")]
    stats = [ScenarioStats("over", 0.0, 15.0), ScenarioStats("half", 10.0), ScenarioStats("later")]
    shown = figures(running(duration=30.0, scenarios=infos, scenario_stats=stats), Now())["scenarios"]
    assert [(row["info"].name, row["share"]) for row in shown] == [("over", 1.0), ("half", 0.5), ("later", 0.0)]


def test_how_thresholds_stand_in_words() -> None:
    by = {result.status: result for result in make_result().thresholds}
    passed, failed = by["pass"], by["fail"]
    assert standing([]) == "no threshold is set"
    assert standing([passed]) == "the threshold holds"
    assert standing([passed, failed]) == f"1 of 2 thresholds hold; 1 fails: {failed.threshold.title}"
    waits = [replace(passed, status=status) for status in ("pending", "pending", "inconclusive", "warn")]
    assert standing([failed, failed, *waits]) == (
        f"0 of 6 thresholds hold; 2 fail: {failed.threshold.title}; 1 warns; 2 wait for samples; 1 is inconclusive"
    )


def test_the_policy_lets_the_pages_own_style_and_script_run_and_nothing_else() -> None:
    html = live_page(head(), "t0ken")
    page = read(html)
    assert page.problems == []
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (page.style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert html.count("t0ken") == 1
    for _, attrs in page.tags:
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        assert (attrs.get("src") or attrs.get("href") or "#").startswith("#")


def test_hostile_text_stays_text() -> None:
    calm, hostile = (
        running(spec_name="calm", target="calm"),
        running(spec_name=HOSTILE, target=HOSTILE, warnings=[HOSTILE]),
    )
    parts = live_parts(hostile, Now())
    assert all(read(html).problems == [] for html in parts.values())
    assert set(parts) == set(live_parts(calm, Now()))
    assert not any("<script" in html or "\x1b" in html or "\u202e" in html for html in parts.values())
    page = live_page(replace(head(), spec_name=HOSTILE, run_id='x" onload="1'), "t")
    assert read(page).problems == []
    assert "alert(1)</script>" not in page
