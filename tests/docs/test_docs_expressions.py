"""docs/expressions.md and the table of functions say the same, and so do its limits and its figures."""

from __future__ import annotations

import importlib.util

from support_docs_blocks import ROOT

from loadspec.expr import parse, regex, values
from loadspec.expr.functions import FUNCTIONS, chance

PAGE = (ROOT / "docs" / "expressions.md").read_text()


def make_functions():
    spec = importlib.util.spec_from_file_location("make_functions", ROOT / "docs" / "make_functions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_code():
    assert make_functions().with_section(PAGE) == PAGE, "run `make docs`"


def test_every_function_has_its_row():
    for name, row in FUNCTIONS.items():
        assert f"| `{row.signature(name)}` | {row.doc} |" in PAGE


def test_the_limits_are_those_of_the_code():
    rows = [
        f"{parse.MAX_LENGTH} characters, {parse.MAX_NODES} parts, {parse.MAX_DEPTH} levels",
        f"{values.MAX_TEXT:,} characters".replace(",", " "),
        f"{values.MAX_DATA >> 20} MiB",
        f"{values.MAX_ITEMS:,} items".replace(",", " "),
        f"{values.MAX_NUMBER.bit_length() - 1} bits",
        f"{chance.MAX_DRAWN:,} |".replace(",", " "),
        f"{regex.MAX_PATTERN} characters, {regex.MAX_PROGRAM} steps",
    ]
    for row in rows:
        assert row in PAGE
