"""A request as bytes: what never changes is built once, the rest is joined in.

The head ends with Content-Length, so that a changing body changes one number. A path that begins with `/` is below the
base URL, be it written out or a value; only a whole http or https URL replaces that. One that may be either is looked
at when it is sent; any other request goes to one origin, known from the start.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadspec import __version__
from loadspec.expr import (
    Bytes,
    EvalError,
    ExprError,
    Scope,
    TemplateExpr,
    compile_bytes,
    compile_form_body,
    compile_json_body,
    compile_query,
    compile_template,
    header_value,
    parse_template,
    quote_segment,
    to_text,
)
from loadspec.wire.request import check_header_name, check_header_value
from loadspec.wire.url import Origin, host_header, parse_url, target_of

Render = Callable[[Any], bytes]
Route = Callable[[Any], int]
"""User → number of the origin that the request rendered last goes to."""
_Parts = list[bytes | Render]
_Path = list[str | TemplateExpr]

_LENGTHS = [b"%d\r\n\r\n" % length for length in range(8192)]
_BODYLESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_FRAMING = frozenset({"content-length", "transfer-encoding"})
_WHOLE = ("http://", "https://")
_BREAKS = str.maketrans("", "", "\t\r\n")
"""Left out of a URL, as browsers do."""
_MAX_ORIGINS = 1000
"""A server that names ever new hosts in its answers must not make every user keep ever more connections."""


@dataclass(slots=True)
class Origins:
    """The origins of a plan, numbered in order of first use."""

    known: list[Origin] = field(default_factory=list)
    _numbers: dict[Origin, int] = field(default_factory=dict)

    def number(self, origin: Origin) -> int:
        """The number of an origin. Raises EvalError when there are too many."""
        number = self._numbers.get(origin)
        if number is None:
            number = len(self.known)
            if number >= _MAX_ORIGINS:
                raise EvalError(f"requests go to more than {_MAX_ORIGINS} different hosts")
            self._numbers[origin] = number
            self.known.append(origin)
        return number


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
    own_host = [
        part for name in list(headers) if name.lower() == "host" for part in _header(name, headers.pop(name), scope)
    ]
    tail = _tail(headers, request, body, scope)
    opening, rest = _opening(request.path, scope)
    if opening.startswith("/"):
        return _fixed_route(request, [opening, *rest], scope, origins, own_host, tail)
    if not (opening or rest) or not any(whole.startswith(opening[: len(whole)].lower()) for whole in _WHOLE):
        raise ExprError(_neither(opening), 0, "begin it with `/`, or write a whole URL")
    return _free_route(request, scope, origins, own_host, tail)


def _opening(path: str, scope: Scope) -> tuple[str, _Path]:
    """→ (a path's first text, as far as it is known from the start; the parts behind it)."""
    parts = parse_template(path)
    for index, part in enumerate(parts):
        template = compile_template(_source(part), scope)
        if not template.constant:
            return "", parts[index:]
        if text := to_text(template.value):
            return text, parts[index + 1 :]
    return "", []


def _source(part: str | TemplateExpr) -> str:
    """A part of a template, as it was written."""
    return part if isinstance(part, str) else f"{{{{{part.text}}}}}"


def _fixed_route(
    request: HttpRequest, parts: _Path, scope: Scope, origins: Origins, own_host: _Parts, tail: _Parts
) -> tuple[Route, Render]:
    """The usual case: a path below a base URL that does not change. Its own text is %-escaped where it must be."""
    origin, prefix = parse_url(_constant(request.base_url, scope))
    number = origins.number(origin)
    own = [target_of(f"/{part}")[1:] if isinstance(part, str) else _source(part) for part in parts]
    path = compile_bytes("".join(own), scope, quote_segment)
    asked = any(isinstance(part, str) and "?" in part for part in parts)
    line: _Parts = [request.method.encode() + b" ", prefix.rstrip("/").encode()]
    line += [path.value if path.constant else path.render, *_query(request, scope, b"&" if asked else b"?")]
    host = own_host or [b"Host: %s\r\n" % host_header(origin).encode()]
    return (lambda _user: number), _join([*line, b" HTTP/1.1\r\n", *host, *tail])


def _free_route(
    request: HttpRequest, scope: Scope, origins: Origins, own_host: _Parts, tail: _Parts
) -> tuple[Route, Render]:
    """A path that is, or may turn out to be, an absolute URL. It is evaluated once a request: it may draw."""
    base = _constant(request.base_url, scope) if request.base_url else ""
    home = parse_url(base) if base else None
    path = compile_template(request.path, scope).render
    query = compile_query(request.query, scope).render if request.query else None
    host, rest = _join(own_host) if own_host else None, _join(tail)
    method = request.method.encode() + b" "
    chosen = 0

    def render(user: Any) -> bytes:
        nonlocal chosen
        try:
            origin, target = _locate(to_text(path(user)), home)
        except ValueError as error:
            raise EvalError(str(error)) from None
        if query is not None and (more := query(user).decode()):
            target += ("&" if "?" in target else "?") + more
        chosen = origins.number(origin)
        named = host(user) if host else b"Host: %s\r\n" % host_header(origin).encode()
        return b"".join([method, target.encode(), b" HTTP/1.1\r\n", named, rest(user)])

    return (lambda _user: chosen), render


def _locate(text: str, home: tuple[Origin, str] | None) -> tuple[Origin, str]:
    """(origin, target) of a path below `home`, the base URL, or of a whole URL. Raises ValueError for other texts."""
    text = text.translate(_BREAKS).strip()
    if text.startswith("/"):
        if home is None:
            raise ValueError("there is no base URL for the path to follow")
        origin, prefix = home
        return origin, prefix.rstrip("/") + target_of(text.partition("#")[0])
    if not text.lower().startswith(_WHOLE):
        raise ValueError(_neither(text))
    return parse_url(text)


def _neither(text: str) -> str:
    """A query may hold a secret: it is not shown."""
    return f"the path {text.partition('?')[0]!r} is neither below the base URL, as `/items` is, nor a whole http URL"


def _constant(text: str, scope: Scope) -> str:
    template = compile_template(text, scope)
    if not template.constant:
        raise ExprError("the base URL may use env and vars only, which do not change during a run")
    return to_text(template.value)


def _query(request: HttpRequest, scope: Scope, mark: bytes) -> _Parts:
    """The query after its mark; neither where every parameter is left out."""
    if not request.query:
        return []
    query = compile_query(request.query, scope)
    if query.constant:
        return [mark + query.value] if query.value else []
    render = query.render
    return [lambda user: mark + text if (text := render(user)) else b""]


def _body(request: HttpRequest, scope: Scope) -> tuple[Bytes | None, str]:
    if request.has_json:
        return compile_json_body(request.json, scope), "application/json"
    if request.form is not None:
        return compile_form_body(request.form, scope), "application/x-www-form-urlencoded"
    if request.body is not None:
        return compile_bytes(request.body, scope), "text/plain; charset=utf-8"
    return None, ""


def _headers(request: HttpRequest, content_type: str) -> dict[str, str]:
    """Name → value: ours first, the spec's win; credentials are given by `auth` where there is one."""
    ours = {"User-Agent": f"loadspec/{__version__}"}
    if content_type:
        ours["Content-Type"] = content_type
    given = {name.lower() for name in request.headers}
    if framing := given & _FRAMING:
        raise ValueError(f"the header {min(framing)} follows from the body: loadspec sets it")
    headers = {**{k: v for k, v in ours.items() if k.lower() not in given}, **request.headers}
    if request.bearer is None and request.basic is None:
        return headers
    return {name: value for name, value in headers.items() if name.lower() != "authorization"}


def _tail(headers: Mapping[str, str], request: HttpRequest, body: Bytes | None, scope: Scope) -> _Parts:
    """Everything after the Host line: headers, credentials, length and body."""
    parts: _Parts = []
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


def _header(name: str, value: str, scope: Scope) -> _Parts:
    for part in parse_template(value):
        if isinstance(part, str):
            check_header_value(part.encode())
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


def _join(parts: _Parts) -> Render:
    """Neighbouring constants become one; what is left is joined per request."""
    merged: _Parts = []
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
