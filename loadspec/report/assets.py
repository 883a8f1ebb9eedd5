"""The page's style sheet and script, made of the files here: what `build` puts into a page, or beside it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
STYLES = ("report.css", "script/uplot/uPlot.min.css", "script/view.css")
LICENCE = "script/uplot/LICENSE"
"""Of uPlot; it is written where that is."""
TABLES = ("script/view.js", "script/tables.js", "script/start.js")
"""The script of a page with tables only."""
SCRIPTS = (
    "script/uplot/uPlot.iife.min.js",
    "script/unpack.js",
    "script/figures.js",
    "script/series.js",
    "script/axis.js",
    "script/axes.js",
    "script/charts.js",
    "script/files.js",
    *TABLES,
)
"""That of a page with charts: uPlot, which draws them, and what is ours."""


@cache
def style_sheet() -> str:
    """The style sheet."""
    return "\n".join(_tight(_lean(_text(name), ("/*",))) if "/uplot/" not in name else _text(name) for name in STYLES)


@cache
def script(names: Sequence[str] = SCRIPTS) -> str:
    """Some files as one script, with nothing of ours in the page's global scope."""
    theirs = [f"{notice(names)}{_text(name)}" for name in names if "/uplot/" in name]
    ours = [_lean(_text(name), ("//",)) for name in names if "/uplot/" not in name]
    return "\n".join([*theirs, "(() => {", '"use strict";', *ours, "})();"])


@cache
def boot(names: Sequence[str] = SCRIPTS) -> str:
    """What unpacks those files where a page has them `packed`."""
    return notice(names) + script(("script/unpack.js", "script/boot.js"))


def notice(names: Sequence[str]) -> str:
    """The licence of what is not ours among them, as a comment."""
    return f"/*! uPlot\n{_text(LICENCE)}\n*/\n" if any("/uplot/" in name for name in names) else ""


def packed(text: str) -> str:
    """Base64 of a gzipped text (RFC 1952): small, and inert in a page whatever is in it."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def policy(**sources: str) -> str:
    """The Content-Security-Policy of a page that has nothing but these: `style`, `script`, `connect` → where from."""
    allowed = "".join(f"{name}-src {text}; " for name, text in sources.items() if text)
    return f"default-src 'none'; {allowed}base-uri 'none'; form-action 'none'"


def source(text: str) -> str:
    """What names one inline text in a policy: its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").strip()


def _lean(text: str, comments: tuple[str, ...]) -> str:
    """Without the weight of comments and indentation; a comment has lines of its own, a text has one line."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(comments))


def _tight(css: str) -> str:
    """Without the blanks around signs; no text of ours has such a sign with a blank."""
    for sign in ("{", "}", ";", ":", ","):
        css = css.replace(f"{sign} ", sign).replace(" {", "{").replace(" }", "}").replace(";}", "}")
    return css
