from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import EvalError, ExprError, compile_regex
from loadspec.expr.regex import MAX_BYTES, MAX_PROGRAM

REFUSED = [
    # pattern, column, part of the message, part of the hint
    (r"a(?=b)", 1, "look-around", "( )"),
    (r"(?<!x)b", 0, "look-around", "( )"),
    (r"(?P<a>x)(?P=a)", 8, "back-references", "again"),
    (r"(a)\1", 3, "back-references", "again"),
    (r"\\1(a)\1", 6, "back-references", "again"),
    (r"(?>a)", 0, "atomic", "slow"),
    (r"a++", 1, "repeats a repetition", "RE2"),
    (r"end\Z", 3, "Python's", r"\z"),
    (r"é\u0041", 1, r"\u", r"\x{"),
    (r"[a-", 0, "not closed", ""),
    (r"(a(b)", 0, "not closed", ""),
    (r"é[(](", 4, "not closed", ""),
    (r"[)]a)b", 4, "closes nothing", ""),
    (r"*a", 0, "nothing stands before `*`", ""),
    (r"a{2000}", 1, "{2000}", ""),
    (r"[z-a]", 1, "z-a", ""),
    (r"\p{Foo}", 0, r"\p{Foo}", ""),
    (r"(?x) a", 0, "not known", ""),
    ("\bword", 0, "backspace", "r'"),
    (r"\pL{1000}", 0, "too large", "counts"),
    (r".{900}", 0, "too large", "counts"),
    ("a" * 1001, 1000, "1000 characters", "shorten"),
]


@pytest.mark.parametrize(("pattern", "column", "message", "hint"), REFUSED)
def test_what_the_engine_refuses_has_a_place_and_a_way_out(pattern: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(ExprError) as caught:
        compile_regex(pattern)
    error = caught.value
    assert error.topic == "regex"
    assert message in error.message
    assert hint in error.hint
    assert error.offset == column


def test_finds_first_group_or_whole_match() -> None:
    page = '<i name="csrf" value="ä1">…<i name="csrf" value="b2">'.encode()
    assert compile_regex(r'value="(.*?)"').first(page) == "ä1".encode()
    assert compile_regex(r'value="(.*?)"').each(page) == ["ä1".encode(), b"b2"]
    assert compile_regex(r"\w\d").first(page) == b"b2"
    assert compile_regex(r"(name)=\S+ value=\"(?P<value>.*?)\"").each(page) == ["ä1".encode(), b"b2"]
    assert compile_regex(r"gone").first(page) is None
    assert compile_regex(r"(x)?name").first(page) is None
    assert compile_regex("").each("aä".encode()) == [b"", b"", b""]
    assert compile_regex(r"\d").holds("ä1") is True
    assert compile_regex("(?i)Ä").holds("ä1") is True
    assert compile_regex("ab").first(b"\xff\xfeab") == b"ab"


def test_a_text_that_is_too_long_is_refused_not_cut() -> None:
    small, large = compile_regex("b"), compile_regex("[ab]{900}")
    assert small.limit == MAX_BYTES
    assert large.limit < small.limit
    with pytest.raises(EvalError, match="at most"):
        small.holds("a" * (MAX_BYTES + 1))
    assert large.size <= MAX_PROGRAM
    with pytest.raises(EvalError):
        small.holds(3)  # type: ignore[arg-type]


def test_catastrophic_patterns_end() -> None:
    assert not compile_regex(r"(x+x+)+y").holds("x" * 60_000)
    assert not compile_regex(r"^(a|a)*$").holds("a" * 60_000 + "b")
    quadratic = compile_regex(r"a.*b|a")
    with pytest.raises(EvalError, match="too long"):
        quadratic.each(b"a" * quadratic.limit)


@given(st.text(max_size=40))
def test_any_text_is_a_regex_or_an_error_with_a_column(pattern: str) -> None:
    column = 0
    try:
        found = compile_regex(pattern)
    except ExprError as error:
        found, column = compile_regex(""), error.offset
    assert 0 <= column <= len(pattern)
    found.holds("abc ä 123")
    found.each(b"abc \xff 123")


ATOMS = st.sampled_from(["a", "b", "[ab]", ".", "ab", "(?:a|b)", "[^a]", "^", "$", "(?:ab)"])
QUANTIFIERS = st.sampled_from(["", "", "?", "{1,2}"])
PATTERNS = st.lists(st.tuples(ATOMS, QUANTIFIERS), min_size=1, max_size=4).map(
    lambda parts: "".join(atom + (count if atom not in "^$" else "") for atom, count in parts)
)


@given(PATTERNS, st.text("abc", max_size=12))
def test_agrees_with_pythons_own_engine(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    got = compile_regex(pattern).first(text.encode())
    assert got == (None if found is None else found[0].encode())
