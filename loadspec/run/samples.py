"""Files of samples: what the workers are asked to write, and what is made of their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadspec.errors import OutputError
from loadspec.outputs import Target, code_of, known_output
from loadspec.run.targets import kept

if TYPE_CHECKING:
    from loadspec.samples import Member


def asked_for(targets: Iterable[Target], directory: Path) -> list[dict[str, Any]]:
    """For `fleet.process.Job`; `directory` is the run's folder."""
    return [
        {"code": known_output(target.name).code, "target": str(_place(target, directory)), "gzip": gzip}
        for target, _, gzip in _members(targets)
    ]


def parts_left(target: Target, directory: Path, run_id: str) -> list[Path]:
    """The parts of a file of samples that a run's workers have left, in order."""
    from loadspec.samples.parts import parts_of  # lazily: most runs keep no samples

    return parts_of(str(_place(target, directory)), run_id)


def join_parts(targets: Iterable[Target], directory: Path, run_id: str) -> list[Path]:
    """Make each file of its parts → the files. Raises OutputError; the parts are still there then."""
    from loadspec.samples.parts import mend  # lazily: most runs keep no samples

    written = []
    for target, member, gzip in _members(targets):
        path, parts = Path(target.text), list[Path]()
        try:
            parts = parts_left(target, directory, run_id)
            for part in parts:
                mend(part, gzip)
            if parts:
                member.finish(parts, path.resolve() if path.is_file() or not path.exists() else path)
                written.append(path)
        except OSError as error:
            left = f"; its parts are there still, as {_place(target, directory)}.{run_id}.part-*" if parts else ""
            way_out = "free some space" if parts else "make its folder one that can be read, and try again"
            raise OutputError(f"cannot write {path}: {error.strerror or error}{left}", way_out) from error
    return written


def _place(target: Target, directory: Path) -> Path:
    """Where the parts are written: beside the file, or in the run's folder, where it is no file but a pipe, say."""
    path = Path(target.text)
    if path.exists() and not path.is_file():
        return (directory / path.name).absolute()
    return path.resolve()


def _members(targets: Iterable[Target]) -> Iterator[tuple[Target, Member, bool]]:
    """(target, what it is, whether it is compressed)."""
    for target in kept(targets, "samples"):
        member: Member = code_of(known_output(target.name))
        yield target, member, member.gzips and target.text.endswith(".gz")
