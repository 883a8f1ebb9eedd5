"""Templates: `{{ expr }}` inside text. Substituted text is never expanded again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from loadspec.expr.code import Code, folded
from loadspec.expr.compile import compile_code
from loadspec.expr.errors import ExprError
from loadspec.expr.scope import Getter, Scope
from loadspec.expr.traps import STRING
from loadspec.expr.values import to_text

_STEP = re.compile(r"['\"{}]")


class TemplateExpr(NamedTuple):
    """The text between `{{` and `}}`, and its column in the template."""

    text: str
    offset: int


class Template(Struct, frozen=True):
    """A compiled template.

    `render(ctx)` gives its value: with its type where the template is `whole` (one `{{ }}` and nothing around it), else
    text. It raises Missing. Where `constant`, `value` is that value.
    """

    render: Getter
    constant: bool
    value: Any
    whole: bool


def parse_template(text: str) -> list[str | TemplateExpr]:
    """`"a {{ b }}"` → ["a ", TemplateExpr(" b ", 4)]. Braces in the expression's strings and maps do not end it.

    Raises ExprError for braces or a string that are not closed.
    """
    parts: list[str | TemplateExpr] = []
    position = 0
    while (opened := text.find("{{", position)) >= 0:
        if opened > position:
            parts.append(text[position:opened])
        closed = _end(text, opened)
        parts.append(TemplateExpr(text[opened + 2 : closed], opened + 2))
        position = closed + 2
    if position < len(text):
        parts.append(text[position:])
    return parts


def _end(text: str, opened: int) -> int:
    """Where the `}}` stands that closes the `{{` at `opened`."""
    depth, position = 0, opened + 2
    while step := _STEP.search(text, position):
        position = step.end()
        if step[0] == "{":
            depth += 1
        elif step[0] == "}":
            if depth == 0 and text.startswith("}}", step.start()):
                return step.start()
            depth = max(depth - 1, 0)
        else:
            string = STRING.match(text, step.start())
            if string is None:
                raise ExprError("a string inside this `{{ }}` is not closed", step.start(), f"end it with {step[0]}")
            position = string.end()
    raise ExprError("`{{` is not closed", opened, "end the expression with }}")


def compile_part(part: TemplateExpr, scope: Scope) -> Code:
    """One expression of a template, compiled. Raises ExprError with the column in the whole template."""
    try:
        return compile_code(part.text, scope)
    except ExprError as error:
        raise error.shifted(part.offset) from None


def compile_template(text: str, scope: Scope) -> Template:
    """A template → closures, once. Raises ExprError."""
    parts = parse_template(text)
    if len(parts) == 1 and isinstance(parts[0], TemplateExpr):
        code = compile_part(parts[0], scope)
        return Template(code.run, code.constant, code.value, whole=True)
    code = _concatenate(_merge(parts, scope))
    return Template(code.run, code.constant, code.value, whole=False)


def _merge(parts: Sequence[str | TemplateExpr], scope: Scope) -> list[str | Getter]:
    """Parts compiled, constant ones turned into text and joined with their neighbours."""
    pieces: list[str | Getter] = []
    for part in parts:
        piece: str | Getter
        if isinstance(part, str):
            piece = part
        else:
            code = compile_part(part, scope)
            shown = folded(_as_text(code.run), code)
            piece = shown.value if shown.constant else code.run
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _as_text(get: Getter) -> Getter:
    return lambda ctx: to_text(get(ctx))


def _concatenate(pieces: Sequence[str | Getter]) -> Code:
    if not pieces or (len(pieces) == 1 and isinstance(pieces[0], str)):
        text = pieces[0] if pieces else ""
        return Code(lambda _ctx: text, True, text)
    dynamic = [piece for piece in pieces if not isinstance(piece, str)]
    if len(dynamic) == 1:
        at = pieces.index(dynamic[0])
        return Code(_around("".join(_texts(pieces[:at])), dynamic[0], "".join(_texts(pieces[at + 1 :]))))
    runs = [_fixed(piece) if isinstance(piece, str) else piece for piece in pieces]

    def run(ctx: Any) -> str:
        return "".join([value if type(value := get(ctx)) is str else to_text(value) for get in runs])

    return Code(run)


def _around(prefix: str, get: Getter, suffix: str) -> Getter:
    def run(ctx: Any) -> str:
        value = get(ctx)
        return prefix + (value if type(value) is str else to_text(value)) + suffix

    return run


def _fixed(text: str) -> Getter:
    return lambda _ctx: text


def _texts(pieces: Sequence[str | Getter]) -> list[str]:
    return [piece for piece in pieces if isinstance(piece, str)]
