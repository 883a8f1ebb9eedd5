"""Samples as files: `--out csv=FILE`, `jsonl=FILE`, `parquet=FILE`. A member of the family is one row here.

Each worker writes its own part while the load runs (`fleet.samples`); at its end the parts become one file (`parts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loadspec.samples.formats import Csv, Format, Jsonl


@dataclass(frozen=True, slots=True)
class Member:
    """How the parts are written, and the module that makes the file of them, where that is more than to join them."""

    format: Format
    convert: str = ""


SAMPLES: Mapping[str, Member] = {
    "csv": Member(Csv()),
    "jsonl": Member(Jsonl()),
    "parquet": Member(Csv(guarded=False), "loadspec.samples.parquet:convert"),
}
"""What `--out NAME=FILE` can name."""

__all__ = ["SAMPLES", "Member"]
