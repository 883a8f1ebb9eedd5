"""Diagnostics for machines: JSON for programs, workflow commands for GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from loadspec.annotations import annotation
from loadspec.spec.diagnostics import MAX_DIAGNOSTICS, Diagnostic

VERSION = 1
"""Of the JSON: keys are added without a new version, and never change their meaning."""

_NAMES_A_FILE = ("LS001", "LS002")  # findings without a line whose `file` is a file all the same


class Checked(NamedTuple):
    """One file (with a profile, where one was chosen), what was found in it, and what a valid one would do."""

    file: str
    found: tuple[Diagnostic, ...]
    profile: str = ""
    summary: str = ""

    @property
    def valid(self) -> bool:
        """No error, whatever the warnings."""
        return all(each.level != "error" for each in self.found)


def as_json(files: Sequence[Checked]) -> str:
    """One object for all files; `schemas/diagnostics.schema.json` describes it. Ends with a newline."""
    found = [each for file in files for each in file.found]
    document = {
        "version": VERSION,
        "valid": all(file.valid for file in files),
        "errors": sum(each.level == "error" for each in found),
        "warnings": sum(each.level == "warning" for each in found),
        "files": [
            {"file": file.file, "profile": file.profile or None, "valid": file.valid, "summary": file.summary}
            for file in files
        ],
        "diagnostics": [_row(each) for each in found],
    }
    return json.dumps(document, indent=2) + "\n"


def _row(found: Diagnostic) -> dict[str, Any]:
    from loadspec.spec.codes import CODES

    somewhere = found.line > 0
    return {
        "level": found.level,
        "code": found.code,
        "title": CODES[found.code].title if found.code in CODES else "",
        "message": found.message,
        "label": found.label,
        "help": found.help,
        "file": found.file,
        "line": found.line if somewhere else None,
        "column": found.column if somewhere else None,
        "end_line": found.line if somewhere else None,
        "end_column": found.column + found.length if somewhere else None,
        "path": list(found.path),
        "source": found.text if somewhere else None,
    }


def as_github(files: Sequence[Checked], relative: Callable[[str], str] = str) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request.

    `relative` makes a file's name one that begins at the repository's root. Text from a file cannot begin a command of
    its own: its line breaks are escaped.
    """
    found = [each for file in files for each in file.found]
    lines = [_annotation(each, relative) for each in found[:MAX_DIAGNOSTICS]]
    if len(found) > MAX_DIAGNOSTICS:
        lines.append(f"::warning::and {len(found) - MAX_DIAGNOSTICS} more")
    return "".join(f"{line}\n" for line in lines)


def _annotation(found: Diagnostic, relative: Callable[[str], str]) -> str:
    properties: dict[str, Any] = {}
    if found.line or found.code in _NAMES_A_FILE:
        properties["file"] = relative(found.file)
    if found.line:
        properties |= {"line": found.line, "col": found.column, "endLine": found.line}
        properties["endColumn"] = found.column + found.length
    properties["title"] = f"loadspec {found.code}"
    message = found.message if properties.get("file") else f"{found.message} ({found.file})"
    more = [found.label, f"help: {found.help}" if found.help else "", f"loadspec explain {found.code}"]
    text = "\n".join(filter(None, [message, *more]))
    return annotation(found.level, text, **properties)


def diagnostics_schema() -> Mapping[str, Any]:
    """JSON Schema (draft-07) of `loadspec validate --format json`."""
    text = {"type": "string"}
    place = {"type": ["integer", "null"], "minimum": 1}
    rows = {
        "level": {"enum": ["error", "warning"], "description": "A warning makes no spec invalid."},
        "code": {"type": "string", "pattern": "^LS[0-9]{3}$", "description": "Stable; `loadspec explain` tells more."},
        "title": {**text, "description": "What the code stands for."},
        "message": {**text, "description": "What is wrong here."},
        "label": {**text, "description": "What stands beside the caret; may be empty."},
        "help": {**text, "description": "What to do about it; may be empty, may have several lines."},
        "file": {**text, "description": "The file; or the option or variable at fault, where `line` is null."},
        "line": {**place, "description": "From 1; null where there is no place in a file."},
        "column": {**place, "description": "From 1, in characters (code points)."},
        "end_line": {**place, "description": "The line in which the marked text ends."},
        "end_column": {**place, "description": "The column behind the last marked character."},
        "path": {
            "type": "array",
            "items": {"type": ["string", "integer"]},
            "description": "Keys and indexes from the document's root to the value.",
        },
        "source": {"type": ["string", "null"], "description": "The line as it stands in the file."},
    }
    file = {
        "file": {**text, "description": "As it was named."},
        "profile": {"type": ["string", "null"], "description": "The profile that `summary` describes."},
        "valid": {"type": "boolean"},
        "summary": {**text, "description": "Name and load of a valid spec; empty for an invalid one."},
    }
    top = {
        "version": {"const": VERSION},
        "valid": {"type": "boolean", "description": "No file has an error."},
        "errors": {"type": "integer", "minimum": 0},
        "warnings": {"type": "integer", "minimum": 0},
        "files": {"type": "array", "items": _closed(file), "description": "Every file that was checked."},
        "diagnostics": {"type": "array", "items": _closed(rows), "description": "All files' findings, file by file."},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "loadspec validate --format json",
        **_closed(top),
    }


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with all of these keys; later versions of the program may add others."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def diagnostics_schema_text() -> str:
    """The schema as `schemas/diagnostics.schema.json` holds it."""
    return json.dumps(diagnostics_schema(), indent=2, ensure_ascii=False) + "\n"
