"""`make docs`: docs/results.md, from the schema of results.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loadspec.outputs.results_schema import results_schema

PAGE = Path(__file__).with_name("results.md")

HEAD = """# results.json

Everything that a run measured, for programs: each run writes it, `--out json=FILE` and `outputs` write it elsewhere.
Keys end in their unit: `_s` seconds, `_ms` milliseconds, `_bytes` bytes, `_per_s` a second, `_ratio` a share from 0
to 1. Moments are seconds since the load began, `started_at` aside. Order is fixed, numbers are finite: what was not
measured is null.

`version` is 1. Keys may be added while it stays the same; none is removed and none changes its meaning. The JSON
Schema, [schemas/results.schema.json](../schemas/results.schema.json), which `loadspec schema results` prints,
describes the files of the version that it came with, key by key. Texts that came from servers are cut to size and
masked, and hostile all the same: escape them where you show them.

```bash
loadspec run specs/setup-teardown.yaml -e LOAD_USER=ada@example.com --out json=all.json
loadspec schema results
```

In the tables, `[]` stands for each item of a list, `*` for each key of a mapping whose keys are names.
"""
_ALIKE = 3
"""So many keys of one kind, or more, have one row."""
_TYPES = {"object": "mapping", "array": "list", "string": "text", "integer": "whole number", "boolean": "true, false"}


def page() -> str:
    """The whole page: what is plain, then a table for each key that holds more."""
    top: Mapping[str, Any] = results_schema()["properties"]
    plain = [row for key, schema in top.items() if not _below(schema) for row in _rows(key, schema)]
    parts = [HEAD, "\n## The run\n", _table(plain)]
    for key, schema in top.items():
        if _below(schema):
            about = schema.get("description", "")
            parts += [f"\n## `{key}`\n", *([f"{about}\n"] if about else []), _table(_rows(key, schema))]
    return "\n".join(parts) + "\n"


def _below(schema: Mapping[str, Any]) -> bool:
    """Whether it holds keys of its own."""
    return len(list(_rows("", schema))) > 1


def _rows(path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(path, type, what it is) of a key and of all below it; a mapping or list that only holds others has no row."""
    choices = [choice for choice in schema.get("anyOf", ()) if "properties" in choice]
    below: Mapping[str, Any] = schema.get("properties", {})
    if choices:
        yield path, "mapping" if len(choices) == len(schema["anyOf"]) else "mapping or null", _about(schema)
        keys = {key: value for choice in choices for key, value in choice["properties"].items()}
        for key in keys if "tags" not in keys else ["tags"]:  # the figures of a part are those of the whole
            yield from _rows(f"{path}.{key}", keys[key])
    elif len(below) >= _ALIKE and len({str({**value, "description": ""}) for value in below.values()}) == 1:
        names = ", ".join(f"`{key}`" for key in below)
        yield from _rows(
            f"{path}.*", {**next(iter(below.values())), "description": f"{_about(schema)} {names}.".strip()}
        )
    elif below:
        for key, value in below.items():
            yield from _rows(f"{path}.{key}", value)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from _rows(f"{path}.*", {**schema["additionalProperties"], **_said(schema)})
    elif "items" in schema:
        yield from _rows(f"{path}[]", {**schema["items"], **(_said(schema) if _is_plain(schema["items"]) else {})})
    else:
        yield path, _type(schema), _about(schema)


def _is_plain(schema: Mapping[str, Any]) -> bool:
    return not {"properties", "anyOf", "items"} & schema.keys()


def _said(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": schema["description"]} if "description" in schema else {}


def _about(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", "")).replace("|", "\\|")


def _type(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" if value is not None else "null" for value in schema["enum"])
    kinds = schema.get("type", "anything")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_TYPES.get(kind, kind) for kind in kinds)


def _table(rows: Any) -> str:
    lines = [f"| `{path}` | {kind} | {about} |" for path, kind, about in rows]
    return "\n".join(["| key | type | what it is |", "|---|---|---|", *lines])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
