"""A run's files made again from its journal, also where the run was killed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loadspec.errors import OutputError, UsageError
from loadspec.output_kinds import OUTPUTS, RESOLVED, Out, file_problem
from loadspec.outputs import Target, known_output, write_all, write_file, write_out
from loadspec.outputs.files import attempt
from loadspec.results import RunResult
from loadspec.results.head import FileInfo
from loadspec.results.journal import rebuild_all


def report_again(directory: Path, outs: Iterable[Out] = ()) -> tuple[RunResult, list[Path], OutputError | None]:
    """→ (the result of the run in `directory`, the files written: a run's, and those of `--out`; what could not be).

    Raises UsageError where there is no run or an output is no file of results.
    """
    targets = [_target(out) for out in outs]
    head, result = rebuild_all(directory)
    own = [Target(file.output, str(directory / file.path), file.options) for file in head.files if _is_ours(file)]
    return result, *attempt(
        lambda: [write_file(directory / RESOLVED, result.resolved_spec)],
        lambda: write_all(result, directory),
        lambda: write_out(result, *own, *targets),
    )


def _is_ours(file: FileInfo) -> bool:
    """A journal may come from a stranger: it names no file elsewhere."""
    return file.output in OUTPUTS and OUTPUTS[file.output].kind == "file" and not file_problem(file.path)


def _target(out: Out) -> Target:
    if known_output(out.name).kind != "file":
        raise UsageError(f"--out {out.name} belongs to a run that goes on", "name an output that is a file of results")
    return Target(out.name, out.text)
