"""What is odd about the kinds of an expression: a warning with a caret under the very operand, and a way out."""

from __future__ import annotations

import json

import pytest

from loadspec.plan.compile import _resolve_vars
from loadspec.spec import Diagnostic, SpecError, load_bytes

SPEC = """\
loadspec: 1
target: {{base_url: "http://127.0.0.1:8089"}}
env: {{NAME: ada, LIMIT: "5"}}
vars: {{n: 5}}
pools: {{users: {{items: [{{id: 1}}]}}}}
metrics: {{t: trend, r: rate, c: counter}}
endpoints:
  a:
    path: /a/{{{{ env.NAME }}}}/{{{{ vars.n }}}}/{{{{ env.LIMIT }}}}/{{{{ pool.users.id }}}}
    capture: {{token: $.token}}
flow:
  - call: a
    {place}
"""


def found(expression: str, place: str = "checks: {{x: {}}}") -> list[Diagnostic]:
    text = SPEC.format(place=place.format(json.dumps(expression)))
    try:
        every = load_bytes(text.encode(), "f.yaml").warnings
    except SpecError as error:
        every = error.diagnostics
    return [each for each in every if each.code >= "LS095" or each.level == "error"]


def caret(diagnostic: Diagnostic) -> str:
    return diagnostic.text[diagnostic.column - 1 :][: diagnostic.length]


WARNINGS = [
    # expression, code, under the caret, in the message, in the help
    (
        "status == '200'",
        "LS096",
        "'200'",
        "number and text are never equal: this is always false",
        "200 without quotes",
    ),
    ("'200' != status", "LS096", "'200'", "always true", "200 without quotes"),
    ("duration == '1.5s'", "LS096", "'1.5s'", "never equal", "write 1500"),
    ("steps.a.ok == 'true'", "LS096", "'true'", "never equal", "write `steps.a.ok`"),
    ("steps.a.ok == 'false'", "LS096", "'false'", "never equal", "write `not steps.a.ok`"),
    ("headers['age'] == 5", "LS096", "5", "never equal", "int(headers['age']), or '5'"),
    ("env.LIMIT == 5.5", "LS096", "5.5", "never equal", "float(env.LIMIT)"),
    ("body == true", "LS096", "true", "never equal", "write 'true'"),
    ("body == null", "LS096", "null", "never equal", "defined(x)"),
    ("size == body", "LS096", "body", "never equal", "int(x)"),
    ("len(body) == [1]", "LS096", "[1]", "never equal", ""),
    ("status in ['200', '201']", "LS096", "['200', '201']", "always false", "without quotes"),
    ("env.NAME not in [1, 2]", "LS096", "[1, 2]", "always true", "in quotes"),
    ("status in []", "LS096", "[]", "always false", ""),
    ("status == 200 or 202", "LS099", "202", "always true", "write status in [200, 202]"),
    ("status != 200 and 202", "LS099", "202", "always true", "write status not in [200, 202]"),
    ("json.a and 'b'", "LS099", "'b'", "always true", "compare it"),
    ("not (json.status == 'a' or 'b')", "LS099", "'b'", "always true", "in ['a', 'b']"),
    ("'a' if true else json.b", "LS099", "true", "behind `if`", ""),
    ("status == 200 and status == 202", "LS096", "202", "never holds", "`or`"),
    ("status != 200 or status != 202", "LS096", "202", "always holds", "`and`"),
    ("599 >= status > 600", "LS096", "600", "no number is between", "swap"),
    ("500 < status <= 400", "LS096", "400", "no number is between", "swap"),
    ("1 == 1 and json.a", "LS096", "1", "always true", ""),
    ("defined('json.a')", "LS096", "'json.a'", "decides nothing", "without quotes"),
    ("default('json.a', 0) == 0", "LS096", "'json.a'", "decides nothing", "without quotes"),
    ("len(token) == len('a') and lower(token) == 3", "LS096", "3", "never equal", "is text"),
]


@pytest.mark.parametrize(("expression", "code", "under", "message", "help"), WARNINGS)
def test_warning(expression: str, code: str, under: str, message: str, help: str) -> None:
    (warning,) = found(expression)
    assert (warning.code, warning.level) == (code, "warning")
    assert caret(warning) == under
    assert message in warning.message
    assert help in warning.help


