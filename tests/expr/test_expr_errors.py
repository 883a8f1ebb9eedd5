from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import ExprError, Missing, Scope, UnknownName, compile_expression, names_in

ERRORS = [
    # text, offset, part of the message, part of the hint
    ("", 0, "empty", "status == 200"),
    ("   ", 0, "empty", ""),
    ("status = 200", 7, "assigns", "`==`"),
    ("(x := 1)", 3, "assigns", "`==`"),
    ("len(a=1)", 5, "assigns", "`==`"),
    ("ok && ok", 3, "`&&`", "`and`"),
    ("ok || ok", 3, "`||`", "`or`"),
    ("!ok", 0, "`!`", "`not`"),
    ("status === 200", 7, "`===`", "`==`"),
    ("status <> 200", 7, "`<>`", "`!=`"),
    ("json.x | default('a')", 7, "no pipe", "default(x, y)"),
    ("{{ token }}", 0, "`{{`", "drop the {{ }}"),
    ("  {{ token }}", 2, "`{{`", "drop the {{ }}"),
    ("ok ? 1 : 2", 3, "`?`", "if condition else"),
    ("$.token == 'a'", 0, "JSONPath", "json.a.b"),
    ("duration < 30s", 11, "`30s`", "milliseconds"),
    ("duration < 1.5ms", 11, "`1.5ms`", "milliseconds"),
    ("ok # really", 3, "comments", ""),
    ("json.from == 1", 4, "`.from`", "['from']"),
    ("json.a['x'].class", 11, "`.class`", "['class']"),
    ("2 ** 9", 2, "`**`", ""),
    ("ok and 'abc", 7, "not closed", "'"),
    ("status is null", 0, "`is`", "defined(x)"),
    ("status not is null", 11, "cannot be read", ""),
    ("(status", 0, "never closed", ""),
    ("status ==", 9, "ends too early", ""),
    (" json..a", 6, "cannot be read", "legal are"),
    ("  status == ~ok", 12, "operator", "legal are"),
    ("status & 1", 0, "operator", "legal are"),
    ("lambda: 1", 0, "lambda", "legal are"),
    ("[x for x in json]", 0, "comprehension", ""),
    ("any(x for x in json)", 3, "comprehension", ""),
    ("f'{status}'", 0, "f-string", ""),
    ("len(*json)", 4, "unpacking", ""),
    ("{**json}", 1, "`**`", ""),
    ("{1, 2}", 0, "a set", ""),
    ("b'abc'", 0, "not a value", ""),
    ("1j", 0, "not a value", ""),
    ("...", 0, "not a value", ""),
    ("body.lower()", 0, "no methods", "lower(body)"),
    ("body.split(',')", 0, "no methods", "split(body, ',')"),
    ("len(json)(1)", 0, "not a function", ""),
    ("stats == 200", 0, "`stats`", "`status`"),
    ("'é' == toke", 7, "`toke`", "`token`"),
    (" env.APPI", 1, "`env.APPI`", "`env.API`"),
    ("zzz == 1", 0, "nothing is called `zzz`", "quotes"),
    ("len == 1", 0, "`len`", "len(…)"),
    ("json.x-request-id", 7, "`request`", "json['x-request-id']"),
    ("default(json.a", 7, "never closed", "close it"),
    ("Math.max(1, 2)", 0, "`Math.max`", "max(x, y)"),
    ("Math.pow(1, 2)", 0, "`Math.pow`", "round, floor"),
    ("crypto.hmac('sha256', 'k', body, 'hex')", 0, "`crypto.hmac(`", "hmac(key, message, 'sha256', 'hex')"),
    ("crypto.sha256(body, 'hex')", 0, "`crypto.sha256(`", "sha256(x, 'hex')"),
    ("findBetween(body, 'a', 'b')", 0, "findBetween", "find(text, r'before(.*?)after')"),
    ("$loopCount", 0, "Artillery's", "`repeat`"),
    ("headers.x-request-id", 0, "no hyphen", "headers['x-request-id']"),
    ("headers.Content-Type == 'a'", 0, "no hyphen", "headers['content-type']"),
    ("size < 10kB", 7, "`10kB`", "10kB is 10000"),
    ("size < 1.5 MiB", 11, "cannot be read", ""),
    ("size < 2GiB", 7, "`2GiB`", "bytes"),
    ("status == 5xx", 10, "`5xx`", "500 <= status <= 599"),
    ("status in 200..299", 10, "`200..299`", "low <= x <= high"),
    ("json.items.0.id == 3", 10, "`.0`", "[0]"),
    ("json.a['b'].12", 11, "`.12`", "[12]"),
    ("lenn(json)", 0, "no function `lenn`", "`len`"),
    ("frobnicate(json)", 0, "no function", "abs, all, any"),
    ("ok and default(json.x)", 7, "1 argument", "default(x, y)"),
    ("lower(body, body)", 0, "2 arguments", "lower(text)"),
    ("len()", 0, "0 arguments", "len(x)"),
    ("since('login')", 0, "no step is called `login`", ""),
    ("since(body)", 6, "constants", "since('body')"),
    ("matches(body, token)", 14, "constant text", ""),
    ("matches(body, 1)", 14, "constant text", ""),
    ("matches(body, '[')", 15, "not closed", ""),
    ("matches(body, '\\bword')", 14, "backspace", "r'"),
    ("matches(body, r'ab(?=c)')", 18, "look-around", "( )"),
    ("find_all(body, '\\\\d(?<!c)')", 15, "look-around", "( )"),
    ("find(body, token)", 11, "constant text", "quotes"),
    ("uuid()", 0, "no value here", "user"),
    ("draw('users')", 0, "no value here", ""),
    ("parseInt(body)", 0, "no function", "int(x)"),
    ("jsonpath(json, '$.a')", 0, "no JSONPath", ""),
    ("body[status:]", 0, "constant whole numbers", "[0:3]"),
    ("body['a':]", 0, "constant whole numbers", ""),
    ("body[::0]", 0, "step", ""),
    ("body[1:2, 3]", 5, "one index", ""),
    ("a;b", 1, "cannot be read", ""),
    ("a\0b", 1, "control character", ""),
    ("[" + "1, " * 200 + "]", None, "more than 200 parts", ""),
    ("[" * 120 + "]" * 120, None, "100 deep", ""),
    ("(" * 400 + "1" + ")" * 400, None, "cannot be read", ""),
    ("-" * 900 + "1", None, "", ""),
    ("'" + "a" * 1000 + "'", 1000, "1000 characters", ""),
]


