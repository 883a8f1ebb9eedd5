from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec import Diagnostic, SpecError, render
from loadspec.spec.diagnostics import closest, ordered
from loadspec.spec.rendering import closing, printable, width


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
        ("👍🏽: y", 5, 1, "👍🏽: y", "      ^"),
        ("\ta\tb", 4, 1, "    a    b", "         ^"),
        ("\t", 1, 1, "", "^^^^"),
        ("한글x", 3, 1, "한글x", "    ^"),
        ("\u1112\u1161\u11abx", 4, 1, "\u1112\u1161\u11abx", "  ^"),
        ("a\u20ddb", 3, 1, "a\u20ddb", " ^"),
        ("key:", 5, 1, "key:", "    ^"),
        ("key:", 99, 1, "key:", "    ^"),
        ("", 1, 9, "", "^"),
        ("key: value   ", 6, 8, "key: value", "     ^^^^^^^^"),
        ("a\nb", 3, 1, "a␊b", "  ^"),
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


@pytest.mark.parametrize("letter", ["x", "漢", "e\u0301", "\t"])
@pytest.mark.parametrize("size", [0, 50, 109, 110, 111, 400])
def test_the_caret_stands_under_its_token_wherever_the_line_is_cut(letter: str, size: int) -> None:
    text = letter * size + "HERE" + letter * 300
    found = Diagnostic("error", "LS003", "m", 1, len(letter) * size + 1, 4, file="f", text=text)
    _, _, _, source, carets = render([found]).split("\n")[:5]
    at = carets.index("^")
    before = source[: source.index("HERE")]
    assert width(before) == at
    assert carets.count("^") == 4
    assert width(source) < 125


def test_a_token_longer_than_the_window_is_cut() -> None:
    found = Diagnostic("error", "LS003", "m", 1, 11, 900, label="all of it", file="f", text=" " * 10 + "y" * 900)
    lines = render([found]).split("\n")
    assert lines[3] == "1 | …" + " " * 10 + "y" * 100 + "…" or lines[3].endswith("y…")
    assert len(lines[4]) < 140
    assert lines[4].endswith("^ all of it")


def test_the_closing_line() -> None:
    errors = [Diagnostic("error", f"LS{n:03}", "m") for n in (30, 12, 12, 20)]
    assert closing(errors) == "4 errors; for more: loadspec explain LS012 LS020 LS030\n"
    assert closing([Diagnostic("warning", "LS050", "m")]) == "1 warning; for more: loadspec explain LS050\n"
    assert closing([]) == ""
    many = [Diagnostic("error", f"LS{n:03}", "m") for n in range(1, 9)]
    assert closing(many) == "8 errors; for more: loadspec explain LS001 LS002 LS003 LS004 LS005\n"


@given(st.text(max_size=200), st.integers(1, 300), st.integers(0, 300))
def test_colour_adds_nothing_but_colour(text: str, column: int, length: int) -> None:
    line = text.replace("\n", "")
    found = Diagnostic("error", "LS003", text, 7, column, length, label=text, help=text, file=text, text=line)
    plain = render([found])
    assert re.sub(r"\x1b\[[0-9;]*m", "", render([found], colour=True)) == plain
    assert "\x1b" not in plain


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
