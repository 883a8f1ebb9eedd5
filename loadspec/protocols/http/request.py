"""A request as bytes: what never changes is built once, the rest is joined in.

The head ends with Content-Length, so that a changing body changes one number. A path that may be a whole URL is
looked at when it is sent; any other request goes to one origin, known from the start.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from loadspec import __version__
from loadspec.expr import (
    Bytes,
    EvalError,
    ExprError,
    Scope,
    compile_bytes,
    compile_form_body,
    compile_json_body,
    compile_query,
    compile_template,
    header_value,
    quote_segment,
    to_text,
)
from loadspec.wire.request import check_header_name
from loadspec.wire.url import Origin, host_header, parse_url, target_of

Render = Callable[[Any], bytes]
Route = Callable[[Any], int]
"""User → number of the origin."""

_LENGTHS = [b"%d\r\n\r\n" % length for length in range(8192)]
_BODYLESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


@dataclass(slots=True)
class Origins:
    """The origins of a plan, numbered in order of first use."""

    known: list[Origin] = field(default_factory=list)

    def number(self, origin: Origin) -> int:
        """The number of an origin."""
        if origin not in self.known:
            self.known.append(origin)
        return self.known.index(origin)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What `compile_request` needs, already merged from target, endpoint and step. Texts are templates."""

    method: str
    base_url: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, Any]
    json: Any = None
    has_json: bool = False
    form: Mapping[str, Any] | None = None
    body: str | None = None
    bearer: str | None = None
    basic: tuple[str, str] | None = None


def compile_request(request: HttpRequest, scope: Scope, origins: Origins) -> tuple[Route, Render]:
    """→ (route, render). Raises ExprError for a template that does not compile and ValueError for a wrong URL."""
    body, content_type = _body(request, scope)
    headers = _headers(request, content_type)
    tail = _tail(headers, request, body, scope)
    if request.path.startswith("/"):
        return _fixed_route(request, scope, origins, tail)
    return _free_route(request, scope, origins, tail)


def _fixed_route(
    request: HttpRequest, scope: Scope, origins: Origins, tail: list[bytes | Render]
) -> tuple[Route, Render]:
    """The usual case: a path below a base URL that does not change."""
    origin, prefix = parse_url(_constant(request.base_url, scope))
    number = origins.number(origin)
    path = compile_bytes(request.path, scope, quote_segment)
    target: list[bytes | Render] = [prefix.rstrip("/").encode()]
    target.append(target_of(path.value.decode()).encode() if path.constant else path.render)
    line: list[bytes | Render] = [request.method.encode() + b" ", *target, *_query(request, scope)]
    host = b" HTTP/1.1\r\nHost: %s\r\n" % host_header(origin).encode()
    return (lambda _user: number), _join([*line, host, *tail])


def _free_route(
    request: HttpRequest, scope: Scope, origins: Origins, tail: list[bytes | Render]
) -> tuple[Route, Render]:
    """A path that is, or may turn out to be, an absolute URL."""
    base = _constant(request.base_url, scope) if request.base_url else ""
    path = compile_template(request.path, scope).render
    rest = _join([*_query(request, scope), b" HTTP/1.1\r\n"]), _join(tail)
    method = request.method.encode() + b" "

    def locate(user: Any) -> tuple[Origin, str]:
        try:
            return parse_url(urljoin(base, to_text(path(user))))
        except ValueError as error:
            raise EvalError(str(error)) from None

    def render(user: Any) -> bytes:
        origin, target = locate(user)
        host = b"Host: %s\r\n" % host_header(origin).encode()
        return b"".join([method, target.encode(), rest[0](user), host, rest[1](user)])

    return (lambda user: origins.number(locate(user)[0])), render


def _constant(text: str, scope: Scope) -> str:
    template = compile_template(text, scope)
    if not template.constant:
        raise ExprError("the base URL may use env and vars only, which do not change during a run")
    return to_text(template.value)


def _query(request: HttpRequest, scope: Scope) -> list[bytes | Render]:
    if not request.query:
        return []
    query = compile_query(request.query, scope)
    return [b"&" if "?" in request.path else b"?", query.value if query.constant else query.render]


def _body(request: HttpRequest, scope: Scope) -> tuple[Bytes | None, str]:
    if request.has_json:
        return compile_json_body(request.json, scope), "application/json"
    if request.form is not None:
        return compile_form_body(request.form, scope), "application/x-www-form-urlencoded"
    if request.body is not None:
        return compile_bytes(request.body, scope), "text/plain; charset=utf-8"
    return None, ""


def _headers(request: HttpRequest, content_type: str) -> dict[str, str]:
    """Headers by lower-case name to (name, value): ours first, the spec's win."""
    ours = {"User-Agent": f"loadspec/{__version__}"}
    if content_type:
        ours["Content-Type"] = content_type
    given = {name.lower() for name in request.headers}
    return {**{k: v for k, v in ours.items() if k.lower() not in given}, **request.headers}


def _tail(headers: Mapping[str, str], request: HttpRequest, body: Bytes | None, scope: Scope) -> list[bytes | Render]:
    """Everything after the Host line: headers, credentials, length and body."""
    parts: list[bytes | Render] = []
    for name, value in headers.items():
        parts += _header(name, value, scope)
    if request.bearer is not None:
        parts += _header("Authorization", f"Bearer {request.bearer}", scope)
    if request.basic is not None:
        parts += [b"Authorization: Basic ", _basic(request.basic, scope), b"\r\n"]
    if body is None:
        parts.append(b"\r\n" if request.method in _BODYLESS else b"Content-Length: 0\r\n\r\n")
    elif body.constant:
        parts.append(b"Content-Length: %d\r\n\r\n%s" % (len(body.value), body.value))
    else:
        parts += [b"Content-Length: ", _measured(body.render)]
    return parts


def _header(name: str, value: str, scope: Scope) -> list[bytes | Render]:
    text = compile_bytes(value, scope, header_value)
    head = check_header_name(name.encode()) + b": "
    return [head, text.value if text.constant else text.render, b"\r\n"]


def _basic(credentials: tuple[str, str], scope: Scope) -> bytes | Render:
    name, password = (compile_bytes(text, scope) for text in credentials)
    if name.constant and password.constant:
        return base64.b64encode(name.value + b":" + password.value)
    return lambda user: base64.b64encode(name.render(user) + b":" + password.render(user))


def _measured(render: Render) -> Render:
    def measured(user: Any) -> bytes:
        body = render(user)
        size = len(body)
        return (_LENGTHS[size] if size < 8192 else b"%d\r\n\r\n" % size) + body

    return measured


def _join(parts: list[bytes | Render]) -> Render:
    """Neighbouring constants become one; what is left is joined per request."""
    merged: list[bytes | Render] = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] = merged[-1] + part
        else:
            merged.append(part)
    if all(isinstance(part, bytes) for part in merged):
        whole = b"".join(part for part in merged if isinstance(part, bytes))
        return lambda _user: whole
    pieces: tuple[Any, ...] = tuple(merged)
    join = b"".join
    return lambda user: join([part if part.__class__ is bytes else part(user) for part in pieces])
