"""A run's files made again from its journal, also where the run was killed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loadspec.errors import UsageError
from loadspec.output_kinds import RESOLVED, Out
from loadspec.outputs import Target, known_output, write_all, write_file, write_out
from loadspec.results import RunResult
from loadspec.results.journal import rebuild


def report_again(directory: Path, outs: Iterable[Out] = ()) -> tuple[RunResult, list[Path]]:
    """The result of the run in `directory`, and the files written: those of a run, and what `--out` asks for.

    Raises UsageError where there is no run or an output is no file of results, OutputError where one cannot be written.
    """
    targets = [_target(out) for out in outs]
    result = rebuild(directory)
    written = [write_file(directory / RESOLVED, result.resolved_spec), *write_all(result, directory)]
    return result, [*written, *write_out(result, *targets)]


def _target(out: Out) -> Target:
    if known_output(out.name).kind != "file":
        raise UsageError(f"--out {out.name} belongs to a run that goes on", "name an output that is a file of results")
    return Target(out.name, out.text)
