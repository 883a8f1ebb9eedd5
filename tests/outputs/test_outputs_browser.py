"""PDF and PNG by an installed Chromium, and what is said where there is none; the picture as SVG needs none."""

from __future__ import annotations

import os
import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec.structs import replace
from support_browser import chromium
from support_html import Page, read
from support_results import make_result

from loadspec import outputs
from loadspec.errors import OutputError
from loadspec.outputs import Target
from loadspec.outputs.browser import find_browser, pictured
from loadspec.report import build
from loadspec.report.headline import HEIGHT, WIDTH, build_headline, framed
from loadspec.results.model import RunResult
from loadspec.run.targets import try_targets

HOSTILE = "<script>alert(1)</script> \x1b[2J \u202e ]]> & ' \" \ud800 " + "long " * 60


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME_PATH", chromium())


@pytest.mark.parametrize(
    "result",
    [
        make_result(),
        make_result(1, points=[], thresholds=[], endpoint_stats=[], verdict="ABORTED"),
        make_result(1, spec_name=HOSTILE, sentence=HOSTILE, target=HOSTILE, run_id=HOSTILE),
    ],
    ids=["story", "nothing", "hostile"],
)
def test_the_picture_is_one_svg_without_style_and_script(result: RunResult) -> None:
    root = ET.fromstring(build_headline(result).encode())
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "desc", "rect", "text", "tspan", "path", "line", "g", "circle"}
    assert not [element for element in root.iter() if "style" in element.attrib]
    assert root.attrib["width"] == str(WIDTH)
    assert result.verdict in "".join(root.itertext())


def test_the_picture_says_what_the_report_says() -> None:
    result = make_result()
    text = build_headline(result)
    assert result.sentence in text
    assert "limit {endpoint:generate}: p(95) &lt; 800ms" in text
    assert text.count('class="line p95"') == 2


def test_a_long_sentence_is_cut_to_two_lines() -> None:
    text = build_headline(replace(make_result(1), sentence="word " * 200))
    assert text.count('font-size="19"') == 2
    assert "…" in text


@pytest.mark.usefixtures("browser")
def test_the_picture_as_png() -> None:
    data = outputs.render("chart", make_result(), suffix=".png")
    assert isinstance(data, bytes)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (2 * WIDTH, 2 * HEIGHT)


@pytest.mark.usefixtures("browser")
def test_the_report_as_pdf() -> None:
    data = outputs.render("pdf", make_result())
    assert isinstance(data, bytes)
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")


def test_what_is_printed_can_run_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """As root the browser has no sandbox, and the page shows what servers answered."""
    pages: list[str] = []
    monkeypatch.setattr("loadspec.outputs.pdf.printed", lambda page: pages.append(page) or b"")
    outputs.render("pdf", make_result())
    page = read(pages[0])
    assert page.problems == []
    assert "script" not in {tag for tag, _ in page.tags}
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    whole = words(read(build(make_result())))
    assert whole.pop("data"), "which no paper can give back"
    assert words(page) == {**whole, "": [word for word in whole[""] if word != "Data"]}, "it says what the report says"


ALIVE = (
    "<script>document.querySelector('rect').setAttribute('fill', '#000')</script>",
    "<image href=\"x\" onerror=\"document.querySelector('rect').setAttribute('fill', '#000')\"/>",
    "<style>rect { fill: #000 }</style>",
    "<svg onload=\"document.querySelector('rect').setAttribute('fill', '#000')\"></svg>",
    "</svg><script>document.body.replaceChildren()</script><svg>",
)


@pytest.mark.usefixtures("browser")
def test_nothing_in_a_picture_comes_alive() -> None:
    def drawn(what: str) -> bytes:
        return pictured(
            framed(f'<svg width="80" height="40"><rect width="80" height="40" fill="#fff"/>{what}</svg>'), 80, 40
        )

    assert drawn('<rect width="9" height="9" fill="#000"/>') != (calm := drawn(""))
    assert [what for what in ALIVE if drawn(what) != calm] == []


def test_a_picture_is_framed_by_a_policy_that_allows_its_own_style_only() -> None:
    page = read(framed(build_headline(make_result(1, spec_name=HOSTILE, sentence=HOSTILE))))
    (policy,) = [a["content"] or "" for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert re.fullmatch(r"default-src 'none'; style-src '\S+'; base-uri 'none'; form-action 'none'", policy)
    assert {tag for tag, _ in page.tags} & {"script", "image", "a", "use", "foreignobject", "iframe"} == set()


def words(page: Page) -> dict[str, list[str]]:
    return {place: text.split() for place, text in page.texts.items()}


@pytest.mark.parametrize(("name", "file"), [("pdf", "r.pdf"), ("chart", "c.png"), ("chart", "c.PNG")])
def test_no_browser_is_told_before_any_load(
    name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.delenv("CHROME_PATH", raising=False)
    with pytest.raises(OutputError, match="no Chromium is installed") as caught:
        try_targets([Target(name, str(tmp_path / file))], tmp_path / "run")
    assert "apt-get install chromium" in caught.value.hint
    try_targets([Target("chart", str(tmp_path / "c.svg"))], tmp_path / "run")
    assert os.listdir(tmp_path) == []


def test_a_browser_that_is_none() -> None:
    with pytest.raises(OutputError, match="CHROME_PATH names /nowhere, which is no program"):
        find_browser({"CHROME_PATH": "/nowhere"})


@pytest.mark.parametrize(
    ("does", "said"), [("exit 3", "made nothing: it said nothing"), ("echo no >&2", "nothing: no")]
)
def test_a_browser_that_fails(does: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chrome"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CHROME_PATH", str(program))
    with pytest.raises(OutputError, match=said):
        outputs.render("pdf", make_result(1))
