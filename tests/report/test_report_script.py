"""The page's script in a real browser: charts that zoom and hide, tables that sort and filter, a view to pass on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_browser import played
from support_results import make_result

from loadspec.report import build
from loadspec.results.model import EndpointInfo, RunResult

LATE = "await until(() => $('.drawn'));"


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result(endpoints=[EndpointInfo(f"e{n}", "GET", f"/e/{n}") for n in range(12)])


@pytest.fixture(scope="module")
def page(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "report.html"
    path.write_text(build(result))
    return path


def column(table: str, number: int) -> str:
    return f"[...$('{table} tbody').rows].filter(r => !r.hidden).map(r => r.cells[{number}].textContent.trim())"


def test_figures_sort_from_the_greatest_then_the_other_way_then_as_they_were(
    page: Path, tmp_path: Path, result: RunResult
) -> None:
    click = "$$('#endpoints thead .sort')[8].click();"
    names = column("#endpoints", 0).replace("cells[0]", "cells[0].querySelector('b')")
    told = played(page, tmp_path, f"{HEAD} return [0, 1, 2].map(() => {{ {click} return [{names}, head()]; }});")
    p95 = [stats.endpoint for stats in sorted(result.endpoint_stats, key=lambda stats: -stats.p95)]
    assert told == [
        [p95, "descending"],
        [p95[::-1], "ascending"],
        [[stats.endpoint for stats in result.endpoint_stats], None],
    ]


HEAD = "const head = () => $$('#endpoints thead th')[8].getAttribute('aria-sort');"


def test_words_filter_rows_and_the_address_remembers(page: Path, tmp_path: Path) -> None:
    told = played(
        page,
        tmp_path,
        "const field = $('#endpoints .tools input'); field.value = 'E/1 get';"
        "field.dispatchEvent(new win.Event('input'));"
        f"return [{column('#endpoints', 1)}.length, $('#endpoints output').textContent, win.location.hash];",
    )
    assert told == [3, "3 of 12", "#?find.endpoints=E%2F1%20get"]


def test_a_view_is_restored_from_the_address(page: Path, tmp_path: Path) -> None:
    view = "#latency?zoom=10~25&hide.chart-latency=max~p50&sort.endpoints=1.up&find.endpoints=e1"
    told = played(
        page,
        tmp_path,
        f"{LATE} return [$('.stack .tools span').textContent,"
        " $$('#chart-latency [aria-pressed=false]').map(b => b.textContent.trim()),"
        " $('#endpoints [aria-sort]').textContent, $('#endpoints output').textContent, win.location.hash];",
        place=view,
    )
    assert told == ["00:10 to 00:25", ["p50", "max"], "Requests", "3 of 12", view]


def test_a_link_within_the_page_keeps_the_view(page: Path, tmp_path: Path) -> None:
    told = played(
        page,
        tmp_path,
        f"{LATE} $('.toc a[href=\"#checks\"]').click(); await until(() => win.location.hash.startsWith('#checks'));"
        "await until(() => win.location.hash.includes('?')); return win.location.hash;",
        place="#?zoom=10~25",
    )
    assert told == "#checks?zoom=10~25"


def test_charts_zoom_together_and_back(page: Path, tmp_path: Path) -> None:
    keys = "const press = key => $('#chart-latency .canvas').dispatchEvent(new win.KeyboardEvent('keydown', {key}));"
    box = "$('#chart-heatmap .plot svg').getAttribute('viewBox')"
    told = played(
        page,
        tmp_path,
        f"{LATE} {keys} press('+'); const seen = [win.location.hash, {box}];"
        f"$('.stack .tools button').click(); return [...seen, win.location.hash, {box}, $$('.drawn').length];",
    )
    assert told == ["#?zoom=17~52", "242.85714285714286 0 500 172", "", "0 0 1000 172", 2]


def test_the_cursor_tells_the_figures_of_results(page: Path, tmp_path: Path, result: RunResult) -> None:
    keys = (
        "const host = $('#chart-latency .canvas');"
        "const press = key => host.dispatchEvent(new win.KeyboardEvent('keydown', {key, bubbles: true}));"
    )
    told = played(
        page,
        tmp_path,
        f"{LATE} {keys} press('ArrowRight'); await frame(); return [$('#chart-latency [aria-live]').textContent,"
        " $('#chart-latency .tip').textContent, $('#chart-throughput .tip').textContent];",
    )
    point = result.points[35]
    assert told[0].startswith("00:35: p50 ")
    for text in told:
        assert text.startswith("00:35")
    assert f"users{point.users}" in told[2]
