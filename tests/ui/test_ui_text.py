from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.ui.text import (
    SGR,
    Style,
    bar,
    clean,
    pad,
    sparkline,
    speaks_unicode,
    table,
    to_ascii,
    truncate,
    wants_colour,
    width_of,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x1b]52;c;never closed", ""),
        ("\x9b31mc1\x9d0;t\x9cx", "c1x"),
        ("\x1bcreset", "reset"),
        ("lone \x1b", "lone"),
        ("bell\x07 back\x08space \x7f", "bell backspace"),
        ("two\nlines\r\n\ttab", "two lines   tab"),
        ("next\x85line\u2028sep", "next line sep"),
        ("\u202egnp.exe\u202c \u2066x\u2069\u200f", "gnp.exe x"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("família 図 👩\u200d🚀", "família 図 👩\u200d🚀"),
    ],
)
def test_hostile_text_becomes_one_harmless_line(text: str, harmless: str) -> None:
    assert clean(text) == harmless


@given(st.text(st.characters() | st.sampled_from("\x1b[]P\\;m0\x9b\x9d\x07\u202e\u2066\n\r")))
def test_cleaned_text_has_nothing_that_steers_a_terminal(text: str) -> None:
    cleaned = clean(text)
    assert {unicodedata.category(char) for char in cleaned} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert {char for char in cleaned if unicodedata.category(char) == "Cf"} <= set("\u200c\u200d")
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("図表", 4), ("e\u0301", 1), ("\x1b[31mred\x1b[0m", 3), ("✓ █…", 4), ("ｱ", 1), ("Ａ", 2)],
)
def test_width(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("図表図", 5, "図表…"),
        ("図表図", 4, "図…"),
        ("\x1b[31mabcdef\x1b[0m", 4, "\x1b[31mabc…\x1b[0m"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_truncate(text: str, width: int, cut: str) -> None:
    assert truncate(text, width) == cut


@given(st.text("ab図e\u0301✓ "), st.integers(0, 12), st.booleans())
def test_truncated_text_fits_and_is_a_beginning(text: str, width: int, colour: bool) -> None:
    shown = truncate(Style(colour)(text, "bad"), width)
    plain = SGR.sub("", shown)
    assert width_of(shown) <= width
    assert plain == text or text.startswith(plain.removesuffix("…"))
    assert shown.count("\x1b[31m") == shown.count("\x1b[0m")


def test_pad_and_table_align_by_columns_on_screen() -> None:
    assert pad("図", 4) == "図  "
    assert pad("図", 4, right=True) == "  図"
    assert table([["図", "1"], ["ab", "22"], ["\x1b[1mc\x1b[0m"]], right=(1,)) == [
        "図   1",
        "ab  22",
        "\x1b[1mc\x1b[0m",
    ]
    assert table([]) == []


@given(st.text("✓✗↳█▄▁…—–·µ×→图é a\u0301"))
def test_ascii_takes_the_same_columns(text: str) -> None:
    assert to_ascii(text).isascii()
    assert width_of(to_ascii(text)) == width_of(text)


@pytest.mark.parametrize(
    ("values", "width", "shown"),
    [
        ([], 5, ""),
        ([0, 0], 5, "▁▁"),
        ([1, 2, 3, 4], 4, "▃▅▇█"),
        ([1, 2, 3, 4], 2, "▇█"),
        ([4, None, 2], 5, "█ ▅"),
        ([None], 5, " "),
        ([1], 0, ""),
    ],
)
def test_sparkline(values: list[float | None], width: int, shown: str) -> None:
    assert sparkline(values, width) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "[----------]"), (0.05, "[----------]"), (0.1, "[>---------]"), (0.5, "[====>-----]"), (1, "[==========]")],
)
def test_bar(share: float, shown: str) -> None:
    assert bar(share, 12) == shown


@pytest.mark.parametrize(
    ("terminal", "env", "choice", "colour"),
    [
        (True, {}, "auto", True),
        (False, {}, "auto", False),
        (True, {"NO_COLOR": "1"}, "auto", False),
        (True, {"NO_COLOR": ""}, "auto", True),
        (False, {"FORCE_COLOR": "1"}, "auto", True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        (True, {"TERM": "dumb"}, "auto", False),
        (False, {"NO_COLOR": "1"}, "always", True),
        (True, {"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_who_decides_on_colour(terminal: bool, env: dict[str, str], choice: str, colour: bool) -> None:
    assert wants_colour(Terminal() if terminal else io.StringIO(), env, choice) is colour


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Terminal()
    stream.isatty = io.StringIO.isatty.__get__(stream)  # type: ignore[method-assign]
    stream.close()
    assert wants_colour(stream, {}) is False


@pytest.mark.parametrize(
    ("encoding", "speaks"), [("utf-8", True), ("UTF8", True), ("ascii", False), ("latin-1", False)]
)
def test_encodings(encoding: str, speaks: bool) -> None:
    assert speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is speaks