@pytest.mark.parametrize(("text", "offset", "message", "hint"), ERRORS)
def test_error(text: str, offset: int | None, message: str, hint: str, scope: Scope) -> None:
    with pytest.raises(ExprError) as caught:
        compile_expression(text, scope)
    error = caught.value
    assert message in error.message
    assert hint in error.hint
    assert 0 <= error.offset <= len(text)
    if offset is not None:
        assert error.offset == offset


def test_deepest_legal_nesting_compiles_and_runs(scope: Scope) -> None:
    assert compile_expression("-" * 98 + "status", scope)({"status": 1}) == 1
    value = compile_expression("[" * 98 + "status" + "]" * 98, scope)({"status": 1})
    for _ in range(98):
        (value,) = value
    assert value == 1


def test_factories_may_blame_names_and_give_hints() -> None:
    def draw(arguments: tuple[object, ...]) -> object:
        if arguments == ("boom",):
            raise ExprError("a sentence", 99, "a hint")
        raise UnknownName((str(arguments[0]),), ["users"])

    scope = Scope({}, {}, {"draw": draw})  # type: ignore[dict-item]
    with pytest.raises(ExprError) as caught:
        compile_expression("1 + draw('usres')", scope)
    assert (caught.value.message, caught.value.offset) == ("nothing is called `usres`", 4)
    assert caught.value.hint == "did you mean `users`?"
    with pytest.raises(ExprError) as caught:
        compile_expression("draw('boom')", scope)
    assert (caught.value.message, caught.value.offset, caught.value.hint) == ("a sentence", 0, "a hint")


def test_errors_in_a_longer_text_can_be_moved() -> None:
    error = ExprError("m", 3, "h").shifted(4)
    assert (error.message, error.offset, error.hint) == ("m", 7, "h")


WORDS = [
    "status",
    "json",
    ".",
    "a",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "==",
    "=",
    "|",
    "&&",
    "!",
    " ",
    "\n",
    "\\",
    "é",
    "1",
    "30s",
]
WORDS += [
    "in",
    "not",
    "lambda",
    ":",
    ",",
    "*",
    "-",
    "/",
    "%",
    "if",
    "else",
    "for",
    "f'",
    "len",
    "defined(",
    "matches(",
    "null",
    "\0",
    "\ud800",
]


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join) | st.text(max_size=30))
def test_any_text_is_a_value_or_an_error_with_a_column(text: str) -> None:
    scope = Scope({"status": lambda _: 200, "json": lambda _: {"a": [1]}, "a": lambda _: None})
    run, problem = None, None
    try:
        run = compile_expression(text, scope)
    except ExprError as error:
        problem = error
    if run is None:
        assert problem is not None
        assert 0 <= problem.offset <= len(text)
        assert problem.message
        return
    for use in names_in(text):
        assert text[use.offset :].startswith(use.parts[0])
    with contextlib.suppress(Missing):
        run(None)
