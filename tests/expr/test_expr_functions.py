from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_expr_chance import chance

from loadspec.expr import EvalError, ExprError, Missing, Scope, compile_code, compile_expression
from loadspec.expr.functions import FUNCTIONS, HABITS, THEMES
from loadspec.expr.functions.row import LIST, MAP, NUMBER, TEXT, TRUTH
from loadspec.expr.values import MAX_ITEMS, MAX_TEXT
from loadspec.extract.jsonpath import compile_jsonpath

AT = 1_700_000_000_123.4


class Tools(Scope):
    """Names `a`, `b`, `c` of the context, a chance that starts anew, a clock that stands."""

    chance = staticmethod(lambda ctx: ctx.setdefault("chance", chance()))  # type: ignore[assignment]
    clock = staticmethod(lambda _: AT)
    paths = staticmethod(compile_jsonpath)


def run(text: str, **names: Any) -> Any:
    scope = Tools(
        {name: (lambda ctx, name=name: ctx[name]) for name in names},
        functions={name: lambda _: lambda _: 1.5 for name in ("since", "draw")},
    )
    return compile_expression(text, scope)(dict(names))


PURE = [name for name, row in FUNCTIONS.items() if row.shows is not None]


@pytest.mark.parametrize("name", PURE)
def test_an_example_shows_what_its_row_says(name: str) -> None:
    found = run(FUNCTIONS[name].example)
    assert found == FUNCTIONS[name].shows
    assert type(found) is type(FUNCTIONS[name].shows)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_row_is_whole(name: str) -> None:
    row = FUNCTIONS[name]
    assert row.example.startswith(f"{name}(")
    assert row.doc
    assert row.doc[-1] != "."
    assert row.usage(name).startswith(f"{name}(")
    assert 0 <= row.min_args <= row.max_args
    marks = [param.optional for param in row.params]
    assert marks == sorted(marks)
    value = run(row.example)
    kinds = {bool: TRUTH, int: NUMBER, float: NUMBER, str: TEXT, list: LIST, dict: MAP}
    assert row.gives & kinds[type(value)]


def test_a_name_stands_in_one_theme() -> None:
    assert sum(map(len, THEMES.values())) == len(FUNCTIONS)
    assert not set(HABITS) & set(FUNCTIONS)


ISSUE = (
    "defined default len lower upper matches contains starts_with int float str round min max any all now uuid random "
    "choice since draw base64 sha256 hmac jsonpath urlencode to_json"
)


def test_the_issues_functions_are_there() -> None:
    assert set(ISSUE.split()) <= set(FUNCTIONS)


