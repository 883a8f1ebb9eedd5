"""The kinds that are inferred, against what evaluations give; and a fuzz of calls."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support_expr_chance import chance

from loadspec.expr import ExprError, Missing, Scope, compile_expression, kinds_in, kinds_in_template
from loadspec.expr.functions import FUNCTIONS
from loadspec.expr.functions.row import ANY, LIST, MAP, NULL, NUMBER, TEXT, TRUTH
from loadspec.expr.kinds import UNKNOWN, kind_of, literal, words
from loadspec.extract.jsonpath import compile_jsonpath

NAMES = {"n": NUMBER, "t": TEXT, "b": TRUTH, "li": LIST, "m": MAP, "x": ANY}


def kinds(parts: tuple[str, ...]) -> tuple[int, int]:
    return NAMES.get(parts[0], ANY), 1


class Tools(Scope):
    chance = staticmethod(lambda ctx: ctx["chance"])
    paths = staticmethod(compile_jsonpath)

    def __init__(self) -> None:
        super().__init__({name: (lambda ctx, name=name: ctx[name]) for name in NAMES})


ATOMS = st.sampled_from(["n", "t", "b", "li", "m", "x", "1", "2.5", "'a'", "'5'", "true", "null", "[1, 'a']", "[]"])
VALUE = st.none() | st.booleans() | st.integers(-3, 300) | st.sampled_from([1.5, "a", "5", "", [], [1], {"a": 1}])
CONTEXT = st.fixed_dictionaries(
    {
        "n": st.integers(-3, 300) | st.sampled_from([0.5, 1e300]),
        "t": st.sampled_from(["", "a", "ab", "5"]),
        "b": st.booleans(),
        "li": st.lists(VALUE, max_size=3),
        "m": st.dictionaries(st.sampled_from(["a", "b"]), VALUE, max_size=2),
        "x": VALUE,
    }
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Nothing that leaves a part out: `and`, `or`, `if`, `default` and chains have tests of their own."""
    sign = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in"])
    one = st.sampled_from(["lower", "len", "int", "str", "abs", "first", "keys", "to_json", "sum", "base64", "sorted"])
    return st.one_of(
        st.tuples(inner, sign, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(one, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"join({p[0]}, {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
        inner.map(lambda p: f"(-{p})"),
        inner.map(lambda p: f"(not {p})"),
        inner.map(lambda p: f"[{p}]"),
        inner.map(lambda p: f"({p})[0]"),
        inner.map(lambda p: f"({p}).a"),
        inner.map(lambda p: f"({p})[0:1]"),
    )


EXPRESSIONS = st.recursive(ATOMS, _grow, max_leaves=5)


@settings(max_examples=400)
@given(EXPRESSIONS, CONTEXT)
@example("(n == t)", {"n": 1, "t": "1"})
def test_what_can_never_work_never_works_and_what_works_gives_its_kind(text: str, ctx: dict[str, Any]) -> None:
    found = kinds_in(text, kinds)
    try:
        value = compile_expression(text, Tools())({**ctx, "chance": chance()})
    except Missing:
        return
    assert not [doubt for doubt in found.doubts if doubt.certain]
    assert found.gives & kind_of(value)


@settings(max_examples=300)
@given(ATOMS, st.sampled_from(["==", "!=", "in", "not in", "<", ">="]), ATOMS, CONTEXT, CONTEXT)
def test_what_is_always_the_same_is_the_same(left: str, sign: str, right: str, one: Any, two: Any) -> None:
    text = f"{left} {sign} {right}"
    doubts = kinds_in(text, kinds).doubts
    if not doubts or doubts[0].certain:
        return
    get = compile_expression(text, Tools())
    assert f"always {str(get(one)).lower()}" in doubts[0].message
    assert get(one) == get(two)


CHAINS = st.tuples(st.integers(0, 5), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(["<", "<=", ">", ">="]))


@given(CHAINS, st.integers(0, 5), st.floats(-1, 6))
def test_a_chain_without_a_number_between_never_holds(chain: tuple[int, str, str], last: int, number: float) -> None:
    text = f"{chain[0]} {chain[1]} n {chain[2]} {last}"
    if kinds_in(text, kinds).doubts:
        assert compile_expression(text, Tools())({"n": number}) is False


@given(st.lists(st.tuples(st.sampled_from(["==", "!="]), st.integers(0, 2)), min_size=2, max_size=3), st.integers(0, 3))
def test_sides_that_exclude_each_other(rows: list[tuple[str, int]], number: int) -> None:
    for word, outcome in (("and", False), ("or", True)):
        text = f" {word} ".join(f"n {sign} {value}" for sign, value in rows)
        if kinds_in(text, kinds, condition=True).doubts:
            assert compile_expression(text, Tools())({"n": number}) is outcome


def test_places_are_the_operands() -> None:
    (doubt,) = kinds_in("  'é' == t and n == '200'", kinds).doubts
    assert (doubt.offset, doubt.length) == (20, 5)
    (doubt,) = kinds_in_template("é{{ n }}{{ t - 1 }}", kinds).doubts
    assert (doubt.offset, doubt.length, doubt.certain) == (11, 1, True)
    assert kinds_in_template("{{ n }}", kinds).gives == NUMBER
    assert kinds_in_template("{{ n }}x", kinds).gives == TEXT
    with pytest.raises(ExprError) as caught:
        kinds_in_template("ab {{ 1 + }}", kinds)
    assert caught.value.offset == 9


def test_kinds_have_words() -> None:
    assert words(NUMBER) == "a number"
    assert words(TEXT | LIST | NULL) == "null, text or a list"
    assert kind_of(None) == NULL
    assert kind_of(True) == TRUTH
    assert literal(ast.parse("[1, [true, -2], 'a']", mode="eval").body) == [1, [True, -2], "a"]
    assert literal(ast.parse("[1, x]", mode="eval").body) is UNKNOWN


NUMBERS = ["n", "0", "-1", "1e308", "99999999999", "now()"]
TEXTS = [
    "t",
    "'a'",
    "''",
    "'%'",
    "r'(a|b)*c'",
    "'$.a'",
    "'$..*'",
    "'\\ud800'",
    "'sha1'",
    "repeat('ab', 400000)",
    "uuid()",
]
OTHERS = ["x", "li", "m", "null", "true", "[]", "[[1], 2]", "{'a': 1}", "x.a.b"]
ARGUMENTS = st.sampled_from([*NUMBERS, *TEXTS, *OTHERS])
CALLS = st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(ARGUMENTS, max_size=4)).map(
    lambda call: f"{call[0]}({', '.join(call[1])})"
)


@settings(max_examples=600)
@given(CALLS, CALLS, st.sampled_from(["{0}", "to_json({0})", "{0} + {1}", "[{0}, {1}]", "{0} == {1}"]), CONTEXT)
def test_no_call_gives_another_error_than_the_documented_ones(first: str, second: str, form: str, ctx: Any) -> None:
    text = form.format(first, second)
    with contextlib.suppress(ExprError, Missing):
        get = compile_expression(text, Tools())
        kinds_in(text, kinds, condition=True)
        get({**ctx, "chance": chance()})
