"""The report as people open it: wide and narrow, light and dark, on paper, without scripts, under Jenkins' policy."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from support_browser import JENKINS, served
from support_hostile import NAMES, TEXTS, poisoned
from support_pages import barriers, browser, keep, opened
from support_results import make_result

from loadspec.report import build

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 800}
VIEWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True},
    "narrow-dark": {"viewport": NARROW, "color_scheme": "dark"},
    "without-scripts": {"viewport": WIDE, "java_script_enabled": False},
    "paper": {"viewport": {"width": 794, "height": 1123}, "print_media": True},
}


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(build(make_result()))
    return path


@pytest.mark.parametrize("name", VIEWS)
def test_it_is_quiet_and_fits(name: str, report: Path, started: Browser, tmp_path: Path) -> None:
    with opened(started, report.as_uri(), **VIEWS[name]) as seen:
        keep(seen.page, f"report-{name}", tmp_path)
        assert (seen.said, seen.asked) == ([], [])
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        assert width <= VIEWS[name]["viewport"]["width"]


def test_it_reads_under_jenkins_policy(report: Path, started: Browser, tmp_path: Path) -> None:
    """No script, no inline style: the words and the pictures are there all the same."""
    with served(report.parent, JENKINS) as url, opened(started, f"{url}/{report.name}", viewport=WIDE) as seen:
        keep(seen.page, "report-jenkins", tmp_path)
        assert [address for address in seen.asked if not address.endswith("favicon.ico")] == []
        assert "FAIL" in seen.page.locator("#verdict").inner_text()
        assert seen.page.locator("#chart-latency svg.plot path").count() > 3
        blocked = ("Content Security Policy", "Blocked script execution")
        assert all(any(word in text for word in blocked) for text in seen.said), seen.said


def test_paper_shows_what_is_folded(report: Path, started: Browser) -> None:
    with opened(started, report.as_uri(), **VIEWS["paper"]) as seen:
        folded = seen.page.locator("details.class")
        assert folded.count() > 4
        for text in ("provider unavailable", "loadspec: 1", "other answers"):
            inside = folded.locator(f"text={text}").first
            assert inside.bounding_box()["height"] > 0, text  # type: ignore[index]
        assert len(seen.page.pdf()) > 20_000
        assert not seen.page.locator("nav.toc").is_visible()


def focused(page: Page) -> str:
    """What the keyboard is at."""
    found: str = page.evaluate(
        "(() => {const e = document.activeElement, b = e.getBoundingClientRect(), s = getComputedStyle(e);"
        "return [e.tagName, e.className, b.width > 0, s.outlineStyle].join(' ')})()"
    )
    return found


def test_the_keyboard_reaches_everything_and_shows_where_it_is(report: Path, started: Browser) -> None:
    with opened(started, report.as_uri(), viewport=WIDE) as seen:
        page = seen.page
        page.wait_for_selector("figure.drawn")
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], summary, button, input, [tabindex=\"0\"]')]"
            ".filter(e => e.checkVisibility()).length"
        )
        reached = []
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            reached.append(focused(page))
        assert len(reached) == wanted > 30
        assert [place for place in reached if "true" not in place or place.endswith("none")] == []
        first = page.locator("#errors summary").first
        first.focus()
        page.keyboard.press("Enter")
        assert page.locator("#errors details[open] pre").first.is_visible()


@pytest.mark.parametrize("view", ["wide", "wide-dark", "narrow"])
@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
def test_axe_finds_nothing_serious(view: str, unfolded: bool, report: Path, started: Browser) -> None:
    with opened(started, report.as_uri(), bypass_csp=True, **VIEWS[view]) as seen:
        if unfolded:
            seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert barriers(seen.page) == {}


def harmless(written: str) -> None:
    """No cell of a CSV file is a formula or holds what cannot be seen, and each of its lines is a row."""
    rows = [*csv.reader(io.StringIO(written))]
    assert len(rows) == written.count("\r\n") > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", cell)


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_hostile_text_stays_text(text: str, started: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(build(poisoned(text)))
    with opened(started, path.as_uri(), viewport=NARROW) as seen:
        page = seen.page
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for element in page.locator("summary, a, [tabindex]").all()[:20]:
            element.dispatch_event("mouseover")
        for name in ("points.csv", "endpoints.csv"):
            with page.expect_download() as caught:
                page.get_by_role("button", name=name, exact=True).click()
            harmless(caught.value.path().read_bytes().decode())
        seen.asked[:] = [url for url in seen.asked if not url.startswith("blob:")]
        assert (seen.said, seen.asked) == ([], [])
        assert page.evaluate("window.owned") is None
        assert page.title().endswith("· loadspec")
        assert page.locator("img, iframe, object, form, link, base, animate").count() == 0
        assert page.locator("h1").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
