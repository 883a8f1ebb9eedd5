"""The summary on stdout when a run has ended: what it measured, where the files are, and the verdict last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from textwrap import wrap
from typing import Literal

from loadspec.results.model import RunResult
from loadspec.ui.compact import compact, labelled
from loadspec.ui.full import full
from loadspec.ui.text import Style, clean, to_ascii, truncate

Mode = Literal["compact", "full"]
MAX_LINES = 40
_FOLDERS = 3
"""Of so many folders the files are named."""
_REPORT = "report.html"

_MARKS = {"PASS": ("✓", "good"), "INTERRUPTED": ("!", "warn"), "INCONCLUSIVE": ("?", "warn")}
_FAILED = ("✗", "bad")


def summary(
    result: RunResult,
    mode: Mode,
    colour: bool,
    width: int = 100,
    ascii: bool = False,
    artifacts: Sequence[str] = (),
) -> str:
    """The summary as text that ends with a line break.

    `compact` takes at most 40 lines, each cut to `width` columns; `full` has all that k6's has and cuts nothing.
    `artifacts` are the paths of the files that were written. `ascii` keeps to ASCII, column by column.
    """
    style = Style(colour)
    files, closing = _files(artifacts, style, width if mode == "compact" else None), _verdict(result, style, width)
    if mode == "full":
        lines = _squeeze([*full(result, style), *files, "", *closing])
    else:
        room = MAX_LINES - len(files) - 1 - len(closing)
        lines = [truncate(line, width) for line in compact(result, style, width, room)] + [*files, "", *closing]
    text = "\n".join(lines) + "\n"
    return to_ascii(text) if ascii else text


def _files(artifacts: Sequence[str], style: Style, width: int | None) -> list[str]:
    """A path of each folder, whole: it is there to be copied; the report's if it is there. The others by name."""
    room = (width or 10_000) - len(labelled("files", [""], Style(False))[0])
    folders: dict[str, list[str]] = {}
    for folder, name in map(os.path.split, artifacts):
        folders.setdefault(folder, []).append(name)
    lines: list[str] = []
    for folder, names in list(folders.items())[:_FOLDERS]:
        first, *others = sorted(names, key=lambda name: name != _REPORT)
        lines.append(clean(os.path.join(folder, first)))
        if others:
            lines.append(truncate(clean(f"and beside it {', '.join(others)}"), room))
    hidden = sum(map(len, list(folders.values())[_FOLDERS:]))
    more = [f"and {hidden} more"] if hidden else []
    return ["", *labelled("files", lines + more, style)] if lines else []


def _squeeze(lines: Sequence[str]) -> list[str]:
    """Never two empty lines in a row."""
    return [line for line, above in zip(lines, ["", *lines], strict=False) if line or above]


def _verdict(result: RunResult, style: Style, width: int) -> list[str]:
    """`✗ FAIL  sentence`, on at most three lines; before it why a run ended early and what to do about it."""
    mark, paint = _MARKS.get(result.verdict, _FAILED)
    sentence = clean(result.sentence)
    spoken = sentence.removeprefix(result.verdict).lstrip(":, ") or sentence
    lead = f"{mark} {result.verdict}"
    indent = " " * (len(lead) + 2)
    before = []
    if result.failure and clean(result.failure) not in sentence:
        before.append(truncate(style(clean(result.failure), "bad"), width))
    if result.hint:
        before.append(truncate(f"{style('help:', 'head')} {clean(result.hint)}", width))
    told = wrap(spoken, max(20, width - len(indent)), max_lines=2 if before else 3, placeholder=" …") or [""]
    first, *rest = told
    return [*before, f"{style(lead, 'strong', paint)}  {first}".rstrip(), *(f"{indent}{line}" for line in rest)]
