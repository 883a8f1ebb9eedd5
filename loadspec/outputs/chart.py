"""One picture for a chat: the verdict, the headline figures and how latency and throughput went."""

from __future__ import annotations

from loadspec.outputs.browser import pictured
from loadspec.report.headline import HEIGHT, WIDTH, build_headline, framed
from loadspec.results.model import RunResult


def render(result: RunResult, suffix: str = ".svg") -> str | bytes:
    """As SVG, or as PNG. Raises OutputError."""
    drawing = build_headline(result)
    return pictured(framed(drawing), WIDTH, HEIGHT) if suffix == ".png" else drawing
