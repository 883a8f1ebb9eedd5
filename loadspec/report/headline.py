"""The run as one picture: what a chat shows of it. Presentation attributes only, so that every viewer draws it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from loadspec.report import assets
from loadspec.report.axis import HEIGHT as DRAWN
from loadspec.report.axis import Chart, axis_of
from loadspec.report.build import render_part
from loadspec.report.charts import latency, throughput
from loadspec.report.sections import tiles
from loadspec.report.sections.verdict import TONES
from loadspec.report.text import visible
from loadspec.results.model import RunResult

WIDTH, HEIGHT = 1200, 630
"""Pixels: what chats show of a link's picture, too."""
_SHOWN = ("Requests", "Throughput", "Failed", "Latency p95", "Latency p99")
_LETTERS, _LINES = 104, 2
"""Of the sentence: so many letters a line, so many lines."""
_PLACES = ((262, 150), (462, 112))
"""Of the two charts: (top, height) in pixels."""


def build_headline(result: RunResult) -> str:
    """An SVG document."""
    axis = axis_of(result)
    charts = [latency(result, axis), throughput(result, axis)]
    names = {
        "title": _cut(f"{result.verdict}: {result.spec_name}", 60),
        "tone": TONES.get(result.verdict, "warn"),
        "lines": _lines(result.sentence),
        "tiles": [tile for tile in tiles.figures(result)["tiles"] if tile.label in _SHOWN],
        "charts": [_placed(chart, *place) for chart, place in zip(charts, _PLACES, strict=True)],
        "about": _cut(" · ".join(filter(None, (result.target, result.run_id, f"loadspec {result.version}"))), 130),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render_part("headline.j2", names)


def framed(drawing: str) -> str:
    """The drawing as an HTML page whose policy lets nothing in it run or load, whatever it is: for a browser."""
    style = "body{margin:0}"
    policy = assets.policy(style=assets.source(style))
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}"><style>{style}</style>'
    return f"<!doctype html>{head}{drawing}"


def _placed(chart: Chart, top: int, height: int) -> Mapping[str, Any]:
    """A chart with its place; `scale` turns its own pixels into those of the picture."""
    return {"chart": chart, "top": top, "height": height, "scale": height / DRAWN, "drawn": DRAWN}


def _lines(sentence: str) -> list[str]:
    """The sentence in lines of about equal letters, the last one cut."""
    found = wrap(visible(sentence), _LETTERS, break_long_words=True) or [""]
    return found if len(found) <= _LINES else [*found[: _LINES - 1], _cut(" ".join(found[_LINES - 1 :]), _LETTERS)]


def _cut(text: str, letters: int) -> str:
    text = " ".join(visible(text).split())
    return text if len(text) <= letters else text[: letters - 1] + "…"
