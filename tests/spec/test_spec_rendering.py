from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec import Diagnostic, SpecError, render
from loadspec.spec.diagnostics import closest, ordered
from loadspec.spec.rendering import printable, width


def test_the_form() -> None:
    found = Diagnostic(
        "error",
        "LS012",
        "unknown key `treshold`",
        92,
        1,
        8,
        label="did you mean `thresholds`?",
        help="first\nsecond",
        file="specs/x.yaml",
        text="treshold:",
    )
    assert render([found]) == (
        "error[LS012]: unknown key `treshold`\n"
        "  --> specs/x.yaml:92:1\n"
        "   |\n"
        "92 | treshold:\n"
        "   | ^^^^^^^^ did you mean `thresholds`?\n"
        "   = help: first\n"
        "           second\n"
    )


@pytest.mark.parametrize(
    ("text", "column", "length", "source", "carets"),
    [
        ("\tx: y", 2, 1, "    x: y", "    ^"),
        ("漢字: y", 4, 2, "漢字: y", "     ^^"),
        ("e\u0301: yy", 4, 2, "e\u0301: yy", "  ^^"),
        ("a", 2, 1, "a", " ^"),
        ("\x1b[31m", 1, 5, "␛[31m", "^^^^^"),
        ("a\u202eb", 3, 1, "a\ufffdb", "  ^"),
    ],
)
def test_columns(text: str, column: int, length: int, source: str, carets: str) -> None:
    lines = render([Diagnostic("error", "LS003", "m", 1, column, length, file="f", text=text)]).split("\n")
    assert lines[3:5] == [f"1 | {source}", f"  | {carets}"]


def test_long_lines_are_windowed() -> None:
    text = "x" * 500 + "HERE" + "y" * 500
    lines = render([Diagnostic("error", "LS003", "m", 1, 501, 4, file="f", text=text)]).split("\n")
    assert all(len(line) < 130 for line in lines)
    at = lines[4].index("^")
    assert lines[3][at : at + 4] == "HERE"


def test_many_are_cut() -> None:
    many = [Diagnostic("error", "LS003", f"m{n}", n + 1, 1, file="f", text="x") for n in range(130)]
    assert render(many).endswith("\nand 30 more\n")


@given(st.text())
def test_nothing_printed_steers_a_terminal(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() for char in shown)
    assert width(shown) >= 0


@given(st.text(max_size=300), st.integers(1, 400), st.integers(0, 400))
def test_any_place_renders(text: str, column: int, length: int) -> None:
    line = text.replace("\n", "")
    found = Diagnostic("error", "LS003", text, 7, min(column, len(line) + 1), length, label=text, file=text, text=line)
    assert "^" in render([found])


def test_closest() -> None:
    assert closest("treshold", ["thresholds", "target"]) == "thresholds"
    assert closest("Base-URL", ["base_url"]) == "base_url"
    assert closest("path", ["auth"]) is None
    assert closest("x" * 1000, ["x"]) is None


def test_ordered_and_summed_up() -> None:
    one = Diagnostic("error", "LS003", "one", 2, 1, help="do")
    two = Diagnostic("error", "LS003", "two", 1, 1)
    nowhere = Diagnostic("error", "LS001", "nowhere")
    assert ordered([nowhere, one, two, one]) == [two, one, nowhere]
    assert str(SpecError([one, two])) == "one (and 1 more)"
    assert SpecError([one]).hint == "do"
