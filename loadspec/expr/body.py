"""What goes over the wire, as bytes: static parts are built once, dynamic parts are serialised and joined.

Every compile function raises ExprError; every `render` raises Missing where a value lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import quote_plus

from msgspec import Struct

from loadspec.expr.errors import EvalError, ExprError
from loadspec.expr.scope import Getter, Scope
from loadspec.expr.template import TemplateExpr, compile_part, compile_template, parse_template
from loadspec.expr.values import dump_json, encode, to_bytes, to_text

Quote = Callable[[str], str]
Render = Callable[[Any], bytes]
_Chunk = bytes | Render

_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9._~-]*")
_CONTROL = re.compile(r"[\r\n\0]")


class Bytes(Struct, frozen=True):
    """A compiled body, path or header: `render(ctx)` gives its bytes; where `constant`, `value` is those bytes."""

    render: Render
    constant: bool
    value: bytes


def quote_segment(text: str) -> str:
    """Percent-encode text for one segment of a path, or one part of a query; the common token passes as it is."""
    return text if _PLAIN_SEGMENT.fullmatch(text) else percent_encode(text, safe="", errors="surrogatepass")


def quote_form(text: str) -> str:
    """Percent-encode text for a form: as `quote_segment`, with `+` for a space."""
    return text if _PLAIN_SEGMENT.fullmatch(text) else quote_plus(text, errors="surrogatepass")


def header_value(text: str) -> str:
    """`text`, if a header can hold it. Raises EvalError for a line break, which would begin another header."""
    if not text.isprintable() and _CONTROL.search(text):
        raise EvalError("a header cannot hold a line break")
    return text


def compile_bytes(text: str, scope: Scope, quote: Quote | None = None) -> Bytes:
    """A template → UTF-8 bytes; `quote` is applied to the value of each `{{ }}`, never to the text around them."""
    return _assemble(_text_chunks(text, scope, quote))


def compile_json_body(document: Any, scope: Scope) -> Bytes:
    """A JSON document whose strings (keys too) may be templates → compact JSON."""
    return _assemble(_json_chunks(document, scope))


def compile_form_body(fields: Mapping[str, Any], scope: Scope) -> Bytes:
    """Fields → `application/x-www-form-urlencoded`. A list repeats its field, null leaves it out."""
    return _pairs(fields, scope, quote_form)


def compile_query(fields: Mapping[str, Any], scope: Scope) -> Bytes:
    """Parameters → a URL's query without its `?`. A list repeats its parameter, null leaves it out."""
    return _pairs(fields, scope, quote_segment)


def _text_chunks(text: str, scope: Scope, quote: Quote | None) -> Iterator[_Chunk]:
    for part in parse_template(text):
        if isinstance(part, TemplateExpr):
            code = compile_part(part, scope)
            yield _fold(_quoted(code.run, quote), code.constant, part.offset)
        else:
            yield _encode_static(part)


def _quoted(get: Getter, quote: Quote | None) -> Render:
    if quote is None:
        return lambda ctx: encode(value) if type(value := get(ctx)) is str else to_bytes(value)
    apply = quote
    return lambda ctx: encode(apply(value if type(value := get(ctx)) is str else to_text(value)))


def _fold(render: Render, constant: bool, offset: int = 0) -> _Chunk:
    """A constant is rendered now; what is wrong with it is an error of the spec."""
    if not constant:
        return render
    try:
        return render(None)
    except EvalError as error:
        raise ExprError(str(error), offset) from None


def _encode_static(text: str) -> bytes:
    try:
        return encode(text)
    except EvalError as error:
        raise ExprError(str(error)) from None


def _json_chunks(document: Any, scope: Scope) -> Iterator[_Chunk]:
    if isinstance(document, str):
        template = compile_template(document, scope)
        yield _fold(_dumped(template.render), template.constant)
    elif isinstance(document, Mapping):
        yield b"{"
        for index, (key, value) in enumerate(document.items()):
            yield b"," if index else b""
            name = compile_template(to_text(key), scope)
            yield _fold(_dumped(_text_of(name.render)), name.constant)
            yield b":"
            yield from _json_chunks(value, scope)
        yield b"}"
    elif isinstance(document, (list, tuple)):
        yield b"["
        for index, item in enumerate(document):
            yield b"," if index else b""
            yield from _json_chunks(item, scope)
        yield b"]"
    else:
        yield _fold(lambda _ctx: dump_json(document), constant=True)


def _text_of(get: Getter) -> Getter:
    return lambda ctx: to_text(get(ctx))


def _dumped(get: Getter) -> Render:
    return lambda ctx: dump_json(get(ctx))


def _pairs(fields: Mapping[str, Any], scope: Scope, quote: Quote) -> Bytes:
    """Each pair begins with `&`, so that one that is left out leaves no trace; the first `&` is cut off."""
    chunks: list[_Chunk] = []
    for name, value in fields.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            chunks.append(_pair(name, item, scope, quote))
    body = _assemble(iter(chunks))
    if body.constant:
        return _constant(body.value[1:])
    render = body.render
    return Bytes(lambda ctx: render(ctx)[1:], False, b"")


def _pair(name: str, value: Any, scope: Scope, quote: Quote) -> _Chunk:
    key = compile_template(to_text(name), scope)
    if not isinstance(value, str):
        fixed = value
        return _fold(_rendered_pair(key.render, lambda _ctx: fixed, quote), key.constant)
    item = compile_template(value, scope)
    return _fold(_rendered_pair(key.render, item.render, quote), key.constant and item.constant)


def _rendered_pair(key: Getter, item: Getter, quote: Quote) -> Render:
    def render(ctx: Any) -> bytes:
        value = item(ctx)
        values = value if isinstance(value, (list, tuple)) else [value]
        name = quote(to_text(key(ctx)))
        return encode("".join([f"&{name}={quote(to_text(one))}" for one in values if one is not None]))

    return render


def _assemble(chunks: Iterator[_Chunk]) -> Bytes:
    """Neighbouring constants become one; the closure is chosen by how many dynamic parts are left."""
    merged: list[_Chunk] = [b""]
    for chunk in chunks:
        last = merged[-1]
        if isinstance(chunk, bytes) and isinstance(last, bytes):
            merged[-1] = last + chunk
        else:
            merged.append(chunk)
    dynamic = [(index, chunk) for index, chunk in enumerate(merged) if not isinstance(chunk, bytes)]
    if not dynamic:
        return _constant(_static(merged))
    if len(dynamic) == 1:
        at, render = dynamic[0]
        before, after = _static(merged[:at]), _static(merged[at + 1 :])
        return Bytes(lambda ctx: before + render(ctx) + after, False, b"")
    pattern = b"".join(chunk.replace(b"%", b"%%") if isinstance(chunk, bytes) else b"%b" for chunk in merged)
    renders = [render for _, render in dynamic]
    return Bytes(lambda ctx: pattern % tuple([render(ctx) for render in renders]), False, b"")


def _static(chunks: list[_Chunk]) -> bytes:
    return b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


def _constant(value: bytes) -> Bytes:
    return Bytes(lambda _ctx: value, True, value)
