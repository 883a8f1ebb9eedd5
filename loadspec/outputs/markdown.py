"""A summary in Markdown: what GitHub shows of a job's step, and of any file that ends in .md.

Text from servers and specs is escaped letter by letter: nothing in it is Markdown, HTML, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loadspec.report.text import clock, count, ms, per_second, percent, size, visible
from loadspec.report.thresholds import Row, threshold_rows
from loadspec.results.model import RunResult

LARGEST = 900_000
"""Bytes of a step's summary: above 1 MiB GitHub shows none of it."""

_SIGNS: Mapping[str, str] = {"PASS": "✅", "FAIL": "❌", "INCONCLUSIVE": "⚠️", "INVALID": "⚠️"}
_STATES: Mapping[str, str] = {"pass": "✅", "fail": "❌"}
_ROWS = 10
_LONGEST = 500
_MARKUP = re.compile(r"""[^\w\s.,:;%/+=?!'"()–−…-]|_|://|:(?=:)|(?i:(?<=www)\.)|!(?=\[)""")


def render(result: RunResult) -> str:
    """The Markdown, at most `LARGEST` bytes."""
    parts = [*_top(result), *_details(result)]
    while len(text := "\n".join(parts) + "\n") and len(text.encode("utf-8", "replace")) > LARGEST and len(parts) > 1:
        parts.pop()
    return text


def verdict_line(result: RunResult) -> str:
    """All that is said where there is no more room."""
    return f"{_sign(result)} **{result.verdict}** {_text(result.spec_name)}: {_text(result.sentence)}\n"


def _top(result: RunResult) -> Iterator[str]:
    """What everyone wants to know."""
    yield f"## {_sign(result)} {result.verdict}: {_text(result.spec_name)}\n"
    yield f"{_text(result.sentence)}\n"
    if result.limited:
        yield f"⚠️ {_text(result.limited)}\n"
    rows = threshold_rows(result.thresholds)
    if rows:
        yield _table(("", "threshold", "actual", "limit", "margin"), map(_threshold, rows[:_ROWS]))
    if len(rows) > _ROWS:
        yield f"and {len(rows) - _ROWS} more\n"
    endpoints = [
        (
            row.endpoint,
            count(row.requests),
            per_second(row.rate),
            count(row.failed),
            ms(row.med),
            ms(row.p95),
            ms(row.p99),
        )
        for row in result.endpoint_stats
    ]
    if endpoints:
        heads = ("endpoint", "requests", "per second", "failed", "median", "p95", "p99")
        yield _table(heads, endpoints[: 2 * _ROWS])
    if len(endpoints) > 2 * _ROWS:
        yield f"and {len(endpoints) - 2 * _ROWS} more\n"


def _sign(result: RunResult) -> str:
    return _SIGNS.get(result.verdict, "⛔")


def _threshold(row: Row) -> Sequence[str]:
    return _STATES.get(row.status, "⚠️"), row.title, row.actual, row.limit, row.distance


def _details(result: RunResult) -> Iterator[str]:
    """What one opens."""
    errors = sorted(result.errors, key=lambda error: -error.count)[:_ROWS]
    if errors:
        rows = [
            (count(error.count), error.endpoint, error.kind, str(error.status or ""), clock(error.first), error.message)
            for error in errors
        ]
        yield _folded("Errors", _table(("count", "endpoint", "kind", "status", "first", "message"), rows))
    failed = [check for check in result.checks if check.fails]
    if failed:
        shares = [
            (check.endpoint, check.name, count(check.fails), percent(check.fails / (check.passes + check.fails)))
            for check in failed[: 2 * _ROWS]
        ]
        yield _folded("Failed checks", _table(("endpoint", "check", "failed", "share"), shares))
    if result.warnings:
        yield _folded("Warnings", "".join(f"- {_text(text)}\n" for text in list(result.warnings)[: 2 * _ROWS]))
    about = {
        "run": result.run_id,
        "started": result.started_at,
        "load took": f"{result.duration:.1f}s",
        "target": result.target,
        "profile": result.profile or "",
        "seed": str(result.seed),
        "command": result.command,
        "received": size(result.stores["load"].total("data_received")),
        **result.environment,
    }
    yield _folded("About", _table(("", ""), [(name, text) for name, text in about.items() if text]))


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n</details>\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([_text(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(text: str) -> str:
    """A text that is nothing but text, in one line, cut to size."""
    plain = " ".join(visible(text).split())
    plain = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return _MARKUP.sub(lambda found: "".join(f"&#{ord(char)};" for char in found.group()), plain)