VALUES: list[tuple[str, Any]] = [
    ("trim('xxaxx', 'x')", "a"),
    ("replace('abc', '', '-')", "-a-b-c-"),
    ("split(' a  b ')", ["a", "b"]),
    ("join(['a', 1, null, [2]])", "a1null[2]"),
    ("find('a=1;b=2', r'(\\w)=(?P<value>\\d)')", "1"),
    ("default(find('abc', 'x'), 'none')", "none"),
    ("find_all('a=1;b=2', r'=(\\d)')", ["1", "2"]),
    ("floor(-1.5)", -2),
    ("ceil(-1.5)", -1),
    ("int('-7')", -7),
    ("int(3.9)", 3),
    ("sum([])", 0),
    ("first('abc')", "a"),
    ("unique([1, true, '1', [1], [1], 1.0])", [1, True, "1", [1], 1.0]),
    ("sorted(['b', 'a'])", ["a", "b"]),
    ("iso_date(now())", "2023-11-14T22:13:20.123Z"),
    ("iso_date()", "2023-11-14T22:13:20.123Z"),
    ("iso_date(-1)", "1969-12-31T23:59:59.999Z"),
    ("format_date('%Y-%m-%dT%H:%M:%S')", "2023-11-14T22:13:20"),
    ("timestamp()", 1_700_000_000),
    ("now() - parse_date('2023-11-14T22:13:20Z')", 123),
    ("parse_date('Tue, 14 Nov 2023 22:13:20 GMT')", 1_700_000_000_000),
    ("parse_date('2023-11-14T23:13:20+01:00')", 1_700_000_000_000),
    ("parse_date('2023-11-14')", 1_699_920_000_000),
    ("sha256('ä')", hashlib.sha256("ä".encode()).hexdigest()),
    ("sha256('a', 'base64')", base64.b64encode(hashlib.sha256(b"a").digest()).decode()),
    ("hmac('k', 'm')", hmac.new(b"k", b"m", "sha256").hexdigest()),
    (
        "hmac('k', 'm', 'sha512', 'base64url')",
        base64.urlsafe_b64encode(hmac.new(b"k", b"m", "sha512").digest()).decode().rstrip("="),
    ),
    ("base64_decode('8J-YgA')", "😀"),
    ("base64_decode('')", ""),
    ("urlencode('a b&ä')", "a%20b%26%C3%A4"),
    ("urlencode({'a': [1, 2], 'b': null, 'c d': true})", "a=1&a=2&c%20d=true"),
    ("hex('é')", "c3a9"),
    ("pluck([['a', 'b']], 1)", ["b"]),
    ("jsonpath_all({'a': 1}, '$.b')", []),
    ("default(jsonpath({'a': 1}, '$.b'), 2)", 2),
    ("merge({'a': 1}, {'a': 2})", {"a": 2}),
    ("keys({})", []),
    ("random_int(3, 3)", 3),
    ("sample([1], 1)", [1]),
    ("sample([], 0)", []),
    ("choice('a')", "a"),
    ("random_string(0)", ""),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_value(text: str, value: Any) -> None:
    assert run(text) == value


FAILS = [
    "replace(1, 'a', 'b')",
    "trim('a', 1)",
    "first([])",
    "last('')",
    "first(3)",
    "keys([])",
    "sum(['a'])",
    "sorted([1, 'a'])",
    "int('x')",
    "int('9999999999999999999999' + repeat('9', 5000))",
    "floor('a')",
    "base64(1)",
    "base64_decode('a')",
    "base64_decode('!!!!')",
    "base64_decode('/w==')",
    "hmac('k', 'm', 'sha3')",
    "hmac('k', 'm', 'md5', 'utf-8')",
    "sha256('a', 'utf-8')",
    "jwt([], 'k')",
    "jwt({}, 'k', 'none')",
    "hex(-1.5)",
    "from_json('{')",
    "from_json(1)",
    "format_date('%Q')",
    "format_date('%1000000000Y')",
    "format_date('%Y', 1e300)",
    "iso_date('now')",
    "iso_date(float('nan'))",
    "parse_date('yesterday')",
    "parse_date(repeat('9', 1000))",
    "random(1, 2) + random('a')",
    "random_int(2, 1)",
    "random_int(1.0, 2)",
    "random_int(0, 99999999999999999999)",
    "random_string(5, '')",
    "random_string(1000000)",
    "random_string('a')",
    "choice([])",
    "choice(1)",
    "sample([1], 2)",
    "sample([1], -1)",
    "sample(1, 1)",
    "normal('a', 1)",
    "pluck([1], 'a')",
    "pluck(1, 'a')",
    "jsonpath({}, '$.a')",
    "find('a', 'b')",
    "matches([], 'b')",
    "trim('x', repeat('y', 101))",
    "pad_left('', 2000000)",
    "pad_left('', 3, 'ab')",
    "unescape_html(1)",
    "urldecode(1)",
    "merge({}, [])",
]


@pytest.mark.parametrize("text", FAILS)
def test_what_does_not_fit_is_a_missing_value(text: str) -> None:
    with pytest.raises(Missing):
        run(text)


GROWS = [
    "repeat('x', 100000000000)",
    "repeat(repeat('xxxxxxxxxx', 1000), 1000)",
    "replace(a, 'x', 'yyyy')",
    "replace(a, '', 'y')",
    "join([a, a], '')",
    "join(split(a, 'xxxxxxxxxx'), a)",
    "a + a",
    "urlencode(repeat('ä', 900000))",
    "to_json(" * 12 + "repeat('\"', 100000)" + ")" * 12,
    "str([" * 40 + "'\"'" + "])" * 40,
    "str([" * 12 + "repeat('\"', 100000)" + "])" * 12,
    "hex(" * 12 + "repeat('x', 100000)" + ")" * 12,
    "base64(" * 40 + "repeat('x', 1000)" + ")" * 40,
    "split(a, 'x')",
    "split(repeat(', ', 200000))",
    "sorted(c)",
    "unique(c)",
    "c + c",
    "9999999999999999999" + " * 9999999999999999999" * 40 + "* b * b * b",
]


@pytest.mark.parametrize("text", GROWS)
def test_nothing_grows_without_bounds(text: str) -> None:
    with pytest.raises(EvalError):
        run(text, a="x" * 600_000, b=10**999, c=[0] * (MAX_ITEMS + 1))


def test_caps_are_what_the_documentation_says() -> None:
    assert (MAX_TEXT, MAX_ITEMS) == (1_000_000, 100_000)


@pytest.mark.parametrize("name", [name for name, row in FUNCTIONS.items() if row.needs in ("chance", "clock")])
def test_chance_and_time_never_fold_and_need_a_user(name: str) -> None:
    if FUNCTIONS[name].shows is None:
        assert not compile_code(FUNCTIONS[name].example, Tools()).constant
    before = Scope()
    before.clock = None
    with pytest.raises(ExprError, match="no value here"):
        compile_code(FUNCTIONS[name].example, before)


def test_a_uuid_is_of_version_4_and_of_the_users_chance() -> None:
    scope = Tools()
    one, two = {"chance": chance(1)}, {"chance": chance(1)}
    get = compile_expression("uuid()", scope)
    drawn = [get(one) for _ in range(50)]
    assert drawn == [get(two) for _ in range(50)]
    assert len(set(drawn)) == 50
    for text in drawn:
        found = uuid.UUID(text)
        assert (found.version, found.variant, str(found)) == (4, uuid.RFC_4122, text)


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(0, 2**32))
def test_draws_stay_in_their_bounds(low: int, width: int, seed: int) -> None:
    ctx = {"chance": chance(seed)}
    drawn = compile_expression(f"random_int({low}, {low + width})", Tools())(ctx)
    assert low <= drawn <= low + width
    assert low <= compile_expression(f"random({low}, {low + width})", Tools())(ctx) <= low + width
    assert 0 <= compile_expression("random()", Tools())(ctx) < 1
    word = compile_expression(f"random_string({width % 40}, 'abc')", Tools())(ctx)
    assert re.fullmatch(r"[abc]*", word)
    assert len(word) == width % 40
    sample = compile_expression("sample([1, 2, 3, 4, 5], 3)", Tools())(ctx)
    assert len(set(sample)) == 3
    assert set(sample) <= {1, 2, 3, 4, 5}


