"""The outputs that the spec and the command line ask for → where they go, tried before any load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from loadspec.errors import ExitCode, LoadspecError, UsageError
from loadspec.expr import Scope
from loadspec.output_kinds import OUTPUTS, Kind, Out, Place, file_problem
from loadspec.outputs import Target, code_of, known_output
from loadspec.outputs.files import make_folder, try_file, try_folder
from loadspec.outputs.reach import Reach, split_address
from loadspec.results.head import FileInfo
from loadspec.run.options import RunOptions
from loadspec.spec.constants import constants, folded
from loadspec.spec.model import Spec


def targets_of(spec: Spec, options: RunOptions) -> list[Target]:
    """Those of the spec, then those of `--out`. Raises LoadspecError for one that cannot be read or is not allowed."""
    scope = constants(spec)
    targets = [_target(_known(out, scope, spec), options, spec) for out in (*spec.outputs, *options.outs)]
    files = [Path(target.text).resolve() for target in kept(targets, "file", "samples")]
    for path in files:
        if files.count(path) > 1:
            raise UsageError(f"two outputs go to {path}", "give each a file of its own")
    return targets


def try_targets(targets: Iterable[Target], directory: Path) -> None:
    """Find files that could not be written, and outputs whose code is not there. Raises OutputError.

    Folders below the run's own `directory` are made.
    """
    for target in targets:
        output = known_output(target.name)
        code_of(output)
        if output.on_disk:
            path = Path(target.text)
            if path.is_relative_to(directory):
                make_folder(path.parent)
            (try_file if output.place == "file" else try_folder)(path)
        if output.browser and target.text.lower().endswith(output.browser):
            from loadspec.outputs.browser import find_browser  # lazily: few runs have pictures

            find_browser()


def files_of(targets: Iterable[Target], directory: Path) -> list[FileInfo]:
    """The files below the run's `directory`, of results and of samples; none of packages: their options are theirs."""
    return [
        FileInfo(target.name, str(Path(target.text).relative_to(directory)), target.options)
        for target in kept(targets, "file", "samples")
        if target.name in OUTPUTS and Path(target.text).is_relative_to(directory)
    ]


def kept(targets: Iterable[Target], *kinds: Kind) -> Iterator[Target]:
    """Those of some kinds."""
    return (target for target in targets if known_output(target.name).kind in kinds)


def _known(out: Out, scope: Scope, spec: Spec) -> Out:
    """With the values of its templates. Raises LoadspecError (104)."""
    if not out.of_spec:
        return out

    def value(raw: Any) -> Any:
        if isinstance(raw, Mapping):
            return {key: value(below) for key, below in raw.items()}
        if not isinstance(raw, str):
            return raw
        text = folded(raw, scope)
        if text is None:
            hint = f"it is in outputs.{out.name} of {spec.source}"
            raise LoadspecError(f"`{raw}` has no value before the run", hint, ExitCode.INVALID_SPEC)
        return text

    return Out(out.name, value(out.text), value(out.options), out.of_spec)


def _target(out: Out, options: RunOptions, spec: Spec) -> Target:
    output = known_output(out.name)
    text, folder = out.text, str(PurePath(spec.source).parent)
    reach = Reach(options.limits.hosts, folder if out.of_spec else None)
    if output.on_disk and out.of_spec:
        if problem := file_problem(text) or output.name_problem(text):
            hint = f"it is in outputs.{out.name} of {spec.source}"
            raise LoadspecError(f"`{text}` {problem}", hint, ExitCode.INVALID_SPEC)
        text = str(options.directory / text)
    _CHECKS.get(output.place, lambda *_: None)(reach, text)
    return Target(out.name, text, out.options, reach)


def _check_address(reach: Reach, text: str) -> None:
    if text.startswith("unix:"):
        reach.socket(text.removeprefix("unix:"))
    else:
        reach.check(*split_address(text))


_CHECKS: Mapping[Place, Any] = {
    "url": Reach.check_url,
    "address": _check_address,
    "listen": Reach.listen,
}
