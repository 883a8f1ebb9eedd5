"""The page's style sheet and script, made of the files here: what `build` puts into a page, or beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
STYLES = ("report.css", "script/uplot/uPlot.min.css", "script/view.css")
LICENCE = "script/uplot/LICENSE"
"""Of uPlot; it stands where that is."""
TABLES = ("script/view.js", "script/tables.js", "script/start.js")
"""The script of a page with tables only."""
SCRIPTS = (
    "script/uplot/uPlot.iife.min.js",
    "script/figures.js",
    "script/series.js",
    "script/axes.js",
    "script/charts.js",
    *TABLES,
)
"""That of a page with charts: uPlot, which draws them, and what is ours."""


@cache
def style_sheet() -> str:
    """The style sheet."""
    return "\n".join(_lean(_text(name), ("/*",)) if "/uplot/" not in name else _text(name) for name in STYLES)


@cache
def script(names: Sequence[str] = SCRIPTS) -> str:
    """Some files as one script, with nothing of ours in the page's global scope."""
    theirs = [f"/*!\n{_text(LICENCE)}\n*/\n{_text(name)}" for name in names if "/uplot/" in name]
    ours = [_lean(_text(name), ("//",)) for name in names if "/uplot/" not in name]
    return "\n".join([*theirs, "(() => {", '"use strict";', *ours, "})();"])


def policy(style_source: str, script_source: str = "") -> str:
    """The Content-Security-Policy of a page that asks for nothing: see `source` and `'self'`."""
    scripts = f"script-src {script_source}; " if script_source else ""
    return f"default-src 'none'; {scripts}style-src {style_source}; base-uri 'none'; form-action 'none'"


def source(text: str) -> str:
    """What names one inline text in a policy: its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").strip()


def _lean(text: str, comments: tuple[str, ...]) -> str:
    """Without the weight of comments and indentation; a comment has lines of its own, a text has one line."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(comments))
