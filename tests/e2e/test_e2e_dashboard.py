"""The live page of a real run in a real browser: figures follow, the button ends the run, nobody else's page can."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from support_browser import served
from support_cli import Done, books, finish, run, start
from support_cli import served as served_by
from support_pages import barriers, browser, keep, opened
from support_relay import Relay

from loadspec.mock import MockProcess
from loadspec.report.sections import SECTIONS

SPEC = """\
loadspec: 1
name: watched
env: {{API_BASE: {{default: "http://127.0.0.1:9"}}, LOAD_PASS: {{default: hunter2-hunter2, secret: true}}}}
target: {{base_url: "{{{{ env.API_BASE }}}}"}}
endpoints:
  credits:
    path: /api/credits
    headers: {{x-pass: "{{{{ env.LOAD_PASS }}}}"}}
    expected_statuses: [401]
flow: [call: credits]
rate: 20/s
duration: {seconds}s
thresholds: {{http_req_failed: rate < 50%, http_req_duration: p(95) < 10s}}
"""
LIMIT = "p(95) < 10s"
REBOUND = "rebound.example"
"""A name that somebody made to point here."""
PATIENT = 30_000.0
"""Milliseconds after which something that was to appear is missing."""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENT)
    with browser(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1") as started:
        yield started


class Watched:
    """A run with a dashboard."""

    def __init__(self, folder: Path, url: str, spec: str, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "spec.yaml").write_text(spec)
        self.folder = folder / "reports"
        options = ("--dashboard", "127.0.0.1:0", *options)
        self.process: subprocess.Popen[str] = start(self.folder, folder / "spec.yaml", *options, url=url)
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        self.url = said.removeprefix("dashboard: ").strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", self.url), said

    def end(self) -> Done:
        return finish(self.process, self.folder)


@contextmanager
def watched(folder: Path, mock: MockProcess, seconds: int, *options: str, limits: str = LIMIT) -> Iterator[Watched]:
    run = Watched(folder, mock.url, SPEC.format(seconds=seconds).replace(LIMIT, limits), *options)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.kill()
            run.process.communicate()


def requests_of(page: Page) -> int:
    """What the first tile says."""
    text = page.locator("#tiles .tile").first.locator(".value").inner_text()
    return int(re.sub(r"\D", "", text) or 0)


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(int(PATIENT / 100)):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came")


def test_figures_follow_and_end_as_the_report_has_them(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 6, "--linger") as run, opened(chrome, run.url) as seen:
        page = seen.page
        expect(page.locator("#verdict .word")).to_have_text("RUNNING")
        expect(page.locator("#link")).to_have_text("live")
        until(page, lambda: requests_of(page) > 0)
        before = requests_of(page)
        until(page, lambda: requests_of(page) > before)
        expect(page.locator("#thresholds tbody tr")).to_have_count(2)
        expect(page.locator("#events")).to_contain_text("load started")
        for place in ("#slos", '.toc a[href="#slos"]'):
            expect(page.locator(place)).to_be_hidden()
        for place in ("#checks", '.toc a[href="#checks"]'):
            expect(page.locator(place)).to_be_visible()
        keep(page, "dashboard-running", tmp_path)
        expect(page.locator("#link")).to_have_text("the run has ended")
        expect(page.locator("#verdict .word")).to_have_text("PASS")
        live = {name: page.locator(f'[data-part="{name}"]').inner_html() for name in SECTIONS}
        assert (seen.said, outside(seen.asked, run.url)) == ([], [])

        run.process.send_signal(signal.SIGINT)
        done = run.end()
        assert done.code == 0
        assert "the dashboard stays at" in done.stderr
        assert books(done) == {"credits": 120}
        assert requests_of(page) == 120
        with opened(chrome, (done.run / "report.html").as_uri(), java_script_enabled=False) as report:
            for name in ("verdict", "thresholds", "tiles", "endpoints", "events", "books", "environment", "spec"):
                assert words(live[name]) == words(report.page.locator(f"#{name}").inner_html(), SECTIONS[name].title), (
                    name
                )
        assert "hunter2" not in page.content()


def words(html: str, heading: str = "") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).removeprefix(heading).strip()


def outside(asked: list[str], url: str) -> list[str]:
    return [each for each in asked if not each.startswith(url)]


def test_the_button_ends_the_run_as_the_first_signal_does(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run, opened(chrome, run.url) as seen:
        page = seen.page
        until(page, lambda: requests_of(page) > 0)
        page.locator("#stop").click()  # the driver says no to the question
        expect(page.locator("#link")).to_have_text("live")
        assert run.process.poll() is None
        page.evaluate("window.confirm = () => true")
        page.locator("#stop").click()
        done = run.end()
        expect(page.locator("#verdict .word")).to_have_text("INTERRUPTED")
        expect(page.locator("#stop")).to_be_hidden()
        assert done.code == 105
        assert done.results["verdict"] == "INTERRUPTED"
        assert "the dashboard's stop button was pressed" in done.stderr
        assert "stopped by the dashboard's stop button after" in done.stdout


def test_it_can_be_opened_late_in_several_windows_and_by_keyboard(
    chrome: Browser, mock: MockProcess, tmp_path: Path
) -> None:
    with watched(tmp_path, mock, 300) as run:
        with opened(chrome, run.url) as first:
            until(first.page, lambda: requests_of(first.page) > 40)
            with opened(chrome, run.url) as late:
                until(late.page, lambda: requests_of(late.page) > 40)
                page = late.page
                details = page.locator('[data-part="spec"] details')
                details.locator("summary").focus()
                page.keyboard.press("Enter")
                figures = page.locator("#chart-throughput details.data")
                figures.locator("summary").focus()
                page.keyboard.press("Enter")
                rows = figures.locator("tbody tr").count()
                until(page, lambda: figures.locator("tbody tr").count() > rows)
                assert figures.evaluate("one => one.open"), "what was opened stays open"
                assert details.evaluate("one => one.open")
                assert page.evaluate("document.activeElement.textContent") == "Figures of this chart"
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105


def test_it_finds_its_way_back(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run, Relay(urlsplit(run.url).port or 0) as relay:
        with opened(chrome, f"http://127.0.0.1:{relay.port}/") as seen:
            page = seen.page
            until(page, lambda: requests_of(page) > 0)
            relay.cut()
            expect(page.locator("#link")).to_have_text("connection lost, trying again")
            expect(page.locator("#stop")).to_be_disabled()
            before = requests_of(page)
            relay.mend()
            expect(page.locator("#link")).to_have_text("live")
            until(page, lambda: requests_of(page) > before)
            expect(page.locator("#stop")).to_be_enabled()
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105


ATTACK = """<!doctype html><title>evil</title><form method="post" action="{url}stop" target="f"></form>
<iframe name="f"></iframe><iframe src="{url}"></iframe><script>
const tried = [];
const note = (what, done) => done.then(() => tried.push(what + " worked"), () => tried.push(what + " failed"));
const order = {{method: "POST", headers: {{"x-loadspec-token": "{token}"}}}};
Promise.all([
  note("reading", fetch("{url}").then((answer) => answer.text())),
  note("an order", fetch("{url}stop", order)),
  note("events", new Promise((yes, no) => {{
    const source = new EventSource("{url}events"); source.onmessage = yes; source.onerror = no; }})),
  fetch("{url}stop", {{method: "POST", mode: "no-cors"}}).catch(() => 0),
]).then(() => {{ document.forms[0].submit(); document.title = tried.sort().join(", "); }});
</script>"""


def test_other_pages_can_neither_read_nor_end_it(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run:
        with opened(chrome, run.url) as seen:
            until(seen.page, lambda: requests_of(seen.page) > 0)
            token = seen.page.locator("script[data-token]").get_attribute("data-token")
        evil = tmp_path / "evil"
        evil.mkdir()
        (evil / "index.html").write_text(ATTACK.format(url=run.url, token=token))
        with served(evil, "") as elsewhere, opened(chrome, f"{elsewhere}/index.html") as seen:
            expect(seen.page).to_have_title("an order failed, events failed, reading failed")
            seen.page.wait_for_timeout(1000)
        with opened(chrome, run.url) as seen:
            until(seen.page, lambda: requests_of(seen.page) > 0)
            expect(seen.page.locator("#verdict .word")).to_have_text("RUNNING")
        run.process.send_signal(signal.SIGTERM)
        done = run.end()
        assert "stop button" not in done.stderr


def test_a_name_that_was_made_to_point_here_is_refused(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run:
        with opened(chrome, run.url.replace("127.0.0.1", REBOUND)) as seen:
            assert "this page is not at that host" in seen.page.inner_text("body")
            order = 'fetch("/stop", {method: "POST", headers: {"x-loadspec-token": "t"}}).then((a) => a.status)'
            assert seen.page.evaluate(order) == 403
        run.process.send_signal(signal.SIGTERM)
        assert "stop button" not in run.end().stderr


def test_viewers_cost_the_load_nothing(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 15) as run:
        at = urlsplit(run.url)
        with ExitStack() as stack:
            stack.enter_context(opened(chrome, run.url))
            for _ in range(40):  # more than there is room for, and none of them reads
                deaf = stack.enter_context(socket.create_connection((at.hostname, at.port)))
                deaf.sendall(f"GET /events HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
            done = run.end()
    assert done.code == 0
    assert books(done) == served_by(mock.stats()) == {"credits": 300}
    assert done.results["iterations"]["dropped"] == 0


@pytest.mark.parametrize("by_button", [True, False])
def test_what_lingers_and_what_does_not(by_button: bool, chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300, "--linger") as run, opened(chrome, run.url) as seen:
        page = seen.page
        until(page, lambda: requests_of(page) > 0)
        if by_button:
            page.evaluate("window.confirm = () => true")
            page.locator("#stop").click()
            expect(page.locator("#link")).to_have_text("the run has ended")
            with opened(chrome, run.url) as late:
                expect(late.page.locator("#verdict .word")).to_have_text("INTERRUPTED")
            assert run.process.poll() is None
        run.process.send_signal(signal.SIGTERM)
        done = run.end()
        assert done.code == 105
        assert ("the dashboard stays" in done.stderr) is by_button


def test_it_fits_a_phone_in_light_and_dark(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    pictures: dict[str, bytes] = {}
    with watched(tmp_path, mock, 300) as run:
        for scheme in ("light", "dark"):
            size: Any = {"width": 375, "height": 800}
            with opened(chrome, run.url, viewport=size, color_scheme=scheme) as seen:
                until(seen.page, lambda page=seen.page: requests_of(page) > 0)  # type: ignore[misc]
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= 375
                keep(seen.page, f"dashboard-{scheme}-375", tmp_path)
                pictures[scheme] = seen.page.locator(".top").screenshot()
                assert (seen.said, outside(seen.asked, run.url)) == ([], [])
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105
    assert pictures["light"] != pictures["dark"]


def test_marked_text_is_left_alone_until_it_is_no_more(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run:
        with opened(chrome, run.url) as seen:
            page = seen.page
            until(page, lambda: requests_of(page) > 0)
            page.evaluate("getSelection().selectAllChildren(document.querySelector('#tiles .tile .value'))")
            marked, facts = page.evaluate("String(getSelection())"), page.locator("#verdict .facts")
            before = facts.inner_text()
            until(page, lambda: facts.inner_text() != before)
            assert page.evaluate("String(getSelection())") == marked == page.locator("#tiles .value").first.inner_text()
            page.evaluate("getSelection().removeAllRanges()")
            until(page, lambda: page.locator("#tiles .value").first.inner_text() != marked)
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105


def test_tables_stay_sorted_and_filtered_while_they_change(chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    limits = f"[{', '.join(f'p({percent}) < 10s' for percent in range(50, 60))}]"
    with watched(tmp_path, mock, 300, limits=limits) as run:
        with opened(chrome, run.url) as seen:
            page = seen.page
            until(page, lambda: requests_of(page) > 0)
            table, names = page.locator("#thresholds table"), page.locator("#thresholds tbody tr:visible th")
            field = page.locator("#thresholds input[type=search]")
            field.click()
            page.keyboard.type("duration", delay=300)  # over more than one frame: no letter is lost
            expect(field).to_have_value("duration")
            expect(field).to_be_focused()
            head = table.locator("thead th").nth(1)
            for _ in range(2):
                head.locator("button").focus()
                page.keyboard.press("Enter")
            before = table.inner_text()
            until(page, lambda: table.inner_text() != before)
            assert names.all_inner_texts() == [f"http_req_duration: p({p}) < 10s" for p in range(59, 49, -1)]
            expect(head).to_have_attribute("aria-sort", "descending")
            expect(head.locator("button")).to_be_focused()
            assert "sort.thresholds=1.down" in page.url
            assert "find.thresholds=duration" in page.url
            assert (seen.said, outside(seen.asked, run.url)) == ([], [])
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(scheme: Any, chrome: Browser, mock: MockProcess, tmp_path: Path) -> None:
    with watched(tmp_path, mock, 300) as run:
        with opened(chrome, run.url, bypass_csp=True, color_scheme=scheme) as seen:
            until(seen.page, lambda: requests_of(seen.page) > 0)
            assert barriers(seen.page) == {}
        run.process.send_signal(signal.SIGTERM)
        assert run.end().code == 105


def test_the_options_need_each_other(mock: MockProcess, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.format(seconds=1))
    spec, url = tmp_path / "spec.yaml", mock.url
    for options, said in (
        (("--linger",), "--linger keeps the dashboard open, and there is none"),
        (("--dashboard", "--dry-run"), "--dashboard shows a run, and a dry run is none"),
        (("--dashboard=nowhere",), "--dashboard takes HOST:PORT, not `nowhere`"),
        (("--dashboard", "192.0.2.1:80"), "the dashboard cannot listen at 192.0.2.1:80"),
    ):
        done = run(tmp_path / "reports", spec, *options, url=url)
        assert (done.code, said in done.stderr) == (2, True), done.stderr
    done = run(tmp_path / "reports", "--dashboard", spec, url=url)
    assert done.code == 0
    assert books(done) == {"credits": 20}


def test_who_else_can_see_it_is_told(mock: MockProcess, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.format(seconds=1))
    done = run(tmp_path / "reports", tmp_path / "spec.yaml", "--dashboard", "0.0.0.0:0", "--quiet", url=mock.url)
    first, second, *_ = done.stderr.splitlines()
    assert re.fullmatch(r"dashboard: http://127\.0\.0\.1:\d+/", first)
    assert re.match(r"warning: whoever reaches 0\.0\.0\.0:\d+ can see the run", second)
