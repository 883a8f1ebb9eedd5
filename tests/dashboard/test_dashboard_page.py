"""The live page in a real browser, with sections that a test makes: what its reader did to them stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
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
