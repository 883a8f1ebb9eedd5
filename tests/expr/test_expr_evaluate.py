from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadspec.expr import EvalError, Missing, Scope, compile_code, compile_expression
from loadspec.expr.regex import MAX_BYTES

VALUES = [
    ("status == 200 and defined(json.token)", True),
    ("status != 200", False),
    ("200 == status", True),
    ("status in [200, 202]", True),
    ("status not in (200, 202)", False),
    ("json.token in ['failed', 'abc']", True),
    ("json.list in ['failed', 'abc']", False),
    ("'ell' in body", True),
    ("'token' in json", True),
    ("500 <= status <= 599", False),
    ("100 <= status < 300 != 7", True),
    ("json.n < status < duration", False),
    ("not ok", False),
    ("ok and json.n", 7),
    ("json.none or json.n or 1", 7),
    ("json.none and json.n and 1", None),
    ("vars.off and absent", False),
    ("vars.on or absent", True),
    ("vars.off or json.n", 7),
    ("steps.generate.ok", True),
    ("steps['generate'].ok", True),
    ("json.list[1].x", 2),
    ("json.list[-1]['x']", 2),
    ("json.list[status - 199].x", 2),
    ("json['from']", "f"),
    ("headers['x-request-id']", "r1"),
    ("json.token[0]", "a"),
    ("json.token[1:]", "bc"),
    ("json.list[:1]", [1]),
    ("body[::-1]", "dlrow olleh"),
    ("body[-5:]", "world"),
    ("vars.tree.leaf[1]", 2),
    ("vars.limit * 2 + json.n // 2 - 7 % 4", 6),
    ("-duration / 2", -6.25),
    ("'x' if ok else absent", "x"),
    ("absent if vars.off else 'y'", "y"),
    ("[true, false, null, True, False, None]", [True, False, None, True, False, None]),
    ("[]", []),
    ("(status, 'a')", (200, "a")),
    ("{'a': status, 'b': {}}", {"a": 200, "b": {}}),
    ("'a' + token", "atok"),
    ("since('generate') - duration", 27.5),
    ("'}}' + '{{' + '|' + ' = && '", "}}{{| = && "),
    ("'it\\'s'", "it's"),
    ("  status\n  ==\n  200  ", True),
    ("defined(json.none)", True),
    ("defined(json.gone)", False),
    ("defined(json.gone.deeper)", False),
    ("defined(json.token.deeper)", False),
    ("defined(json.list[1].x)", True),
    ("defined(json.list[2])", False),
    ("defined(headers['x-request-id'])", True),
    ("defined(absent)", False),
    ("defined(absent.x)", False),
    ("defined(token)", True),
    ("defined(vars.tree.leaf)", True),
    ("defined(vars.tree.bough)", False),
    ("defined(json.gone + 1)", False),
    ("default(json.gone, 5)", 5),
    ("default(json.n, absent)", 7),
    ("default(json.none, 5)", None),
    ("default(absent.x, default(json.gone, 'z'))", "z"),
    ("default(1 / 0, 'inf')", "inf"),
    ("default(vars.limit, absent)", 3),
    ("len(json.list) + len(body) + len(json)", 19),
    ("lower('ABC') + upper('def')", "abcDEF"),
    (r"matches(body, '^hel+o\s')", True),
    ("matches(body, '^world')", False),
    (r"matches(body, r'\bworld\b')", True),
    ("contains(body, 'wor') and contains(json.list, 1) and contains(json, 'n')", True),
    ("starts_with(body, 'hello') and ends_with(body, 'world')", True),
    ("int('12') + int(3.9) + int(true)", 16),
    ("float('1.5')", 1.5),
    ("str(1.0) + str(true) + str(null) + str('x') + str([1, 'a'])", '1.0truenullx[1,"a"]'),
    ("round(2.5)", 2),
    ("round(2.345, 1)", 2.3),
    ("min(3, 1, 2) + min([5, 4]) + max(1, 2) + max([1])", 8),
    ("abs(-3)", 3),
    ("any([0, 1]) and not all([0, 1])", True),
    ("to_json({'a': [1, null]})", '{"a":[1,null]}'),
    ("join(['a', 1, true], '-')", "a-1-true"),
    ("join(['a', 'b'])", "ab"),
    ("split('a,b', ',')", ["a", "b"]),
    ("split(' a  b ')", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_value(text: str, value: Any, scope: Scope, ctx: dict[str, Any]) -> None:
    result = compile_expression(text, scope)(ctx)
    assert result == value
    assert type(result) is type(value)


MISSING = [
    ("absent", "absent"),
    ("json.gone", "json.gone"),
    ("json.gone.deeper", "json.gone"),
    ("json.token.deeper", "json.token.deeper"),
    ("json.list[2]", "json.list[2]"),
    ("json.list[1].y.z", "json.list[1].y"),
    ("json.list.x", "json.list.x"),
    ("json['a-b']", "json['a-b']"),
    ("json.none.x", "json.none.x"),
    ("json.list[json.n]", "json.list[7]"),
    ("vars.tree.bough", "vars.tree.bough"),
    ("json.gone == null", "json.gone"),
    ("since('generate').x", "since('generate').x"),
]


@pytest.mark.parametrize(("text", "path"), MISSING)
def test_missing_names_the_first_key_that_is_not_there(text: str, path: str, scope: Scope, ctx: Any) -> None:
    with pytest.raises(Missing) as caught:
        compile_expression(text, scope)(ctx)
    assert caught.value.path == path
    assert path in str(caught.value)
    assert not isinstance(caught.value, EvalError)


FAILS = [
    ("json.none < 3", "`<` cannot compare null with a number"),
    ("1 < json.none < 3", "`<` cannot compare a number with null"),
    ("status < json.token", "`<` cannot compare a number with text"),
    ("1 in status", "`in` cannot compare a number with a number"),
    ("json.list[0] in body", "`in` cannot compare a number with text"),
    ("status / 0", "`/` divides by zero"),
    ("status % 0", "`%` divides by zero"),
    ("1 / 0", "`/` divides by zero"),
    ("'a' + 1", "`+` cannot take text and a number"),
    ("'a' * 10", "`*` cannot take text and a number"),
    ("status * [1]", "`*` cannot take a number and a list"),
    ("'%99d' % 1", "`%` cannot take text and a number"),
    ("json - 1", "`-` cannot take a map and a number"),
    ("-body", "`-` cannot take text"),
    ("int('x')", "int() cannot use"),
    ("int(null)", "int() cannot use"),
    ("float([])", "float() cannot use"),
    ("len(status)", "len() cannot use"),
    ("lower(1)", "lower() cannot use"),
    ("round(1.5, 99)", "round() cannot use"),
    ("round(1.5, -99999999)", "round() cannot use"),
    ("min([])", "min() cannot use"),
    ("max(1, 'a')", "max() cannot use"),
    ("any(1)", "any() cannot use"),
    ("split('a', '')", "split() cannot use"),
    ("starts_with(body, 1)", "starts_with() cannot use"),
    ("status[0:1]", "only text and lists have slices"),
    ("{json.list: 1}", "cannot be a key"),
    ("matches(status, 'a')", "a regular expression reads text, this is a number"),
]


@pytest.mark.parametrize(("text", "sentence"), FAILS)
def test_failed_evaluation_is_a_missing_value_with_a_sentence(text: str, sentence: str, scope: Scope, ctx: Any) -> None:
    run = compile_expression(text, scope)
    with pytest.raises(EvalError) as caught:
        run(ctx)
    assert isinstance(caught.value, Missing)
    assert caught.value.path == ""
    assert sentence in str(caught.value)


def test_bytes_hold_only_bytes(scope: Scope) -> None:
    with pytest.raises(EvalError, match="`in` cannot compare a number with bytes"):
        compile_expression("a in b", scope)({"a": 300, "b": b"image"})


@pytest.mark.parametrize(
    ("key", "shown"),
    [(2**20000, "a[a number]"), ({"x": 1}, "a[a map]"), ("x" * 10**6, "a['" + "x" * 60 + "…']"), (-3, "a[-3]")],
    ids=["number", "map", "text", "small"],
)
def test_a_key_is_named_however_large(key: Any, shown: str, scope: Scope) -> None:
    with pytest.raises(Missing) as caught:
        compile_expression("a[b]", scope)({"a": {}, "b": key})
    assert caught.value.path == shown


def test_what_grows_is_capped(scope: Scope) -> None:
    big = {"a": "x" * 600_000, "b": [0] * 60_000}
    for text in ("a + a", "b + b", "join([a, a])", "join(b, 'separator, a long one')"):
        with pytest.raises(EvalError, match="longer than"):
            compile_expression(text, scope)(big)


def test_matches_refuses_what_it_cannot_read_to_the_end(scope: Scope) -> None:
    run = compile_expression("not matches(body, 'error')", scope)
    assert run({"body": "x" * MAX_BYTES}) is True
    with pytest.raises(EvalError, match=f"at most {MAX_BYTES}"):
        run({"body": "x" * MAX_BYTES + "error"})


@pytest.mark.parametrize(
    ("text", "is_constant"),
    [
        ("vars.limit + 1", True),
        ("vars.off and absent", True),
        ("'a' if vars.on else absent", True),
        ("[vars.limit, env.API]", True),
        ("defined(vars.tree.bough)", True),
        ("default(env.API, absent)", True),
        ("vars.tree.leaf[vars.limit - 2]", True),
        ("not vars.off", True),
        ("upper(env.API)", True),
        ("1 / 0", False),
        ("len(from_json('" + "[" * 490 + "]" * 490 + "'))", True),
        ("len(vars.large)", False),
        ("to_json([[{'a': vars.large}]])", False),
        ("to_json([" * 20 + "'\"'" + "])" * 20, False),
        ("status", False),
        ("vars.on and status", False),
        ("since('generate')", False),
        ("matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+$')", False),
    ],
)
def test_constants_fold_and_regexes_never_run_at_compile_time(text: str, is_constant: bool, scope: Scope) -> None:
    code = compile_code(text, scope)
    assert code.constant is is_constant
    if is_constant:
        assert code.run(None) == code.value


def test_a_bug_in_a_getter_is_not_taken_for_a_missing_value() -> None:
    def broken(_ctx: Any) -> Any:
        raise TypeError("a bug")

    scope = Scope({"bad": broken})
    texts = [
        "bad.x",
        "bad.x.y",
        "bad < 1",
        "bad == 1",
        "defined(bad)",
        "defined(bad.x)",
        "defined(bad.x.y)",
        "len(bad)",
    ]
    for text in [
        *texts,
        "default(bad, 1)",
        "bad + 1",
        "-bad",
        "1 < bad < 2",
        "bad[0:1]",
        "[bad]",
        "{'a': bad}",
        "bad[1 + 1]",
    ]:
        with pytest.raises(TypeError, match="a bug"):
            compile_expression(text, scope)(None)


def test_attributes_are_keys_only(scope: Scope, ctx: Any) -> None:
    for text in ("json.__class__", "body.upper", "json.items", "json.list.append", "token.__len__"):
        with pytest.raises(Missing):
            compile_expression(text, scope)(ctx)
    assert compile_expression("json.items", scope)({"json": {"items": 3}}) == 3


# The slow reference: Python itself, on the same text.

ATOMS = st.sampled_from(
    ["a", "b", "c", "a.x", "a['x'].y", "b[0]", "b[-1]", "1", "2.5", "0", "'s'", "'x'", "true", "null", "[1, 's']"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, "s", "x", "sx"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2),
    max_leaves=6,
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
    )
    return st.one_of(
        st.tuples(inner, binary, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} <= {p[1]} < {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} and {p[1]} and {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} or {p[1]} or {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda p: f"(not {p})"),
        inner.map(lambda p: f"(-{p})"),
        inner.map(lambda p: f"[{p}]"),
    )


class Map(dict):  # type: ignore[type-arg]
    def __getattr__(self, key: str) -> Any:
        return self[key]


def _mapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Map({key: _mapped(item) for key, item in value.items()})
    return [_mapped(item) for item in value] if isinstance(value, list) else value


def numbers(operation: str, left: Any, right: Any) -> Any:
    """`*` and `%` as the language has them: no text is repeated or formatted."""
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        raise TypeError
    return left * right if operation == "Mult" else left % right


class NumbersOnly(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, (ast.Mult, ast.Mod)):
            return node
        return ast.Call(
            ast.Name("numbers", ast.Load()), [ast.Constant(type(node.op).__name__), node.left, node.right], []
        )


@settings(max_examples=400)
@given(st.recursive(ATOMS, _grow, max_leaves=6), DATA, DATA, DATA)
def test_agrees_with_python(text: str, a: Any, b: Any, c: Any) -> None:
    ctx = {"a": _mapped(a), "b": _mapped(b), "c": _mapped(c)}
    scopes = [
        Scope({name: (lambda ctx, name=name: ctx[name]) for name in "abc"}),
        Scope({"a": lambda ctx: ctx["a"]}, {"b": ctx["b"], "c": ctx["c"]}),
        Scope({}, ctx),  # everything folds
    ]
    tree = ast.fix_missing_locations(NumbersOnly().visit(ast.parse(text, mode="eval")))
    try:
        expected = eval(compile(tree, "", "eval"), {"true": True, "null": None, "numbers": numbers, **ctx})
    except Exception:
        expected = Missing
    for scope in scopes:
        try:
            result = compile_expression(text, scope)(ctx)
        except Missing:
            result = Missing
        assert result == expected
        assert type(result) is type(expected)
