"""JSON Schemas in files: only below the spec's folder, since a spec may come from a stranger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MAX_BYTES = 1 << 20


class SchemaFileError(ValueError):
    """A file that holds no schema; the text goes on after its name: `lies outside the spec's folder`."""


def read_schema(folder: str, name: str) -> Any:
    """The JSON in a file. Raises SchemaFileError."""
    try:
        root = Path(folder).resolve()
        file = (root / name).resolve()
        if not file.is_relative_to(root):
            raise SchemaFileError("lies outside the spec's folder")
        if not file.is_file():
            raise SchemaFileError("is no file")
        if file.suffix != ".json":
            raise SchemaFileError("is not called .json")
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise SchemaFileError(f"cannot be read: {error.strerror}") from None
    except (ValueError, RuntimeError) as error:
        raise error if isinstance(error, SchemaFileError) else SchemaFileError("is no file") from None
    if len(data) > MAX_BYTES:
        raise SchemaFileError(f"holds more than {MAX_BYTES >> 20} MiB")
    import orjson  # lazily: most specs name no schema

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise SchemaFileError(f"holds no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
