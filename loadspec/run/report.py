"""A run's files made again from its journal, also where the run was killed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from loadspec.errors import OutputError, UsageError
from loadspec.output_kinds import OUTPUTS, RESOLVED, Kind, Out, file_problem
from loadspec.outputs import Target, known_output, write_all, write_file, write_out
from loadspec.outputs.files import attempt
from loadspec.results import RunResult
from loadspec.results.head import Head
from loadspec.results.journal import rebuild_all
from loadspec.run.samples import join_parts, parts_left
from loadspec.run.targets import kept


def report_again(directory: Path, outs: Iterable[Out] = ()) -> tuple[RunResult, list[Path], OutputError | None]:
    """→ (the result of the run in `directory`, the files written: a run's, and those of `--out`; what could not be).

    Files of samples are made of the parts that the workers of a killed run have left. Raises UsageError where there is
    no run, or an output can be made of none.
    """
    asked = [_target(out) for out in outs]
    head, result = rebuild_all(directory)
    samples = [_with_parts(target, directory, head) for target in kept(asked, "samples")]
    samples += [target for target in _own(head, directory, "samples") if not Path(target.text).exists()]
    return result, *attempt(
        lambda: [write_file(directory / RESOLVED, result.resolved_spec)],
        lambda: write_all(result, directory),
        lambda: write_out(result, *_own(head, directory, "file"), *kept(asked, "file")),
        *(partial(_joined, target, directory, head) for target in samples),
    )


def _own(head: Head, directory: Path, kind: Kind) -> list[Target]:
    """What the spec asked for in its run's folder. A journal may come from a stranger: it names no file elsewhere."""
    return [
        Target(file.output, str(directory / file.path), file.options)
        for file in head.files
        if file.output in OUTPUTS and OUTPUTS[file.output].kind == kind and not file_problem(file.path)
    ]


def _target(out: Out) -> Target:
    if known_output(out.name).kind not in ("file", "samples"):
        raise UsageError(f"--out {out.name} belongs to a run that goes on", "name an output that is a file")
    return Target(out.name, out.text)


def _with_parts(target: Target, directory: Path, head: Head) -> Target:
    if not parts_left(target, directory, head.run_id):
        what = f"run {head.run_id} has left no parts of {target.text}"
        raise UsageError(what, "name the file that it was to write; what a run that has ended wrote is whole")
    return target


def _joined(target: Target, directory: Path, head: Head) -> list[Path]:
    """The file made of its parts, if there are any. Raises OutputError, also where a library is missing."""
    try:
        return join_parts([target], directory, head.run_id)
    except UsageError as error:
        raise OutputError(error.message, error.hint) from None
