"""Samples as files, one row for each request: a `Member` for each output of kind `samples` in `output_kinds.OUTPUTS`.

Each worker writes its own part while the load runs (`fleet.samples`); at its end the parts become one file (`parts`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from loadspec.samples.formats import Csv, Format, Jsonl
from loadspec.samples.parts import join

Finish = Callable[[Sequence[Path], Path], None]
"""Makes the file of parts that are mended, at least one; they are gone then. Raises OSError."""


class Member(Struct, frozen=True):
    """How the parts are written, and what makes the file of them. `gzips`: the parts may be gzip members."""

    format: Format
    finish: Finish = join
    gzips: bool = True


def _parquet(parts: Sequence[Path], target: Path) -> None:
    from loadspec.samples.parquet import convert  # lazily: pyarrow is large

    convert(parts, target)


CSV, JSONL = Member(Csv()), Member(Jsonl())
PARQUET = Member(Csv(guarded=False), _parquet, gzips=False)


def member_of(code: str) -> Member:
    """`module:name` → what it names."""
    module, _, name = code.partition(":")
    found: Member = getattr(import_module(module), name)
    return found


__all__ = ["CSV", "JSONL", "PARQUET", "Member", "member_of"]
