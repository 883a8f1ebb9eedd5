"""The files of a run. A member is one file here with `render(result) -> str`, and one row in `OUTPUTS`.

`write_all` puts a run's files into its directory; `parse_out` and `OUT_TARGETS` serve `--out NAME=FILE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from loadspec.errors import OutputError
from loadspec.outputs.files import Out, parse_target, write_file
from loadspec.results.model import RunResult

OUTPUTS: Mapping[str, str] = {
    "results.json": "loadspec.outputs.results_json:render",
    "junit.xml": "loadspec.outputs.junit:render",
    "report.html": "loadspec.outputs.html:render",
}
"""File name → module:function that makes its text out of a RunResult."""

DEFAULT: Sequence[str] = tuple(OUTPUTS)

OUT_TARGETS: Mapping[str, str] = {"json": "results.json"}
"""What `--out NAME=FILE` can name → the row of OUTPUTS that is written to FILE."""


def parse_out(text: str) -> Out:
    """`json=FILE` → Out("json", "FILE"). Raises UsageError."""
    return parse_target(text, OUT_TARGETS)


def render(name: str, result: RunResult) -> str:
    """The text of one output of `OUTPUTS`."""
    module, _, function = OUTPUTS[name].partition(":")
    text: str = getattr(import_module(module), function)(result)
    return text


def write_all(result: RunResult, directory: Path, names: Sequence[str] = DEFAULT) -> list[Path]:
    """Write the named outputs into `directory`, which is made if need be, and return their paths.

    Every file is tried, then OutputError says which could not be written and why.
    """
    written: list[Path] = []
    failed: list[OutputError] = []
    for name in names:
        try:
            written.append(write_file(directory / name, render(name, result)))
        except OutputError as error:
            failed.append(error)
    if failed:
        raise OutputError("; ".join(error.message for error in failed), failed[0].hint)
    return written


def write_out(result: RunResult, out: Out) -> Path:
    """Write what `--out` asked for. Raises OutputError."""
    return write_file(Path(out.target), render(OUT_TARGETS[out.name], result))


__all__ = ["DEFAULT", "OUTPUTS", "OUT_TARGETS", "Out", "parse_out", "render", "write_all", "write_file", "write_out"]
