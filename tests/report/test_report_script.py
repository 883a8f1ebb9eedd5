"""The page's script in a real browser: charts that zoom and hide, tables that sort and filter, a view to pass on."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect
from support_browser import JENKINS, served
from support_pages import browser, opened
from support_results import make_result

from loadspec.report import build, build_folder
from loadspec.report.spectrum import EXPECTED, OTHER, of_load
from loadspec.report.text import ms
from loadspec.report.trend import build_trend
from loadspec.results.history import Entry
from loadspec.results.model import EndpointInfo, RunResult

WINDOW = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result(endpoints=[EndpointInfo(name, "GET", f"/{name}") for name in ["generate", *"abcdefghijk"]])


@pytest.fixture(scope="module")
def address(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("script") / "report.html"
    path.write_text(build(result))
    return path.as_uri()


@pytest.fixture
def page(started: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The report at the place that the test asks for, its charts drawn; it says nothing and asks for nothing."""
    with opened(started, address + getattr(request, "param", ""), viewport=WINDOW) as seen:
        seen.page.wait_for_selector("figure.drawn")
        yield seen.page
        assert (seen.said, seen.asked) == ([], [])


def fragment(page: Page) -> str:
    return page.url.partition("#")[2]


def names(page: Page) -> list[str]:
    return page.locator("#endpoints tbody tr:visible th b").all_inner_texts()


def test_figures_sort_from_the_greatest_then_the_other_way_then_as_they_were(page: Page, result: RunResult) -> None:
    head = page.locator("#endpoints thead th", has_text="p99").first
    slowest = [row.endpoint for row in sorted(result.endpoint_stats, key=lambda row: -row.p99)]
    for shown, order, sort in (
        (slowest, "descending", "?sort.endpoints=9.down"),
        (slowest[::-1], "ascending", "?sort.endpoints=9.up"),
        ([row.endpoint for row in result.endpoint_stats], None, ""),
    ):
        head.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert names(page) == shown
        assert head.get_attribute("aria-sort") == order
        assert fragment(page) == sort


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1m10s", 70_000), ("12 345", 12345), ("\u22123.8%", -3.8), ("01:02:03", 3723), ("< 800ms", 800)),
        *(("2.2 MB", 2_200_000), ("246.87\u00b5s", 0.24687), ("1 024 of 4 096", 1024), ("\u2212>9999%", -9999)),
        *(
            ("\u2212\u221e", float("-inf")),
            ("+\u221e", float("inf")),
            ("5.97/s", 5.97),
            ("no samples", None),
            ("\u2013", None),
        ),
    ],
)
def test_figures_are_read_as_they_are_written(text: str, value: float | None, page: Page) -> None:
    order = page.evaluate(
        """([text, values]) => {
            const body = document.querySelector("#endpoints tbody");
            [...body.rows].forEach((row, at) => {
                row.cells[1].textContent = values[at] ?? "\u2013";
                row.cells[0].id = at;
            });
            body.rows[0].cells[1].textContent = text;
            document.querySelectorAll("#endpoints .sort")[1].click();
            return [...body.rows].map((row) => row.cells[0].id);
        }""",
        [text, [None, *(["-20000", "99999999999"] if value is None else _around(value))]],
    )
    expected = {None: ["2", "1", "0"], float("inf"): ["0", "1", "2"]}
    assert order[:3] == expected.get(value, ["2", "0", "1"])


def _around(value: float) -> list[str | None]:
    """A bit less and a bit more."""
    if abs(value) == float("inf"):
        return [None, "\u22129999999"] if value < 0 else ["9999999", None]
    gap = max(abs(value) * 1e-3, 1e-6)
    return [f"{value - gap:.9f}".replace("-", "\u2212"), f"{value + gap:.9f}".replace("-", "\u2212")]


