from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import EvalError, ExprError, Missing, Scope, TemplateExpr, compile_template, parse_template

PARTS = [
    ("", []),
    ("plain }} text { x }", ["plain }} text { x }"]),
    ("a {{ b }} c", ["a ", TemplateExpr(" b ", 4), " c"]),
    ("{{a}}{{b}}", [TemplateExpr("a", 2), TemplateExpr("b", 7)]),
    ("{{ '}}' }}", [TemplateExpr(" '}}' ", 2)]),
    ('{{ "\\"}}" }}x', [TemplateExpr(' "\\"}}" ', 2), "x"]),
    ("{{ {'a': {'b': 1}} }}", [TemplateExpr(" {'a': {'b': 1}} ", 2)]),
    ("{{ {'a': 1}}}", [TemplateExpr(" {'a': 1}", 2)]),
]


@pytest.mark.parametrize(("text", "parts"), PARTS)
def test_parts(text: str, parts: list[Any]) -> None:
    assert parse_template(text) == parts


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("ab {{ c", 3, "`{{` is not closed"),
        ("{{ a }} {{ b }", 8, "`{{` is not closed"),
        ("{{ it's }}", 5, "string"),
        ("{{ }}", 2, "empty"),
        ("{{ ok }} {{ nope }}", 12, "`nope`"),
        ("é {{ json | x }}", 10, "pipe"),
        ("{{ {{ a }} }}", 3, "`{{`"),
    ],
)
def test_errors_point_into_the_whole_text(text: str, offset: int, message: str, scope: Scope) -> None:
    with pytest.raises(ExprError) as caught:
        compile_template(text, scope)
    assert message in caught.value.message
    assert caught.value.offset == offset


RENDERED = [
    ("", ""),
    ("plain", "plain"),
    ("{{ status }}", 200),
    ("{{ json.list }}", [1, {"x": 2}]),
    ("{{ json.none }}", None),
    ("{{ json.text }}", "1"),
    (" {{ status }}", " 200"),
    ("Bearer {{ token }}", "Bearer tok"),
    ("{{ token }}!", "tok!"),
    ("{{ status }}-{{ ok }}-{{ json.none }}-{{ duration }}-{{ 1.0 }}", "200-true-null-12.5-1.0"),
    ("x{{ json.list }}", 'x[1,{"x":2}]'),
    ("{{ env.API }}/v{{ vars.limit }}", "http://x/v3"),
    ("{{ env.API }}/{{ token }}/{{ 'a' }}b", "http://x/tok/ab"),
    ("{{ vars.limit }}", 3),
]


@pytest.mark.parametrize(("text", "value"), RENDERED)
def test_render(text: str, value: Any, scope: Scope, ctx: Any) -> None:
    template = compile_template(text, scope)
    assert template.render(ctx) == value
    assert type(template.render(ctx)) is type(value)
    assert template.whole is (text.startswith("{{") and text.count("{{") == 1 and text.endswith("}}"))
    assert template.constant is not any(name in text for name in ("status", "json", "token", "duration"))
    if template.constant:
        assert template.value == value


@given(st.text() | st.sampled_from(["{{ token }}", "}}", "{{"]))
def test_substituted_text_is_never_expanded_again(hostile: str) -> None:
    scope = Scope({"token": lambda _: hostile}, {"env.X": hostile})
    assert compile_template("{{ token }}", scope).render(None) == hostile
    assert compile_template("a{{ token }}b", scope).render(None) == f"a{hostile}b"
    assert compile_template("a{{ token }}{{ env.X }}", scope).render(None) == f"a{hostile}{hostile}"


def test_a_missing_value_is_raised(scope: Scope) -> None:
    for text in ("{{ absent }}", "a {{ absent }}", "{{ status }} {{ absent }}"):
        with pytest.raises(Missing, match="absent"):
            compile_template(text, scope).render({"status": 1})


def test_numbers_too_long_to_print_are_missing_values(scope: Scope) -> None:
    with pytest.raises(EvalError, match="digits"):
        compile_template("n={{ a }}", scope).render({"a": 10**5000})
    assert compile_template("n={{ a }}", scope).render({"a": 2**80}) == f"n={2**80}"
