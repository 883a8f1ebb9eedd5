"""The report in a real browser: it stands alone, says nothing, fits any window, and runs nothing hostile."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from support_browser import JENKINS, picture, scroll_width, served, visit
from support_results import make_result

from loadspec.report import build
from loadspec.report.trend import build_trend
from loadspec.results.history import Entry

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(build(make_result()))
    return path


def test_it_stands_alone(page: Path, tmp_path: Path) -> None:
    shown = visit(page, tmp_path)
    assert shown.console == []
    assert shown.asked == []
    assert "FAIL" in shown.dom
    assert shown.dom.count("<svg") >= 3


def test_it_reads_under_jenkins_policy(page: Path, tmp_path: Path) -> None:
    (page.parent / "nothing.html").write_text("<!doctype html>")
    with served(page.parent, JENKINS) as url:
        report, nothing = (picture(f"{url}/{name}", tmp_path) for name in (page.name, "nothing.html"))
    assert len(report) > 5 * len(nothing)


def test_dark_is_another_picture(page: Path, tmp_path: Path) -> None:
    dark, light = (picture(page.as_uri(), tmp_path, f"--blink-settings=preferredColorScheme={n}") for n in (0, 1))
    assert dark != light


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_it_fits_the_window(page: Path, tmp_path: Path, width: int) -> None:
    assert scroll_width(page, tmp_path, width) <= width


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    result = make_result()
    errors = [replace(error, message=HOSTILE, sample={"response": HOSTILE}) for error in result.errors]
    path = tmp_path / "report.html"
    path.write_text(build(replace(result, errors=errors, spec_name=HOSTILE, sentence=HOSTILE)))
    shown = visit(path, tmp_path)
    assert shown.console == []
    assert shown.asked == []
    assert "<title>owned" not in shown.dom
    assert "<img" not in shown.dom


def test_the_trend_page_stands_alone_and_fits_too(tmp_path: Path) -> None:
    entry = Entry(tmp_path, "one", datetime(2026, 4, 12, tzinfo=UTC), HOSTILE, requests=5, rate=1.0, failed=0.1)
    later = replace(entry, run_id="two", started_at=datetime(2026, 4, 13, tzinfo=UTC), p50=1.0, p95=2.0, p99=3.0)
    path = tmp_path / "trend.html"
    path.write_text(build_trend([entry, later], tmp_path))
    shown = visit(path, tmp_path)
    assert (shown.console, shown.asked) == ([], [])
    assert "<title>owned" not in shown.dom
    assert "<img" not in shown.dom
    assert shown.dom.count("<figure") == 3
    for width in (375, 1440):
        assert scroll_width(path, tmp_path, width) <= width
