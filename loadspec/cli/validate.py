"""`loadspec validate`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from loadspec.cli.errors import diagnosed, reported
from loadspec.cli.github import from_workspace
from loadspec.cli.options import limit_options, limits
from loadspec.cli.streams import put, say, warn
from loadspec.errors import ExitCode, LoadspecError, OutputError
from loadspec.load import crews_of
from loadspec.spec import Diagnostic, Loaded, Overrides, Spec, SpecError, load, load_bytes
from loadspec.spec.compose import MAX_BYTES
from loadspec.spec.formats import Checked, as_github, as_json
from loadspec.spec.limits import Limits, from_environment

Read = Callable[[Overrides], Loaded]

EVERY = "all"
"""What `--profile` takes for every profile of a file, whatever they are called."""


@click.command("validate")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or for annotations of a pull request.",
)
@click.option("--strict", is_flag=True, help="Warnings make a spec invalid, too.")
@click.option("--profile", metavar="NAME", help="Describe the load of this profile, or of `all`; all are checked.")
@click.option("--color/--no-color", "colour", default=None, help="Colours; by default if it is a terminal.")
@limit_options
def command(
    specs: tuple[str, ...], form: str, strict: bool, profile: str | None, colour: bool | None, **given: Any
) -> None:
    """Check each SPEC and print all that is wrong with it; `-` reads one from stdin.

    The file and all its profiles are checked. Neither the network nor the values of environment variables are looked
    at, but for LOADSPEC_ALLOW_* and LOADSPEC_MAX_*, the limits of whoever runs specs here: the file is held against
    them as it would run without a profile, or with that of --profile. The exit code is 104 for an invalid spec.
    """
    with reported(colour):
        bounds = limits(**given).and_(from_environment(os.environ))
    checked = [each for path in specs for each in _check(path, profile, bounds)]
    bad = any(not file.valid or (strict and file.found) for file in checked)
    if form == "text":
        _show(checked, colour)
    else:
        with reported(colour):
            _write(as_json(checked) if form == "json" else as_github(checked, from_workspace), bad)
    sys.exit(int(ExitCode.INVALID_SPEC) if bad else 0)


def _write(text: str, bad: bool) -> None:
    """What programs read: cut off by a full disk it is an error, which hides no worse one."""
    try:
        put(text)
    except OutputError as error:
        raise LoadspecError(error.message, error.hint, ExitCode.INVALID_SPEC if bad else error.exit_code) from None


def _show(checked: Sequence[Checked], colour: bool | None) -> None:
    """Findings on stderr, a line for each valid file on stdout."""
    found = [each for file in checked for each in file.found]
    if found:
        warn(diagnosed(found, colour))
    for file in checked:
        if file.valid:
            profile = f" --profile {file.profile}" if file.profile else ""
            say(f"{file.file}{profile}: valid - {file.summary}\n")


def _check(path: str, profile: str | None, bounds: Limits) -> list[Checked]:
    """A file as it would run without a profile, with one, or with each."""
    name, read = _reader(path)
    if profile != EVERY:
        return [_checked(name, read, profile, bounds)]
    rows = [_checked(name, read, None, bounds)]
    if rows[0].valid:
        rows += [_checked(name, read, each, bounds) for each in read(Overrides()).profiles]
    seen: set[Diagnostic] = set()
    return [row._replace(found=tuple(_unseen(row.found, seen))) for row in rows]


def _unseen(found: Sequence[Diagnostic], seen: set[Diagnostic]) -> list[Diagnostic]:
    new = [each for each in found if each not in seen]
    seen.update(new)
    return new


def _checked(name: str, read: Read, profile: str | None, bounds: Limits) -> Checked:
    try:
        loaded = read(Overrides(profile=profile, limits=bounds))
    except SpecError as refused:
        return Checked(name, refused.diagnostics, profile or "")
    return Checked(name, loaded.warnings, profile or "", _summary(loaded.spec))


def _reader(path: str) -> tuple[str, Read]:
    """A file's name for people, and what loads it; stdin can be read once only."""
    if path != "-":
        return path, partial(load, path)
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return "stdin", partial(load_bytes, data, "stdin")


def _summary(spec: Spec) -> str:
    loads = "; ".join(crew.load.describe() for crew in crews_of(spec.scenarios))
    count = sum(threshold.judged for threshold in spec.thresholds)
    return f"{spec.name}: {loads}; {count} threshold{'' if count == 1 else 's'}"
