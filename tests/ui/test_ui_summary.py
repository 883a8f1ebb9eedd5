from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support_results import make_health, make_result
from support_ui import CUSTOM, check_golden, judged, scenario_info, small_result, small_store

from loadspec.errors import ExitCode
from loadspec.metrics import BUILTIN, MetricInfo, Store
from loadspec.metrics.store import tags_of
from loadspec.results.health import limited_sentence
from loadspec.results.model import CheckResult, CheckSample, EndpointStats, ErrorClass, Iterations, RunResult
from loadspec.ui import summary
from loadspec.ui.figures import number, percent, short_ms
from loadspec.ui.limits import limit_of
from loadspec.ui.text import SGR, width_of

FILES = ["reports/20260412-080910-3fa2/report.html", "reports/20260412-080910-3fa2/results.json"]


def two_scenarios() -> RunResult:
    store = small_store("steady")
    store.merge(small_store("spike"))
    result = small_result(stores={"setup": Store(), "load": store, "teardown": Store()}, thresholds=judged(store))
    return replace(result, scenarios=[scenario_info("steady"), scenario_info("spike", 3)])


def setup_failed() -> RunResult:
    return small_result(
        stores={"setup": Store(), "load": Store(), "teardown": Store()},
        duration=0.0,
        checks=[],
        thresholds=[],
        endpoint_stats=[],
        iterations=Iterations(),
        errors=[ErrorClass("login", "setup", "refused", "connect", 0, 1, 0.0, 0.0, "connection refused")],
        verdict="INVALID",
        failure="setup failed: login could not connect to 127.0.0.1:8089 (connection refused)",
        hint="start the system, or set API_BASE to where it listens",
        sentence="setup failed, no load was sent.",
    )


def untrusted() -> RunResult:
    return small_result(
        profile="stress",
        exit_code=ExitCode.UNTRUSTED,
        verdict="INCONCLUSIVE",
        warnings=["the open-file limit of 1024 was reached"],
        sentence="INCONCLUSIVE: the generator was late for 7 s.",
        health=[make_health(late=7, seconds=10)],
        limited=limited_sentence([make_health(late=7, seconds=10)], 10.0),
    )


CASES: dict[str, RunResult] = {
    "fail": small_result(),
    "pass": small_result(verdict="PASS", thresholds=[], errors=[], sentence="PASS: nothing was asked."),
    "scenarios": two_scenarios(),
    "setup-failed": setup_failed(),
    "untrusted": untrusted(),
}


@pytest.mark.parametrize("mode", ["compact", "full"])
@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, mode: Any) -> None:
    check_golden(f"{case}-{mode}.txt", summary(CASES[case], mode, colour=False, artifacts=FILES))


def test_golden_in_colour_and_in_ascii() -> None:
    check_golden("fail-colour.txt", summary(CASES["fail"], "compact", colour=True, width=80, artifacts=FILES))
    ascii_text = summary(CASES["fail"], "full", colour=False, ascii=True)
    check_golden("fail-ascii.txt", ascii_text)
    assert ascii_text.isascii()


@pytest.mark.parametrize("mode", ["compact", "full"])
@pytest.mark.parametrize("case", CASES)
def test_colour_changes_nothing_but_colour(case: str, mode: Any) -> None:
    assert SGR.sub("", summary(CASES[case], mode, colour=True)) == summary(CASES[case], mode, colour=False)


@pytest.mark.parametrize("mode", ["compact", "full"])
@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_last(case: str, mode: Any) -> None:
    assert CASES[case].verdict in summary(CASES[case], mode, colour=False, artifacts=FILES).splitlines()[-1]


names = st.text("ab 図-_", min_size=1, max_size=60)


