from __future__ import annotations

import pytest

from loadspec.expr import (
    Binding,
    CallUse,
    ExprError,
    NameUse,
    Scope,
    UnknownName,
    calls_in,
    calls_in_template,
    names_in,
    names_in_template,
)


def test_names_stop_where_they_are_no_longer_static() -> None:
    text = "json.a['b'].c[0].d == default(x.y[z.i], len(q)) and not true"
    assert names_in(text) == [
        NameUse(("json", "a", "b", "c"), 0),
        NameUse(("x", "y"), text.index("x.y")),
        NameUse(("z", "i"), text.index("z.i")),
        NameUse(("q",), text.index("q)")),
    ]


@pytest.mark.parametrize(
    "text", ["a[b:]", "[a, b]", "{a: b}", "a if b else 1", "a < b", "a or b", "f(a).x + b", "f(a)[b]"]
)
def test_names_are_found_everywhere(text: str) -> None:
    assert sorted(use.parts for use in names_in(text)) == [("a",), ("b",)]


def test_calls() -> None:
    assert calls_in("since('x') + f(1, [2, null], -3) + g(a, 1) + draw('u').email") == [
        CallUse("since", ("x",), 0, "x"),
        CallUse("f", None, 13),
        CallUse("g", None, 35),
        CallUse("draw", ("u",), 45, "u"),
    ]
    assert calls_in("f(true, null, {'a': 1}, (2, 3))") == [CallUse("f", (True, None, {"a": 1}, (2, 3)), 0)]


def test_templates_give_columns_in_the_whole_text() -> None:
    text = "é {{ 'é' + ab.c }} }} {{ f( 1 ) }}"
    assert names_in_template(text) == [NameUse(("ab", "c"), text.index("ab"))]
    assert calls_in_template(text) == [CallUse("f", (1,), text.index("f("))]
    assert names_in_template("no braces") == []
    with pytest.raises(ExprError) as caught:
        names_in_template("abc {{ a = 1 }}")
    assert caught.value.offset == 9


def test_scope_binds_the_longest_prefix() -> None:
    def get(_ctx: object) -> int:
        return 1

    scope = Scope({"steps.a.ok": get, "steps": get}, {("vars", "x.y"): 5})
    assert scope.resolve(("steps", "a", "ok", "z")) == Binding(get, None, 3)
    assert scope.resolve(("steps", "b")) == Binding(get, None, 1)
    assert scope.resolve(("vars", "x.y")) == Binding(None, 5, 2)
    with pytest.raises(UnknownName) as caught:
        scope.resolve(("step",))
    assert caught.value.parts == ("step",)
    assert "steps" in caught.value.suggestions
