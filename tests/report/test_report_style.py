"""The style sheet: contrast in both schemes, and every colour of a chart in attributes and in the sheet alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support_results import make_result

import loadspec.report
from loadspec.report.axis import Axis, Chart, axis_of
from loadspec.report.charts import CLASSES, latency, throughput
from loadspec.report.lateness import lateness
from loadspec.report.spectrum import chart, of_load
from loadspec.results.model import RunResult

FOLDER = Path(loadspec.report.__file__).parent
CSS = (FOLDER / "report.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--(\w[\w-]*): (#\w+);", block)) for block in re.findall(r":root \{(.*?)\n *\}", CSS, re.S)[:2]
)
TEXTS = [
    *[(ink, surface) for ink in ("ink", "soft", "bad") for surface in ("card", "page", "sunk")],
    *[("good", "card"), ("warn", "card"), ("accent", "card"), ("ink", "warn-tint"), ("sign", "good"), ("sign", "bad")],
    *[(tone, f"{tone}-tint") for tone in ("good", "bad", "warn")],
]
SHAPES = ("blue", "teal", "violet", "rust", "grey", "yellow", "pink", "sky", "sea", "good", "bad")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXTS)
def test_texts_can_be_read(scheme: dict[str, str], text: str, surface: str) -> None:
    assert contrast(scheme[text], scheme[surface]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_can_be_seen(scheme: dict[str, str], shape: str) -> None:
    assert contrast(scheme[shape], scheme["card"]) >= 3


def test_colours_in_attributes_are_the_light_scheme() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.j2"))
    assert set(re.findall(r"#[0-9a-f]{6}\b", templates)) <= set(LIGHT.values())


INKS = {
    name: (float(width), dash)
    for name, width, dash in re.findall(
        r'"(\w+)": \("#[0-9a-f]{6}", ([\d.]+), "([\d ]*)"\)', (FOLDER / "charts.j2").read_text(encoding="utf-8")
    )
}
HATCHES = dict(re.findall(r'"(fail\d)": "([^"]+)"', (FOLDER / "charts.j2").read_text(encoding="utf-8")))


@pytest.mark.parametrize("make", [throughput, latency, lateness, lambda result, _: chart(of_load(result))])
def test_lines_are_told_apart_without_colour(make: Callable[[RunResult, Axis], Chart]) -> None:
    """By their dashes; the users' steps stand on an area."""
    result = make_result()
    styles = [style for _, style in make(result, axis_of(result)).key if style != "users"]
    assert len({INKS[style][1] for style in styles}) == len(styles) > 1
    assert len({INKS[style][1] for style in ("rate", "due", "planned")}) == 3, "which a mixed load has all"


def test_bars_are_told_apart_without_colour() -> None:
    bars = [name for name in INKS if name.startswith("fail")]
    assert len(bars) == CLASSES + 1
    assert len({HATCHES.get(name) for name in bars}) == len(bars), "one is plain"


def test_every_variable_that_is_used_is_set() -> None:
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= set(re.findall(r"--([\w-]+):", CSS))
    assert set(DARK) <= set(LIGHT)