def test_draws_are_even() -> None:
    ctx = {"chance": chance(5)}
    face = compile_expression("random_int(1, 6)", Tools())
    letter = compile_expression("random_string(60, 'abcdef')", Tools())
    item = compile_expression("choice([1, 2, 3, 4, 5, 6])", Tools())
    for drawn in (
        [face(ctx) for _ in range(6000)],
        list("".join(letter(ctx) for _ in range(100))),
        [item(ctx) for _ in range(6000)],
    ):
        counts = [drawn.count(one) for one in sorted(set(drawn))]
        assert len(counts) == 6
        assert sum((count - 1000) ** 2 / 1000 for count in counts) < 20.5  # chi squared, 5 degrees: p = 0.001
    normal = compile_expression("normal(10, 2)", Tools())
    values = [normal(ctx) for _ in range(4000)]
    mean = sum(values) / 4000
    assert abs(mean - 10) < 0.15
    assert abs((sum((value - mean) ** 2 for value in values) / 4000) ** 0.5 - 2) < 0.15
    exponential = compile_expression("exponential(10)", Tools())
    assert abs(sum(exponential(ctx) for _ in range(4000)) / 4000 - 10) < 0.7


def test_a_token_verifies() -> None:
    head, claims, signature = run("jwt({'sub': 'ada', 'n': 1}, 'secret')").split(".")
    expected = hmac.new(b"secret", f"{head}.{claims}".encode(), "sha256").digest()
    assert signature == base64.urlsafe_b64encode(expected).decode().rstrip("=")
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {"sub": "ada", "n": 1}


def test_bytes_of_a_file_can_be_sent_as_base64() -> None:
    data = random.Random(1).randbytes(3_000_000)
    assert run("base64(a)", a=data) == base64.b64encode(data).decode()
    assert run("sha256(a)", a=data) == hashlib.sha256(data).hexdigest()
    assert run("len(a)", a=data) == 3_000_000
    with pytest.raises(EvalError):
        run("base64(a)", a=bytes(1 << 25))


@given(st.text(max_size=30))
def test_encodings_have_their_inverse(text: str) -> None:
    assert run("base64_decode(base64(a))", a=text) == text
    assert run("base64_decode(base64url(a))", a=text) == text
    assert run("from_json(to_json(a))", a=text) == text
    assert run("urldecode(urlencode(a))", a=text) == text
