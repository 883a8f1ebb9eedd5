"""Parquet, by pyarrow (`loadspec[parquet]`): made of the parts in CSV, a batch at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loadspec.samples.rows import COLUMNS

_TEXTS = ("phase", "scenario", "group", "endpoint", "extra_tags", "error", "error_phase")
_WHOLE = ("status", "error_code", "data_sent_bytes", "data_received_bytes", "vu", "iteration")
_TRUTHS = ("poll", "expected_response")


def convert(parts: Sequence[Path], target: Path) -> None:
    """Write one file of all parts, which are gone then; only the first has a header. Raises OSError."""
    from pyarrow import csv, parquet

    schema = _schema()
    beside = target.with_name(f".{target.name}.{parts[0].name.rpartition('.')[2]}")
    try:
        with parquet.ParquetWriter(beside, schema, compression="zstd") as writer:
            for part in parts:
                for batch in _batches(part, csv, schema):
                    writer.write_batch(batch)
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    for part in parts:
        part.unlink()


def _batches(part: Path, csv: Any, schema: Any) -> Any:
    if not part.stat().st_size:
        return []
    with part.open("rb") as file:
        headed = file.readline().startswith(COLUMNS[0].encode())
        if headed and not file.readline():
            return []
    read = csv.ReadOptions(column_names=COLUMNS, skip_rows=1 if headed else 0)
    typed = {field.name: field.type for field in schema}
    return csv.open_csv(part, read, convert_options=csv.ConvertOptions(column_types=typed, strings_can_be_null=False))


def _schema() -> Any:
    import pyarrow

    types = {name: pyarrow.string() for name in _TEXTS} | {name: pyarrow.int64() for name in _WHOLE}
    types |= {name: pyarrow.bool_() for name in _TRUTHS}
    return pyarrow.schema([(name, types.get(name, pyarrow.float64())) for name in COLUMNS])