def test_words_filter_rows(page: Page) -> None:
    field = page.get_by_role("searchbox", name="Filter: Endpoints")
    field.fill("GET /b")
    assert names(page) == ["b"]
    assert page.locator("#endpoints output").inner_text() == "1 of 12"
    assert fragment(page) == "?find.endpoints=GET%20%2Fb"
    field.fill("")
    assert len(names(page)) == 12
    assert fragment(page) == ""


VIEW = "latency?zoom=10~25&hide.chart-latency=max~p50&sort.endpoints=1.up&find.endpoints=e"


@pytest.mark.parametrize("page", ["#" + VIEW.replace("latency?", "timeline?")], indirect=True)
def test_a_view_is_restored_from_the_address(page: Page) -> None:
    assert page.locator("#timeline .tools span").inner_text() == "00:10 to 00:25"
    assert page.locator("#chart-latency [aria-pressed=false]").all_inner_texts() == ["p50", "max"]
    assert page.locator("#endpoints [aria-sort=ascending]").inner_text() == "Requests"
    assert page.locator("#endpoints output").inner_text().endswith(" of 12")
    expect(page.locator("#timeline h2")).to_be_in_viewport()
    page.evaluate("location.hash = '#checks'")
    page.wait_for_function("location.hash.startsWith('#checks?zoom=10~25&')")
    page.evaluate("location.hash = '#?zoom=30~40'")
    page.wait_for_function("document.querySelector('#timeline .tools span').textContent === '00:30 to 00:40'")
    assert page.locator("#chart-latency [aria-pressed=false]").count() == 0
    assert len(names(page)) == 12