@st.composite
def big_results(draw: st.DrawFn) -> RunResult:
    """Runs with many of everything, however unlikely together."""
    stats = EndpointStats("e", "GET", "/", 10, 1.0, 3, 10, 10, 10, 10, 10, 10, 10)
    error = ErrorClass("e", "load", "status", "status", 503, 2, 3.5, 4.5, "no")
    custom = {f"m{n}": draw(st.sampled_from(list(CUSTOM.values()))) for n in range(draw(st.integers(0, 40)))}
    result = small_result(
        spec_name=draw(names),
        profile=draw(st.none() | names),
        scenarios=[scenario_info(name) for name in draw(st.lists(names, max_size=12))],
        custom_metrics=list(custom),
        metrics={**BUILTIN, **CUSTOM, **custom},
        endpoint_stats=[replace(stats, endpoint=name) for name in draw(st.lists(names, max_size=30))],
        checks=[CheckResult(name, name, draw(st.integers(0, 3)), 1) for name in draw(st.lists(names, max_size=20))],
        errors=[replace(error, endpoint=name) for name in draw(st.lists(names, max_size=20))],
        warnings=draw(st.lists(names, max_size=10)),
        failure=draw(names | st.just("")),
        hint=draw(names | st.just("")),
        sentence=draw(st.text("ab ", max_size=2000)),
        exit_code=draw(st.sampled_from([ExitCode.OK, ExitCode.UNTRUSTED])),
    )
    return replace(result, thresholds=list(result.thresholds) * draw(st.integers(0, 9)))


@settings(max_examples=60)
@given(big_results(), st.integers(60, 160), st.integers(0, 12))
def test_compact_never_takes_more_than_forty_lines(result: RunResult, width: int, files: int) -> None:
    lines = summary(result, "compact", colour=True, width=width, artifacts=["report.html"] * files).splitlines()
    assert len(lines) <= 40
    assert max(map(width_of, lines)) <= width


def test_what_does_not_fit_is_counted() -> None:
    stats = small_result().endpoint_stats[0]
    rows = [replace(stats, endpoint=f"e{n}", failed=n) for n in range(30)]
    text = summary(small_result(endpoint_stats=rows, checks=[]), "compact", colour=False, width=120)
    assert "and 22 more" in text
    assert " e29 " in text, "the endpoint with most failures comes first"
    assert " e21 " not in text


@pytest.mark.parametrize(
    ("text", "since", "shown"),
    [
        ("rate < 1%", None, "in the 3s to 00:13"),
        ("rate < 1%", 12.0, "in the 3s to 00:13, since 00:12"),
        ("rate < 100%", None, ""),
    ],
)
def test_a_threshold_that_recovered_says_in_which_window_it_failed(text: str, since: float | None, shown: str) -> None:
    (found,) = judged(small_store(), texts={"http_req_failed": {"that": text, "window": "3s"}})
    assert limit_of(replace(found, worst_window=(10.0, 13.0), failing_since=since)).since == shown


def test_failed_checks_come_first_and_those_that_held_are_one_line() -> None:
    checks = [CheckResult("held", "a", 5, 0), CheckResult("few", "a", 4, 1), CheckResult("many", "a", 1, 4)]
    lines = summary(small_result(checks=checks), "compact", colour=False).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("checks"))
    assert ["many" in lines[at], "few" in lines[at + 1], "1 other passed, 5 times" in lines[at + 2]] == [True] * 3


def test_a_failed_check_shows_what_its_first_failure_found() -> None:
    long = CheckSample(0.1, 200, "x", "y" * 500, "")
    checks = [
        CheckResult("a", "e", 1, 2, [CheckSample(0.1, 503, "status == 202", "status = 503", "{}"), long]),
        CheckResult("b", "e", 1, 1, [long]),
        CheckResult("c", "e", 1, 1, [CheckSample(0.1, 418, "x", "", "")]),
    ]
    text = summary(small_result(checks=checks), "full", colour=False)
    assert [line.strip() for line in text.splitlines() if "e.g." in line] == [
        "e.g. status = 503",
        f"e.g. {'y' * 99}…",
        "e.g. status 418",
    ]
    assert "e.g." not in summary(small_result(checks=checks), "compact", colour=False)


EVIL = "\x1b[2J\x1b]0;owned\x07\u202eevil\nPASS\r"


