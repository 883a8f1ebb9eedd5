"""The live page in a real browser, with sections that a test makes: what its reader did to them stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support_dashboard import PATIENCE, Shown, shown
from support_pages import browser, opened

TALL = "<br>".join("line" for _ in range(200))


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE * 1000)
    with browser() as started:
        yield started


class Watched:
    """A dashboard whose errors are what the test says, and a page that shows them."""

    def __init__(self, live: Shown, page: Page, parts: dict[str, str]) -> None:
        self.live, self.page, self._parts = live, page, parts
        self.errors = page.locator('[data-part="errors"]')

    def show(self, html: str) -> None:
        """Send it, and wait until the page has taken something that came with it."""
        self.send(html)
        expect(self.page.locator('[data-part="events"]')).to_have_text(self._parts["events"])

    def send(self, html: str) -> None:
        self._parts.update(errors=html, events=self._parts["events"] + ".")
        self.live.take({"is": "note", "text": "something is new"})


@pytest.fixture
def watched(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    parts = {"errors": "", "events": ""}
    monkeypatch.setattr("loadspec.dashboard.board.live_parts", lambda *_: dict(parts))
    monkeypatch.setattr("loadspec.dashboard.board._EVERY", 0.05)
    with shown() as live:
        live.second(1)
        with opened(chrome, f"http://{live.host}/") as seen:
            yield Watched(live, seen.page, parts)
            assert seen.said == []


def entry(count: int, name: str) -> str:
    what = f'<span class="count">{count}</span><span class="what"><b>{name}</b> in {count} endpoints</span>'
    inside = "<details><summary>Answer</summary>it</details>"
    pre = f"<pre>{TALL}</pre>"
    return f'<details class="entry"><summary>{what}</summary>{pre}{inside}</details>'


def test_what_is_open_stays_open_where_another_entry_overtakes_it(watched: Watched) -> None:
    watched.show(entry(5, "timeouts") + entry(3, "resets"))
    resets = watched.page.locator(".entry", has_text="resets")
    resets.locator("summary").first.click()
    resets.locator("details summary").click()
    resets.locator("pre").evaluate("one => { one.scrollTop = 40; }")
    watched.show(entry(9, "resets") + entry(6, "timeouts") + entry(1, "new"))
    opened = watched.page.locator("details").evaluate_all("all => all.map((one) => one.open)")
    assert opened == [True, True, False, False, False, False]
    assert watched.page.locator("pre").evaluate_all("all => all.map((one) => one.scrollTop)") == [40, 0, 0]
    expect(resets.locator("details summary")).to_be_focused()


def test_entries_that_say_the_same_are_told_apart_by_their_order(watched: Watched) -> None:
    watched.show(entry(5, "same") + entry(3, "same"))
    watched.page.locator(".entry > summary").nth(1).click()
    watched.show(entry(6, "same") + entry(4, "same"))
    assert watched.page.locator(".entry").evaluate_all("all => all.map((one) => one.open)") == [False, True]


def test_what_came_last_is_shown_when_the_mark_is_lifted(watched: Watched) -> None:
    """Nothing comes after the run's end that could bring it."""
    watched.show("<p>RUNNING</p>")
    watched.page.evaluate("""getSelection().selectAllChildren(document.querySelector('[data-part="errors"]'))""")
    watched.send("<p>PASS</p>")
    watched.live.finish()
    expect(watched.page.locator("#link")).to_have_text("the run has ended")
    expect(watched.errors).to_have_text("RUNNING")
    watched.page.evaluate("getSelection().removeAllRanges()")
    expect(watched.errors).to_have_text("PASS")


def test_a_page_that_cannot_go_on_says_why_and_can_end_the_run(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadspec.dashboard.board.live_parts", lambda *_: 1 / 0)
    with shown() as live:
        live.second(1)
        with opened(chrome, f"http://{live.host}/") as seen:
            link = seen.page.locator("#link")
            said = "this page is out of order, the run is not: ZeroDivisionError: division by zero"
            expect(link).to_have_text(said)
            seen.page.wait_for_timeout(1500)  # it would have tried again after a second
            expect(link).to_have_text(said)
            assert len([url for url in seen.asked if url.endswith("/events")]) == 1
            seen.page.evaluate("window.confirm = () => true")
            with seen.page.expect_response("**/stop"):
                seen.page.locator("#stop").click()
            expect(seen.page.locator("#stop")).to_be_disabled()
            assert live.asked == 1


AWAY = "Object.defineProperty(document, 'hidden', { get: () => window.away ?? false })"
"""Without a window each page is in sight; here a test says which are."""


@contextmanager
def windows(chrome: Browser) -> Iterator[BrowserContext]:
    """Of one browser, which opens six connections to a host; what is asked is confirmed."""
    context = chrome.new_context()
    context.add_init_script(f"{AWAY}; window.confirm = () => true")
    try:
        yield context
    finally:
        context.close()


def come(context: BrowserContext, live: Shown) -> Page:
    page = context.new_page()
    page.goto(f"http://{live.host}/")
    expect(page.locator("#link")).to_have_text("live")
    return page


def sight(page: Page, away: bool) -> None:
    page.evaluate("(away) => { window.away = away; document.dispatchEvent(new Event('visibilitychange')); }", away)


def test_the_run_can_be_ended_from_the_one_of_many_windows_that_is_in_sight(chrome: Browser) -> None:
    with shown() as live, windows(chrome) as context:
        live.second(1)
        pages = []
        for _ in range(7):
            for page in pages[-1:]:
                sight(page, away=True)
            pages.append(come(context, live))
        for page in pages[:-1]:
            expect(page.locator("#link")).to_have_text("paused out of sight")
        pages[-1].locator("#stop").click()
        expect(pages[-1].locator("#link")).to_have_text("stopping")
        assert live.asked == 1
        sight(pages[-1], away=True)
        sight(pages[0], away=False)
        expect(pages[0].locator("#link")).to_have_text("live")
        expect(pages[-1].locator("#link")).to_have_text("paused out of sight")
        live.finish()
        expect(pages[0].locator("#link")).to_have_text("the run has ended")


def test_a_window_that_is_alone_follows_the_run_out_of_sight(chrome: Browser) -> None:
    with shown() as live, windows(chrome) as context:
        live.second(1)
        page = come(context, live)
        sight(page, away=True)
        live.second(2)
        live.finish()
        expect(page.locator("#link")).to_have_text("the run has ended")


def test_the_run_can_be_ended_where_all_connections_of_the_browser_listen(chrome: Browser) -> None:
    with shown() as live, windows(chrome) as context:
        live.second(1)
        last = [come(context, live) for _ in range(6)][-1]
        last.locator("#stop").click()
        expect(last.locator("#link")).to_have_text("stopping")
        expect(last.locator("#stop")).to_be_disabled()
        assert live.asked == 1


def test_an_order_to_stop_that_nobody_answers_is_told_until_one_is(chrome: Browser) -> None:
    with shown() as live, windows(chrome) as context:
        live.second(1)
        page = come(context, live)
        page.route("**/stop", lambda _: None)
        page.locator("#stop").click()
        link = page.locator("#link")
        expect(link).to_have_text("asked to stop, no answer: ask again")
        live.take({"is": "note", "text": "something is new"})
        expect(page.locator('[data-part="events"]')).to_contain_text("something is new")
        expect(link).to_have_text("asked to stop, no answer: ask again")
        page.unroute_all(behavior="ignoreErrors")
        page.locator("#stop").click()
        expect(link).to_have_text("stopping")
        assert live.asked == 1