def test_a_drag_zooms_all_charts_and_a_second_click_shows_the_whole(page: Page) -> None:
    over = page.locator("#chart-latency .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_function("location.hash.includes('zoom')")
    begin, end = map(float, fragment(page).removeprefix("?zoom=").split("~"))
    assert (begin, end) == (pytest.approx(17.5, abs=0.3), pytest.approx(35, abs=0.3))
    heat = page.locator("#chart-heatmap .plot > svg")
    left, _, width, _ = map(float, (heat.get_attribute("viewBox") or "").split())
    assert (left, width) == (pytest.approx(begin / 0.07, abs=2), pytest.approx((end - begin) / 0.07, abs=4))
    assert page.locator("#chart-heatmap .ticks.x text").first.text_content() == "00:20"
    over.dblclick(position={"x": 300, "y": 60})
    assert fragment(page) == ""
    assert heat.get_attribute("viewBox") == "0 0 1000 172"


def test_the_cursor_tells_the_figures_of_results_in_all_charts(page: Page, result: RunResult) -> None:
    page.locator("#chart-latency .canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#chart-throughput .tip:not([hidden])")
    point = result.points[35]
    figures = [f"{name} {ms(round(getattr(point, name), 3))}" for name in ("p50", "p90", "p95", "p99", "max")]
    assert page.locator("#chart-latency [aria-live]").inner_text() == f"00:35: {', '.join(figures)}"
    assert page.locator("#chart-latency .tip").inner_text().split() == f"00:35 {' '.join(figures)}".split()
    told = page.locator("#chart-throughput .tip").inner_text().split()
    assert told[:4] == ["00:35", "requests/s", f"{point.requests}/s", "users"]
    assert "hub lag p99" in page.locator("#chart-lateness .tip").inner_text()
    page.keyboard.press("+")
    assert "zoom=" in fragment(page)
    page.keyboard.press("Escape")
    assert fragment(page) == ""


def test_a_click_in_the_key_hides_a_line(page: Page) -> None:
    def pictured() -> bytes:
        page.mouse.move(0, 0)
        return page.locator("#chart-latency .canvas").screenshot()

    before = pictured()
    page.locator("#chart-latency .key button", has_text="p99").click()
    assert fragment(page) == "?hide.chart-latency=p99"
    hidden = pictured()
    page.locator("#chart-latency .key button", has_text="p99").click()
    assert pictured() == before != hidden
    assert fragment(page) == ""


def cursor(page: Page, chart: str, *keys: str) -> str:
    """What a chart says where its cursor is."""
    page.locator(f"{chart} .canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    return page.locator(f"{chart} .tip").inner_text().replace("\n", " ")


def test_the_spectrum_tells_its_percentiles_and_zooms_by_itself(page: Page, result: RunResult) -> None:
    spectrum = of_load(result)
    places, columns = spectrum.columns()
    at = bisect_left(places, (max(places) / 2)) + 1
    told = cursor(page, "#chart-spectrum", "Home", *["ArrowRight"])
    assert "all requests" in told
    page.locator("#chart-spectrum .canvas").focus()
    while "the slowest" not in told:
        told = cursor(page, "#chart-spectrum", "Shift+ArrowRight")
    assert told.split()[2:] == ["all", "requests", ms(columns[0][-1])]
    assert at < len(places)
    page.keyboard.press("+")
    assert re.fullmatch(r"\?zoom\.chart-spectrum=[\d.]+~[\d.]+", fragment(page))
    row = page.locator("#chart-spectrum .tools")
    assert re.fullmatch(r"[\d.]+% to [\d.]+%", row.locator("span").inner_text())
    assert page.locator("#timeline .tools span").inner_text().startswith("Drag across")
    row.get_by_role("button", name="Show the whole").click()
    assert fragment(page) == ""
    assert not row.is_visible()


def test_the_spectrum_of_an_endpoint_is_drawn_when_it_is_unfolded(page: Page, result: RunResult) -> None:
    number = next(i for i, row in enumerate(result.endpoint_stats) if row.failed)
    chart = page.locator(f"#chart-spectrum-{number}")
    assert page.locator(f"#chart-spectrum-{number}.drawn").count() == 0
    page.locator("#each_endpoint summary").nth(number).click()
    expect(chart).to_have_class(re.compile("drawn"))
    width = chart.locator("canvas").bounding_box()["width"]  # type: ignore[index]
    assert width == pytest.approx(chart.bounding_box()["width"], abs=2)  # type: ignore[index]
    assert chart.locator(".key button").all_inner_texts() == [EXPECTED, OTHER]
    told = cursor(page, f"#chart-spectrum-{number}", "ArrowLeft")
    assert re.match(r"[\d.]+% expected answers [\d.]+m?s", told)


def test_failures_are_told_apart_without_colour(started: Browser, tmp_path: Path) -> None:
    points = [replace(p, failed=28, errors={f"class {i}": 9 - i for i in range(8)}) for p in make_result().points]
    path = tmp_path / "report.html"
    path.write_text(build(make_result(points=points, thresholds=[])))
    grey = ".bars.fail0, pattern .bars { fill: #777 !important }"
    with opened(started, path.as_uri(), viewport=WINDOW, bypass_csp=True) as seen:
        seen.page.wait_for_selector("figure.drawn")
        seen.page.add_style_tag(content=grey)
        swatches = seen.page.locator("#chart-failures .key .swatch")
        assert len({swatch.screenshot() for swatch in swatches.all()}) == 7 == swatches.count()
        canvas = seen.page.locator("#chart-failures .canvas")
        seen.page.evaluate("dispatchEvent(new Event('dppxchange'))")
        drawn = canvas.screenshot()
        seen.page.add_style_tag(content=".hatch { stroke: #777 !important }")
        seen.page.evaluate("dispatchEvent(new Event('dppxchange'))")
        assert canvas.screenshot() != drawn, "its bars are hatched, too"


def saved(page: Page, name: str) -> bytes:
    """What a click on this name saves."""
    with page.expect_download() as caught:
        page.locator("#data").get_by_text(name, exact=True).click()
    path = caught.value.path()
    assert path is not None
    return path.read_bytes()


def test_the_figures_are_saved_from_the_page(page: Page, result: RunResult) -> None:
    data = json.loads(gzip.decompress(saved(page, "The figures of this page")))
    assert data["run"]["run_id"] == result.run_id
    points, endpoints, generator = (
        [*csv.DictReader(io.StringIO(saved(page, f"{name}.csv").decode()))]
        for name in ("points", "endpoints", "generator")
    )
    assert [int(row["requests"]) for row in points] == [p.requests for p in result.points]
    assert sum(int(row["errors status 503"]) for row in points) == sum(
        p.errors.get("status 503", 0) for p in result.points
    )
    assert [row["endpoint"] for row in endpoints] == [row.endpoint for row in result.endpoint_stats]
    assert [float(row["p95_ms"]) for row in endpoints] == data_of(data["endpoints"], "p95_ms")
    assert [float(row["at_s"]) for row in generator] == data["generator"]["at_s"]


def data_of(rows: list[Any], name: str) -> list[Any]:
    return [row[name] for row in rows]


def test_the_figures_are_saved_without_a_script_too(started: Browser, address: str) -> None:
    with opened(started, address, viewport=WINDOW, java_script_enabled=False) as seen:
        assert json.loads(gzip.decompress(saved(seen.page, "The figures of this page")))["points"]["requests"]
        assert seen.page.locator("#data button").count() == 0


def test_paper_has_the_pictures(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator("#chart-latency svg.plot").is_visible()
    assert page.locator(".canvas:visible, .tools:visible").count() == 0


def test_a_folder_works_beside_its_files_and_reads_under_jenkins_policy(started: Browser, tmp_path: Path) -> None:
    for name, text in build_folder(make_result()).items():
        (tmp_path / name).write_text(text)
    with opened(started, (tmp_path / "report.html").as_uri(), viewport=WINDOW) as seen:
        seen.page.wait_for_selector("figure.drawn")
        assert seen.said == []
    with served(tmp_path, JENKINS) as url, opened(started, f"{url}/report.html", viewport=WINDOW) as seen:
        assert seen.page.locator("figure.drawn").count() == 0
        assert seen.page.locator("#chart-latency svg.plot").is_visible()
        colour = seen.page.evaluate("getComputedStyle(document.querySelector('.verdict .word')).color")
        assert colour == "rgb(196, 48, 43)"
        assert [text for text in seen.said if "script" not in text.lower()] == []


@pytest.mark.parametrize("seconds", [1, 0.4])
def test_the_shortest_load_is_drawn_too(seconds: float, started: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(build(make_result(1, duration=seconds)))
    with opened(started, path.as_uri(), viewport=WINDOW) as seen:
        seen.page.wait_for_selector("figure.drawn")
        assert seen.said == []


def test_the_page_of_a_history_sorts_too(started: Browser, tmp_path: Path) -> None:
    first = Entry(
        tmp_path, "one", datetime(2026, 4, 12, tzinfo=UTC), "s", requests=5, rate=1.0, p50=1.0, p95=9.0, p99=9.0
    )
    second = replace(first, run_id="two", started_at=datetime(2026, 4, 13, tzinfo=UTC), p95=2.0)
    path = tmp_path / "trend.html"
    path.write_text(build_trend([first, second], tmp_path))
    with opened(started, path.as_uri(), viewport=WINDOW) as seen:
        seen.page.get_by_role("button", name="p95", exact=True).click()
        assert seen.page.locator("tbody .sub").all_inner_texts() == ["one", "two"]
        assert (seen.said, seen.asked) == ([], [])


NONSENSE = (
    "#?zoom=a~b&sort.endpoints=99.down&hide.chart-latency=%3Cscript%3E",
    "#?zoom=60~10&sort.endpoints=-1.up&sort.endpoints=1.sideways&find.endpoints=%FF%",
    "#?zoom=1e99~1e99&zoom=-5~NaN&__proto__=x&hide.chart-latency=__proto__~constructor",
    "#nowhere?x",
)


@pytest.mark.parametrize("page", NONSENSE, indirect=True)
def test_an_address_that_makes_no_sense_shows_the_whole(page: Page) -> None:
    assert page.locator("#timeline .tools span").inner_text().startswith("Drag across a chart")
    assert page.locator("[aria-sort], [aria-pressed=false]").count() == 0