@pytest.mark.parametrize("mode", ["compact", "full"])
def test_hostile_names_and_messages_stay_inert(mode: Any) -> None:
    info = MetricInfo("counter")
    result = make_result(
        seconds=20,
        spec_name=EVIL,
        spec_path=EVIL,
        target=EVIL,
        profile=EVIL,
        checks=[CheckResult(EVIL, EVIL, 1, 1, [CheckSample(0.1, 200, EVIL, EVIL, EVIL)]), CheckResult(EVIL, "b", 1, 1)],
        errors=[ErrorClass(EVIL, "load", EVIL, EVIL, 0, 2, 3.5, 4.5, EVIL)],
        endpoint_stats=[EndpointStats(EVIL, EVIL, EVIL, 1, 1.0, 1, *[1.0] * 7)] * 2,
        scenarios=[scenario_info(EVIL), scenario_info("b")],
        metrics={**BUILTIN, EVIL: info},
        custom_metrics=[EVIL],
        warnings=[EVIL],
        failure=EVIL,
        hint=EVIL,
        sentence=EVIL,
        verdict="FAIL",
        thresholds=[],
    )
    text = summary(result, mode, colour=False, artifacts=[EVIL])
    assert not set(text) & set("\x1b\x07\r\u202e\x9b")
    assert "evil PASS" in text, "a line break in hostile text starts no line"
    assert not any(line.startswith("PASS") for line in text.splitlines())


def test_a_run_without_any_answer_says_so() -> None:
    store = Store()
    store.counter("http_reqs", (("status", "0"),)).add(3)
    text = summary(small_result(stores={"load": store}, duration=0.0), "compact", colour=False)
    assert "requests    3, 0/s" in text
    assert "latency     no answer" in text


def test_latency_is_that_of_expected_answers_unless_there_is_none() -> None:
    store = Store()
    tags = (("expected_response", "false"), ("poll", "false"))
    store.trend("http_req_duration", tags).add(3.0)
    text = summary(small_result(stores={"load": store}, thresholds=[]), "compact", colour=False)
    assert "avg 3ms" in text
    assert "(no expected answer)" in text
    assert "no expected answer" not in summary(small_result(), "compact", colour=False)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "0.00%"),
        (0, 9, "0.00%"),
        (9, 9, "100.00%"),
        (68, 71, "95.77%"),
        (99999, 100000, "99.99%"),
        (1, 10**6, "0.01%"),
    ],
)
def test_percent(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_numbers_are_k6s() -> None:
    assert [number(value) for value in (13.5602645, 18.0, 0.0, 8.9301869, 1e-9)] == [
        "13.560264",
        "18",
        "0",
        "8.930186",
        "0",
    ]
    assert [short_ms(ms) for ms in (0.0, 0.12345, 45.678, 765.36, 1213.4)] == [
        "0s",
        "123µs",
        "45.7ms",
        "765ms",
        "1.21s",
    ]


def test_groups_have_a_row_each() -> None:
    store = small_store()
    for group, ms in (("::shop", 100.0), ("::shop::pay", 40.0)):
        store.trend("group_duration", tags_of(scenario="default", group=group)).add_many([ms, ms])
    result = small_result(stores={"setup": Store(), "load": store, "teardown": Store()})
    rows = [
        line.strip().split("...")[0] for line in summary(result, "full", colour=False).splitlines() if "group" in line
    ]
    assert rows == ["group_duration", "{ group:shop }", "{ group:shop::pay }"]


def test_of_each_folder_one_path_is_whole_and_the_report_comes_first() -> None:
    files = ["runs/a/results.json", "runs/a/junit.xml", "runs/a/report.html", "elsewhere/m.txt", "b/x", "c/y", "d/z"]
    lines = summary(small_result(), "compact", colour=False, artifacts=files).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("files"))
    assert [line[10:].strip() for line in lines[at : at + 5]] == [
        "runs/a/report.html",
        "and beside it results.json, junit.xml",
        "elsewhere/m.txt",
        "b/x",
        "and 2 more",
    ]


def test_a_narrow_summary_leaves_out_columns_and_cuts_none_of_the_figures() -> None:
    lines = summary(small_result(), "compact", colour=False, width=60, artifacts=FILES).splitlines()
    head = next(line for line in lines if line.startswith("endpoints"))
    assert head.split() == ["endpoints", "requests", "failed", "med", "p95", "p99"]
    (latency,) = [line for line in lines if "latency" in line]
    assert latency.split()[1::2] == ["med", "p95", "p99"]
