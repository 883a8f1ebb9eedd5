"""`loadspec history`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadspec.cli.errors import reported
from loadspec.cli.streams import put
from loadspec.errors import UsageError

if TYPE_CHECKING:
    from loadspec.results.history import Entry

VERSION = 1
"""Of the JSON."""
_TONES = {"PASS": "good", "FAIL": "bad", "INVALID": "bad", "ABORTED": "bad"}


@click.command("history")
@click.argument("folder", metavar="[FOLDER]", default="reports", type=click.Path(path_type=Path))
@click.option("--spec", metavar="PATTERN", help="Only runs of specs whose name fits, for example 'image*'.")
@click.option("-n", "--last", type=click.IntRange(1), metavar="N", help="Only the newest N runs.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write a page with the trends to FILE.")
@click.option("--prune-keep", type=click.IntRange(0), metavar="N", help="Delete all but the newest N of each spec.")
@click.option("--prune-older", metavar="AGE", help="Delete runs of that age, for example 30d.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
def command(
    folder: Path,
    spec: str | None,
    last: int | None,
    as_json: bool,
    html: Path | None,
    prune_keep: int | None,
    prune_older: str | None,
    dry_run: bool,
    colour: bool | None,
) -> None:
    """List the runs below FOLDER, `reports` by default: spec, verdict, main figures, commit.

    Nothing is deleted unless --prune-keep or --prune-older says so.
    """
    with reported(colour):
        from loadspec.results.history import read_runs, to_prune

        older = _age(prune_older)
        entries = [run for run in read_runs(folder) if spec is None or fnmatchcase(run.spec, spec)]
        if prune_keep is not None or older is not None:
            goes = to_prune(entries, prune_keep, older, datetime.now(UTC))
            put(_pruned(goes, folder, dry_run), for_people=True)
            return
        entries = entries[-last:] if last else entries
        if html is not None:
            _write_page(entries, html)
        put(_json(entries) if as_json else _text(entries, folder, colour), not as_json)


def _age(text: str | None) -> float | None:
    """`30d` → seconds; what `units` reads, and days and weeks."""
    from loadspec.units import parse_duration

    if text is None:
        return None
    for suffix, days in (("d", 1), ("w", 7)):
        if text.endswith(suffix) and text[:-1].isascii() and text[:-1].isdigit():
            return int(text[:-1]) * days * 86400.0
    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(f"--prune-older takes an age, not `{text}`", "for example --prune-older 30d") from None


def _pruned(goes: Sequence[Entry], folder: Path, dry_run: bool) -> str:
    from loadspec.results.history import remove
    from loadspec.ui.text import clean

    gone = goes if dry_run else list(remove(goes))
    latest = folder / "latest"
    if not dry_run and latest.is_symlink() and not latest.exists():
        latest.unlink()
    lines = [f"{'would delete' if dry_run else 'deleted'} {clean(str(entry.folder))}" for entry in gone]
    return "\n".join([*lines, f"{len(gone)} run{'' if len(gone) == 1 else 's'}"]) + "\n"


def _write_page(entries: Sequence[Entry], place: Path) -> None:
    from loadspec.outputs import write_file
    from loadspec.report.trend import build_trend

    write_file(place, build_trend(entries, place.absolute().parent))


def _json(entries: Sequence[Entry]) -> str:
    from loadspec.outputs.json_text import json_text

    return json_text({"loadspec": "history", "version": VERSION, "runs": [_row(entry) for entry in entries]})


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "run_id": entry.run_id,
        "folder": str(entry.folder),
        "started_at": entry.started_at.isoformat(timespec="milliseconds"),
        "spec": entry.spec,
        "verdict": entry.verdict,
        "exit_code": entry.exit_code,
        "sentence": entry.sentence,
        "duration_s": entry.duration,
        "requests": entry.requests,
        "rate_per_s": entry.rate,
        "failed_ratio": entry.failed,
        "p50_ms": entry.p50,
        "p95_ms": entry.p95,
        "p99_ms": entry.p99,
        "git": entry.git,
    }


_HEAD = ("started (UTC)", "run", "spec", "verdict", "requests", "rate", "failed", "p95", "git")
_RIGHT = (4, 5, 6, 7)
_SPEC, _NARROWEST = 2, 12


def _text(entries: Sequence[Entry], folder: Path, colour: bool | None) -> str:
    from loadspec.ui import speaks_unicode, wants_colour
    from loadspec.ui.text import Style, clean, plain_signs, table, truncate, width_of

    if not entries:
        return f"no runs in {clean(str(folder))}\n"
    style = Style(wants_colour(sys.stdout, os.environ) if colour is None else colour)
    rows = [[clean(cell) for cell in _cells(entry)] for entry in entries]
    columns = shutil.get_terminal_size((0, 24)).columns if sys.stdout.isatty() else 0
    widths = [max(map(width_of, column)) + 2 for column in zip(_HEAD, *rows, strict=True)]
    others = sum(widths) - widths[_SPEC]
    room = max(_NARROWEST, columns - others) if columns else 60
    for row in rows:
        row[_SPEC] = truncate(row[_SPEC], room)
    head, *lines = table([list(_HEAD), *rows], _RIGHT)
    shown = [_painted(line, entry, style) for line, entry in zip(lines, entries, strict=True)]
    text = "\n".join([style(head, "dim"), *shown]) + "\n"
    return text if speaks_unicode(sys.stdout) else plain_signs(text)


def _painted(line: str, entry: Entry, style: Any) -> str:
    tone = _TONES.get(entry.verdict, "warn")
    return line.replace(f"  {entry.verdict}", f"  {style(entry.verdict, tone)}", 1)


def _cells(entry: Entry) -> list[str]:
    from loadspec.report.text import count, ms, per_second, percent

    return [
        f"{entry.started_at:%Y-%m-%d %H:%M:%S}",
        entry.run_id,
        entry.spec,
        entry.verdict,
        count(entry.requests),
        per_second(entry.rate),
        percent(entry.failed),
        ms(entry.p95),
        entry.git[:8] + ("+" if entry.git.endswith("+") else ""),
    ]
