"""How a row is written: as a line of CSV (RFC 4180), or as a line of JSON.

A format makes a `%` template of what a row's source knows; the row's numbers go into its slots.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import orjson
from msgspec import Struct

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What moves a cursor, ends a line, hides text or turns its direction, or is none."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a formula to a spreadsheet (OWASP, CSV injection)."""
_QUOTED = re.compile('[",\n\r]')

Cells = Sequence[tuple[str, str]]
"""(column, what stands in it: `text`, a slot for a number, or what `cell`, `tags` made)."""


class Format(Protocol):
    """One way to write rows. `null` stands for no value, `text` is the slot of a name, `kinds` what it writes."""

    @property
    def null(self) -> str:
        """What stands for no value."""

    @property
    def text(self) -> str:
        """The slot of a text without any special letter."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of rows that it writes."""

    def cell(self, value: str | bool | None) -> str:
        """A value of the source."""

    def tags(self, tags: Mapping[str, str]) -> str:
        """The tags that have no column."""

    def line(self, cells: Cells) -> str:
        """The template of a row."""

    def header(self, columns: Sequence[str]) -> str:
        """What a file begins with."""


class Csv(Struct, frozen=True):
    """Requests only, so that each column means one thing. `guarded`: no cell is a formula to a spreadsheet."""

    guarded: bool = True
    null: str = ""
    text: str = "%s"
    kinds: Collection[str] = ("answered", "lost")

    def cell(self, value: str | bool | None) -> str:
        """See `Format`."""
        if not isinstance(value, str):
            return {True: "true", False: "false", None: self.null}[value]
        if self.guarded and value.startswith(_FORMULA):
            value = f"'{value}"
        value = _CONTROL.sub("", value)
        return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value

    def tags(self, tags: Mapping[str, str]) -> str:
        """See `Format`: as k6 writes `extra_tags`."""
        return self.cell("&".join(f"{name}={value}" for name, value in sorted(tags.items())))

    def line(self, cells: Cells) -> str:
        """See `Format`."""
        return ",".join(cell for _, cell in cells) + "\n"

    def header(self, columns: Sequence[str]) -> str:
        """See `Format`."""
        return ",".join(columns) + "\n"


class Jsonl(Struct, frozen=True):
    """Everything: requests, iterations, failed checks and all other metrics, told apart by `type`."""

    null: str = "null"
    text: str = '"%s"'
    kinds: Collection[str] = ("answered", "lost", "iteration", "check", "metric")

    def cell(self, value: str | bool | None) -> str:
        """See `Format`."""
        return _json(_CONTROL.sub("", value) if isinstance(value, str) else value)

    def tags(self, tags: Mapping[str, str]) -> str:
        """See `Format`."""
        return _json({_CONTROL.sub("", name): _CONTROL.sub("", value) for name, value in sorted(tags.items())})

    def line(self, cells: Cells) -> str:
        """See `Format`."""
        return "{" + ",".join(f"{_json(name)}:{cell}" for name, cell in cells) + "}\n"

    def header(self, columns: Sequence[str]) -> str:
        """See `Format`."""
        return ""


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
