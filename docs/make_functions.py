"""`make docs`: the tables of functions in docs/expressions.md, from the table that the compiler reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loadspec.expr.functions import THEMES, Function

PAGE = Path(__file__).with_name("expressions.md")
BEGIN, END = "<!-- functions: written by `make docs` -->", "<!-- end of functions -->"


def section() -> str:
    """A table for each theme."""
    return "\n\n".join(f"### {_title(theme)}\n\n{_table(rows)}" for theme, rows in THEMES.items())


def with_section(page: str) -> str:
    """The page, with what stands between the two marks written anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{section()}\n\n{END}{rest.split(END)[1]}"


def _title(theme: str) -> str:
    return theme[0].upper() + theme[1:]


def _table(rows: Any) -> str:
    lines = [_line(name, row) for name, row in rows.items()]
    return "\n".join(["| function | what it gives | example |", "|---|---|---|", *lines])


def _line(name: str, row: Function) -> str:
    shown = f"`{row.example}`" + ("" if row.shows is None else f" → `{_value(row.shows)}`")
    return " | ".join(["| `" + row.signature(name) + "`", row.doc, shown]) + " |"


def _value(value: Any) -> str:
    return "'" + value + "'" if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    PAGE.write_text(with_section(PAGE.read_text()))
