"""Bodies of a document → the model; files are read here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadspec.spec.building.values import text_of
from loadspec.wire.files import File, Upload


def build_raw(value: Any, folder: str) -> str | File:
    """A text, or the file that `{file: …}` names."""
    return read_file(folder, value["file"]) if isinstance(value, Mapping) else text_of(value)


def build_multipart(fields: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Fields by name: scalars, and Uploads for mappings; lists of either."""
    return {
        name: [_part(item, folder) for item in value] if isinstance(value, list) else _part(value, folder)
        for name, value in fields.items()
        if value is not None
    }


def _part(value: Any, folder: str) -> Any:
    if not isinstance(value, Mapping):
        return value
    names: dict[str, Any] = {key: text_of(value[key]) for key in ("filename", "type") if value.get(key) is not None}
    if "file" in value:
        return Upload(read_file(folder, value["file"]), **names)
    if "json" in value:
        return Upload(value["json"], is_json=True, **names)
    return Upload(text_of(value["content"]), **names)


def build_graphql(value: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """`query`, a text or a file's, with `variables` and `operation`."""
    query = value["query"]
    if isinstance(query, Mapping):
        text = read_file(folder, query["file"]).data.decode("utf-8-sig")
        query = text.replace("{{", "{{ '{{' }}")  # a file holds no templates
    return {**value, "query": query}


def read_file(folder: str, name: str) -> File:
    """A file below the spec's folder; `semantics` has checked that it is one. Raises ValueError if it is gone."""
    path = Path(folder, name)
    try:
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from None
