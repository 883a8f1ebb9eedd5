"""The page as a whole: its figures are the run's, nothing leaves it, nothing hostile comes alive in it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections import Counter

import pytest
from msgspec.structs import replace
from support_hostile import poisoned
from support_html import Page, read
from support_results import judged, make_health, make_result, with_points

from loadspec.errors import ExitCode
from loadspec.metrics import Store
from loadspec.report import assets, build, build_folder
from loadspec.report.sections import SECTIONS
from loadspec.report.text import clock, count, ms, percent, signed_percent
from loadspec.results.health import limited_sentence
from loadspec.results.model import CheckResult, CheckSample, EndpointInfo, Event, Iterations, RunResult
from loadspec.thresholds import format_actual, format_limit, worst_first


def empty_result(**changes: object) -> RunResult:
    """Setup failed: the load never began."""
    nothing = dict(points=[], thresholds=[], checks=[], errors=[], requests=[], endpoint_stats=[], events=[])
    fields = dict(
        nothing,
        stores={"setup": Store(), "load": Store(), "teardown": Store()},
        duration=0.0,
        iterations=Iterations(),
        verdict="ABORTED",
        exit_code=ExitCode.SETUP_FAILED,
        sentence="Setup failed: login got no answer.",
        failure="connection refused by 127.0.0.1:8089",
        hint="Is the server running?",
        generator={},
        health=[],
    )
    return make_result(1, **{**fields, **changes})


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result()


@pytest.fixture(scope="module")
def page(result: RunResult) -> Page:
    return read(build(result))


def words(text: str) -> str:
    return " ".join(text.split())


CASES = {
    "story": make_result,
    "one second": lambda: make_result(1),
    "setup failed": empty_result,
    "no thresholds": lambda: make_result(thresholds=[]),
    "half a second": lambda: make_result(1, duration=0.4),
}


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_every_run_gets_a_whole_report(make: object) -> None:
    html = build(make())  # type: ignore[operator]
    page = read(html)
    assert page.problems == []
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert [i for i, n in Counter(ids).items() if n > 1] == []
    assert set(SECTIONS) - {"slos"} <= set(ids)  # a spec without service levels has no section of them


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_nothing_leaves_the_page_and_only_our_script_runs_in_it(make: object) -> None:
    html = build(make())  # type: ignore[operator]
    page = read(html)
    assert not [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "object", "embed", "base")]
    assert [attrs for tag, attrs in page.tags if tag == "script"] == [
        {"type": "text/plain", "id": "code"},
        {},
    ]
    assert page.script == assets.boot()
    assert page.data["code"] == assets.packed(assets.script())
    for tag, attrs in page.tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "action"):
            own = attrs.get("id") == "figures" and (attrs.get(name) or "").startswith("data:application/gzip;base64,")
            assert own or (attrs.get(name) or "#").startswith("#")
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_every_link_has_a_place_and_every_label_an_element(page: Page) -> None:
    ids = {attrs.get("id") for _, attrs in page.tags}
    for _, attrs in page.tags:
        target = attrs.get("href")
        assert target is None or target[1:] in ids or attrs.get("id") == "figures"
        assert set((attrs.get("aria-labelledby") or "").split()) <= ids


def test_policy_allows_the_style_sheet_and_the_script_and_nothing_else(page: Page) -> None:
    policy = next(
        a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    code = gzip.decompress(base64.b64decode(page.data["code"]))
    style, boot, script = (
        base64.b64encode(hashlib.sha256(text).digest()).decode()
        for text in (page.style.encode(), page.script.encode(), code)
    )
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{boot}' 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_pictures_are_named_and_described(page: Page) -> None:
    pictures = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role")]
    assert [a.get("role") for a in pictures] == ["img"] * 9
    assert all(len((a.get("aria-labelledby") or "").split()) == 2 for a in pictures)


def test_verdict_says_what_why_and_of_what(page: Page, result: RunResult) -> None:
    text = words(page.texts["verdict"])
    for expected in ("FAIL image generation", result.sentence, result.target, "2026-04-12 08:09:10 UTC", "1m10s", "99"):
        assert expected in text


def test_thresholds_are_the_runs_worst_margin_first(page: Page, result: RunResult) -> None:
    rows = [[words(cell) for cell in row] for row in page.rows["thresholds"][1:]]
    expected = worst_first(result.thresholds)
    assert [row[1] for row in rows] == [r.threshold.title for r in expected]
    for row, found in zip(rows, expected, strict=True):
        assert row[0] == found.status
        assert row[2:5] == [
            format_limit(found.threshold),
            format_actual(found.threshold, found.actual),
            signed_percent(found.margin),
        ]
        since = "00:38hold 10 users" if found.failing_since else "–"
        assert row[6:] == [clock(found.first_crossed), since, count(found.samples)]


def test_of_windows_the_worst_one_stands_below_its_figure() -> None:
    result = make_result()
    found = judged("http_req_failed", {"that": "rate < 1%", "window": "3s"}, result)
    page = read(build(replace(result, thresholds=[replace(found, worst_window=(10.0, 13.0))])))
    assert words(page.rows["thresholds"][1][3]) == f"{format_actual(found.threshold, found.actual)}3s to 00:13"


def test_a_threshold_without_samples_is_told_behind_those_that_say_why() -> None:
    result = make_result()
    missing = replace(result.thresholds[1], actual=None, margin=None, passed=False, samples=0, status="fail")
    page = read(build(replace(result, thresholds=[*result.thresholds, missing])))
    failed = sum(found.status == "fail" for found in result.thresholds)
    row = [words(cell) for cell in page.rows["thresholds"][1 + failed]]
    assert row[1] == missing.threshold.title
    assert row[3:5] == ["no samples", "–"]


def test_tiles_sum_up_the_store(page: Page, result: RunResult) -> None:
    text = words(page.texts["tiles"])
    total = sum(s.requests for s in result.endpoint_stats)
    failed = sum(s.failed for s in result.endpoint_stats)
    judged = result.stores["load"].where("http_req_duration", expected_response="true")
    assert f"Requests {total} {failed} failed" in text
    assert f"Failed {percent(failed / total)[:-1]} %" in text
    assert f"of {judged.samples} expected answers" in text  # type: ignore[union-attr]
    assert f"Latency p95 {ms(judged.percentile(95))[:-2]} ms" in text  # type: ignore[union-attr]
    assert f"Iterations {result.iterations.completed} 1 interrupted" in text


def test_endpoints_checks_and_books_are_the_runs(page: Page, result: RunResult) -> None:
    for row, stats in zip(page.rows["endpoints"][1:], result.endpoint_stats, strict=True):
        cells = [words(cell) for cell in row]
        assert cells[0] == f"{stats.endpoint} {stats.method} {stats.path}".replace(
            f"{stats.endpoint} ", stats.endpoint, 1
        )
        assert cells[1] == count(stats.requests)
        assert cells[4:11] == [ms(getattr(stats, n)) for n in ("avg", "min", "med", "p90", "p95", "p99", "max")]
    found = {words(row[0]): [words(c) for c in row[1:4]] for row in page.rows["checks"][1:]}
    assert found == {c.name: [c.endpoint, count(c.passes), count(c.fails)] for c in result.checks}
    books = {(words(r[0]), words(r[1])): [words(c) for c in r[2:7]] for r in page.rows["books"][1:]}
    for row in result.requests:
        figures = [row.sent, row.answered, row.no_answer, row.cut_off, row.unsent]
        assert books[row.endpoint, row.phase] == [str(n) for n in figures]
    assert books["All", "load"][0] == str(sum(r.sent for r in result.requests if r.phase == "load"))


def test_failed_checks_show_what_stood_there_and_nothing_hostile_comes_alive() -> None:
    evil = "<script>alert(1)</script>\x1b[2J\u202e"
    check = CheckResult("c", "e", 1, 2, [CheckSample(61.0, 200, f"exp {evil}", f"found {evil}", f"body {evil}")])
    quiet = CheckResult("quiet", "e", 1, 1)
    html = build(
        make_result(1, checks=[check, quiet, replace(quiet, name="n", samples=[CheckSample(0, 204, "x", "", "")])])
    )
    page = read(html)
    assert page.problems == []
    text = words(page.texts["checks"])
    shown = r"<script>alert(1)</script>\x1b[2J\u202e"
    assert f"At01:01 Status200 Expectedexp {shown} Foundfound {shown} body {shown}" in text
    assert "1 sample" in text
    assert "(an empty body)" in text
    assert html.count("<script") == 2


def test_metrics_errors_events_and_spec_are_the_runs(page: Page, result: RunResult) -> None:
    rows = {words(row[0]).removesuffix(" from the spec"): [words(c) for c in row[1:]] for row in page.rows["metrics"]}
    trend = result.stores["load"].select("response_time")
    assert rows["response_time"][0] == count(trend.samples)  # type: ignore[union-attr]
    assert rows["provider_errors"][1] == str(result.errors[0].count)
    errors = words(page.texts["errors"])
    for text in (
        "status 503",
        result.errors[0].message,
        "provider unavailable",
        "Sample 1 request of generate at 00:3",
    ):
        assert text in errors
    assert all(event.text in page.texts["events"] for event in result.events)
    assert result.resolved_spec.strip() in page.texts["spec"]
    assert result.command in page.texts["spec"]
    assert "58.7 MB" in page.texts["environment"]


def test_books_that_do_not_balance_say_so() -> None:
    result = make_result()
    wrong = replace(result, requests=[replace(result.requests[0], sent=9)], iterations=Iterations(9, 3, 1))
    assert words(read(build(wrong)).texts["books"]).count("this does not add up") == 2


def test_a_run_that_never_began_says_why() -> None:
    text = words(read(build(empty_result())).texts["verdict"])
    assert "Setup failed: login got no answer." in text
    assert "connection refused by 127.0.0.1:8089" in text
    assert "Is the server running?" in text


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</style><style>*{display:none}</style>",
    "<svg/onload=alert(1)>",
    "</title></svg><script>1</script>",
    "]]><!--",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202etxt.exe\u2066",
    "\x1b[2J\x1b]0;title\x07",
    "\x00\x0b\ud800\uffff",
    "=HYPERLINK(1)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    calm = read(build(poisoned("harmless")))
    html = build(poisoned(text))
    page = read(html)
    assert page.problems == []
    assert Counter(tag for tag, _ in page.tags) == Counter(tag for tag, _ in calm.tags)
    assert [sorted(a) for _, a in page.tags] == [sorted(a) for _, a in calm.tags]
    assert (page.style, page.script) == (calm.style, calm.script)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)


def test_an_hour_with_twenty_endpoints_fits_the_budget() -> None:
    """With all that can go wrong in it: classes of failures, checks and events as many as there may be."""
    endpoints = [EndpointInfo(f"endpoint_{i}", "GET", f"/api/v1/things/{i}") for i in range(20)]
    result = make_result(3600, endpoints, peak=2)
    names = ["status 503", "timeout", "reset"]
    points = [replace(p, failed=3, errors=dict.fromkeys(names[: i % 4], 1)) for i, p in enumerate(result.points)]
    body = '{"error": "no provider", "trace": [' + '"0123456789abcdef", ' * 90 + "]}"
    sample = {"request": body, "response": body, "at": "1.5"}
    error = replace(make_result().errors[0], sample=sample, later_samples=[sample, sample])
    errors = [replace(error, endpoint=e.name, message=f"{n} of {e.name}") for e in endpoints for n in names[:1]]
    checks = [
        CheckResult(f"check {n}", e.name, 40, 9, [CheckSample(1.0, 503, "status == 200", "503", body)] * 5)
        for e in endpoints
        for n in range(1)
    ]
    events = [Event(float(i), f"threshold crossed: http_req_duration: p(95) < {i}ms") for i in range(60)]
    html = build(replace(with_points(result, points), errors=errors, checks=checks, events=events))
    assert 100_000 < len(html.encode()) < 400_000


def test_a_folder_has_nothing_inline(result: RunResult) -> None:
    files = build_folder(result)
    page = read(files["report.html"])
    assert list(files) == ["report.html", "report.css", "report.js"]
    assert (page.problems, page.style, page.script) == ([], "", "")
    assert [attrs for tag, attrs in page.tags if tag == "link"] == [{"rel": "stylesheet", "href": "report.css"}]
    assert [attrs.get("src") for tag, attrs in page.tags if tag == "script"] == ["report.js"]
    assert not [tag for tag, attrs in page.tags if "style" in attrs]
    one = read(build(result))
    assert {name: words(text) for name, text in page.texts.items()} == {n: words(t) for n, t in one.texts.items()}
    whole = build(result)
    assert files["report.css"] in whole
    assert read(whole).data["code"] == assets.packed(files["report.js"])


def test_a_generator_at_its_limit_is_told_first_and_why() -> None:
    health = [make_health(worker=1), make_health(late=7, worker=2)]
    limited = limited_sentence(health, 20.0)
    page = read(build(make_result(health=health, limited=limited)))
    verdict, section = words(page.texts["verdict"]), words(page.texts["health"])
    assert verdict.index(limited) < verdict.index(words(make_result().sentence)), "before what the thresholds say"
    assert "00:00 to 00:07" in section
    assert "42ms" in section
    assert "31 of 1 024" in section
    assert "99 % of a core" in section
    assert "partly its own" in section
    alone = read(build(make_result(health=health, limited=limited, sentence=f"{limited}; 1 of 2 are inconclusive")))
    assert words(alone.texts["verdict"]).count(limited) == 1, "not twice"


def test_a_generator_that_was_in_time_says_so(page: Page) -> None:
    section = words(page.texts["health"])
    assert "never too late for three seconds in a row" in section
    assert "Cause" not in section
