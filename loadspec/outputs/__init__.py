"""What a run's result becomes: a file here for each row of `output_kinds.OUTPUTS`, which says what each one is.

`write_all` puts a run's files into its directory; `parse_out` and `write_out` serve `--out NAME=FILE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from loadspec.errors import OutputError, UsageError
from loadspec.output_kinds import (
    DEFAULT,
    OUTPUTS,
    BrokenOutputError,
    Option,
    Out,
    Output,
    find_output,
    output_names,
)
from loadspec.outputs.files import write_file
from loadspec.outputs.target import Target
from loadspec.results.model import RunResult


def parse_out(text: str) -> Out:
    """`json=FILE` → Out("json", "FILE"). Raises UsageError for an unknown name or no target."""
    name, equals, target = (part.strip() for part in text.partition("="))
    output = known_output(name)
    if not equals or not target:
        what = {"file": "FILE", "folder": "DIR", "url": "URL"}.get(output.place, "HOST:PORT")
        raise UsageError(f"--out {name} needs a target", f"write --out {name}={output.example or what}")
    if problem := output.name_problem(target):
        raise UsageError(f"--out {name}={target} {problem}", f"write --out {name}={output.example}")
    return Out(name, target)


def known_output(name: str) -> Output:
    """The output of this name, with what it needs. Raises UsageError."""
    try:
        output = find_output(name)
    except BrokenOutputError as error:
        raise UsageError(str(error), "mend or remove the package that brings it") from None
    if output is None:
        names = ", ".join(output_names())
        raise UsageError(f"--out knows no `{name}`", f"it knows {names}, as in --out json=FILE")
    if output.missing:
        raise UsageError(f"output {name} needs a library that is not installed: {output.needs[0]}", output.missing)
    return output


def code_of(output: Output) -> Any:
    """What makes an output: a function or a class, imported now. Raises OutputError."""
    module, _, name = output.code.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise OutputError(f"{output.code} cannot be loaded: {error}") from error


Content = str | bytes | Mapping[str, str]
"""Of a file, or of a folder: the name of each file → its text."""


def render(name: str, result: RunResult, **options: Any) -> Content:
    """The content of one output that is written at the end. Raises OutputError."""
    output = known_output(name)
    make = code_of(output)
    if name in OUTPUTS:
        content: Content = make(result, **options)
        return content
    try:
        content = make(result, **options)
    except Exception as error:  # a package's own code: anything may come
        raise OutputError(f"output {name} failed: {type(error).__name__}: {error}") from error
    return content


def write_all(result: RunResult, directory: Path, names: Iterable[str] = DEFAULT) -> list[Path]:
    """Write the named files of a run into `directory`, which is made if need be, and return their paths.

    Every file is tried, then OutputError says which could not be written and why.
    """
    return _each([(directory / name, DEFAULT[name], {}) for name in names], result)


def write_out(result: RunResult, *targets: Target) -> list[Path]:
    """Write what was asked for beside. Every file is tried, then raises OutputError."""
    return _each([(Path(target.text), target.name, target.options) for target in targets], result)


def _each(rows: Iterable[tuple[Path, str, Any]], result: RunResult) -> list[Path]:
    written: list[Path] = []
    failed: list[tuple[Path, OutputError]] = []
    for path, name, options in rows:
        try:
            told = {"suffix": path.suffix.lower()} if known_output(name).suffixes else {}
            written.append(_put(path, render(name, result, **options, **told)))
        except OutputError as error:
            failed.append((path, error))
    if failed:
        raise OutputError(_together([(path, error.message) for path, error in failed]), failed[0][1].hint)
    return written


def _put(path: Path, content: Content) -> Path:
    """Write it → its path, of a folder that of the first file. Raises OutputError."""
    if not isinstance(content, Mapping):
        return write_file(path, content)
    paths = [write_file(path / name, text) for name, text in content.items()]
    return paths[0]


def _together(failed: Sequence[tuple[Path, str]]) -> str:
    """One sentence; files that failed for one reason share it."""
    reasons: dict[str, list[Path]] = {}
    for path, message in failed:
        reasons.setdefault(message.replace(str(path), "\0"), []).append(path)
    return "; ".join(
        reason.replace("\0", ", ".join([str(paths[0]), *(path.name for path in paths[1:])]))
        for reason, paths in reasons.items()
    )


__all__ = [
    "DEFAULT",
    "OUTPUTS",
    "Option",
    "Out",
    "Output",
    "Target",
    "code_of",
    "known_output",
    "parse_out",
    "render",
    "write_all",
    "write_file",
    "write_out",
]
