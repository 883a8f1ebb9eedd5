"""`loadspec doctor`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from loadspec.cli.errors import diagnosed, reported
from loadspec.cli.options import override_options, overrides, workers_option
from loadspec.cli.streams import put, warn
from loadspec.errors import ExitCode

if TYPE_CHECKING:
    from loadspec.doctor import Finding, Need

VERSION = 1
"""Of the JSON."""
_MARKS = {"ok": ("✓", "good"), "warn": ("!", "warn"), "fail": ("✗", "bad")}


@click.command("doctor")
@click.argument("spec", metavar="[SPEC]", required=False)
@override_options
@workers_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
def command(spec: str | None, workers: str | None, as_json: bool, colour: bool | None, **shape: Any) -> None:
    """Check whether this machine can do what SPEC asks of it, and say how to mend what is wrong.

    Without a SPEC, say what there is. Options are those of `run`. Nothing is sent. The exit code is 104 if a check
    failed. `run` makes the same checks, warns of those that fail, and goes on: they are upper bounds.
    """
    from loadspec.doctor import Need, examine, look
    from loadspec.run.workers import workers_asked_for

    with reported(colour):
        count = workers_asked_for(workers, os.environ)
        need = _need(spec, count, colour, shape) if spec is not None else Need(workers=count)
        found = examine(look(need.local_ips, versions=True), need)
    put(_json(found) if as_json else _text(found, colour), not as_json)
    sys.exit(ExitCode.INVALID_SPEC if any(each.level == "fail" for each in found) else ExitCode.OK)


def _need(spec: str, workers: int, colour: bool | None, shape: dict[str, Any]) -> Need:
    from loadspec.doctor import need_of
    from loadspec.run.preflight import check_run
    from loadspec.run.values import target
    from loadspec.run.workers import fleet_size
    from loadspec.spec import load

    loaded = load(spec, overrides(**shape), os.environ)
    if loaded.warnings:
        warn(diagnosed(loaded.warnings, colour))
    check_run(loaded.spec)
    return need_of(loaded.spec, target(loaded.spec), fleet_size(loaded.spec, workers)[0])


def _json(found: Sequence[Finding]) -> str:
    checks = [{"check": f.check, "level": f.level, "text": f.text, "mend": f.mend} for f in found]
    return json.dumps({"version": VERSION, "checks": checks}, ensure_ascii=False, indent=2) + "\n"


def _text(found: Sequence[Finding], colour: bool | None) -> str:
    from loadspec.ui import speaks_unicode, wants_colour
    from loadspec.ui.text import Style, clean, pad, plain_signs

    style = Style(wants_colour(sys.stdout, os.environ) if colour is None else colour)
    width = max(len(each.check) for each in found)
    lines = []
    for each in found:
        mark, paint = _MARKS[each.level]
        lines.append(f"{style(mark, paint)} {pad(each.check, width)}  {clean(each.text)}")
        if each.mend:
            lines.append(f"  {' ' * width}  {style(clean(each.mend), 'strong')}")
    failed, warned = (sum(each.level == level for each in found) for level in ("fail", "warn"))
    lines += ["", f"{len(found)} checks: {failed} failed, {warned} with a warning"]
    text = "\n".join(lines) + "\n"
    return text if speaks_unicode(sys.stdout) else plain_signs(text)
