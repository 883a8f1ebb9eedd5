"""The words that a spec says of pools. The grammar needs no more: who only validates pays for no reader or policy."""

from __future__ import annotations

from os.path import splitext

POLICIES = ("random", "sequential", "shuffle", "weighted", "zipf", "per_vu", "unique")
"""The keys of `policies.PICKS`."""
ENDLESS = ("random", "weighted", "zipf")
"""Policies that always have another row: `at_end` means nothing for them."""
AT_END = ("wrap", "stop_vu", "stop", "error")
TYPE_NAMES = ("int", "float", "bool", "json", "str")
"""The keys of `cells.TYPES`."""
FORMATS = ("txt", "csv", "tsv", "json", "jsonl", "yaml")
"""What `format` may say of a file."""
SUFFIXES = {
    ".txt": "txt",
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""End of a file's name → its format."""


def format_of(path: str) -> str | None:
    """The format that a file's name says, if it says one."""
    return SUFFIXES.get(splitext(path)[1].lower())


def end_of(pick: str) -> str:
    """What a policy does at its end unless the spec says otherwise."""
    return "stop_vu" if pick == "unique" else "wrap"