SOUND = [
    "status == 200",
    "status == 200.0",
    "status == vars.n",
    "status == pool.users.id",
    "steps.a.ok == 1",
    "json.status in ['a', 1, null]",
    "status in [200, '201']",
    "'a' in body",
    "'a' in json",
    "json.a + 'b' == 'ab'",
    "error == null",
    "error == 'timeout'",
    "defined(json.a) and default(json.a, 0) == 0",
    "int(headers['retry-after']) > 5",
    "int(default(headers['retry-after'], '1')) <= 60",
    "headers.date[0] == 'M'",
    "min(status, 5) == 5",
    "max(json.a) == 'x'",
    "status > 100 and status < 300",
    "status == 200 or status == 202",
    "status != 200 and status != 202",
    "(json.n or 0) > 1",
    "env.LIMIT == '5'",
    "first(json.items).id == 1",
    "(1 if json.a else 'b') == 'b'",
    "vars.n",
    "len(split(body, ','))",
    "json[0] == 1",
    "choice([1, 2]) == 1",
]


@pytest.mark.parametrize("expression", SOUND)
def test_what_may_make_sense_is_left_alone(expression: str) -> None:
    assert found(expression) == []


@pytest.mark.parametrize(
    "expression", ["duration", "json.count or 0", "ok", "1", "len(body) + size", "default(json.n, 0)"]
)
def test_samples_may_be_constants_and_defaults(expression: str) -> None:
    assert [each.code for each in found(expression, "record: {{r: {}}}")] == []


@pytest.mark.parametrize(
    ("metric", "expression", "help"), [("t", "ok", "`rate`"), ("c", "body", "len(x)"), ("t", "upper(token)", "len(x)")]
)
def test_a_sample_that_is_no_number_never_comes(metric: str, expression: str, help: str) -> None:
    (error,) = found(expression, f"record: {{{{{metric}: {{}}}}}}")
    assert (error.code, error.level) == ("LS095", "error")
    assert caret(error) == expression
    assert help in error.help


def test_templates_are_looked_into() -> None:
    (warning,) = found("x {{ vu == '1' }}", "headers: {{X-A: {}}}")
    assert (warning.code, caret(warning)) == ("LS096", "'1'")


def test_regular_expressions_of_a_file_are_bounded() -> None:
    checks = "\n".join(f"      c{n}: matches(body, '{n}.{{390}}')" for n in range(400))
    text = SPEC.format(place="checks:\n" + checks)
    with pytest.raises(SpecError) as caught:
        load_bytes(text.encode(), "f.yaml")
    assert [each.code for each in caught.value.diagnostics] == ["LS008"]


@pytest.mark.parametrize(
    "expression",
    ["[{0}," + ",".join(["sha512(repeat('x',1000000))"] * 30) + "]", "{0}+" + "+".join(["json.a"] * 90) + "==1"],
)
def test_expressions_of_a_file_are_bounded(expression: str) -> None:
    """A megabyte of them is not compiled: that would take seconds."""
    checks = "\n".join(f"      c{n}: {json.dumps(expression.format(n))}" for n in range(1000))
    text = SPEC.format(place="checks:\n" + checks)
    with pytest.raises(SpecError) as caught:
        load_bytes(text.encode(), "f.yaml")
    assert caught.value.diagnostics[-1].code == "LS008"


def test_a_variable_may_be_made_by_any_function_that_needs_no_user() -> None:
    text = "loadspec: 1\nvars: {a: \"{{ repeat('ab', 2) }}\", b: \"{{ find('n=5', '[0-9]') }}\"}\n"
    text += 'target: {base_url: "http://127.0.0.1:8089"}\nendpoints: {a: {path: "/{{ vars.a }}{{ vars.b }}"}}\n'
    spec = load_bytes((text + "flow:\n  - call: a\n").encode(), "f.yaml").spec
    constants = {"env": {}, "vars": dict(spec.vars), "run": {"id": "r", "seed": 1}}
    assert _resolve_vars(constants, []) == {"a": "abab", "b": "5"}
