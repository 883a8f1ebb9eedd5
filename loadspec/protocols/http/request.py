"""A request as bytes: what never changes is built once, the rest is joined in.

The head ends with Content-Length, so that a changing body changes one number. A path that begins with `/` is below the
base URL, be it written out or a value; only a whole http or https URL replaces that. One that may be either is looked
at when it is sent; any other request goes to one origin, known from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from loadspec import __version__
from loadspec.expr import EvalError, ExprError, Scope, compile_bytes, compile_query, compile_template, to_text
from loadspec.expr import quote_segment as quote
from loadspec.masking import AUTH_SECRETS
from loadspec.protocols.http.auth import AUTH, Credentials, Tools
from loadspec.protocols.http.bodies import BODIES, Body
from loadspec.protocols.http.bodies.compressed import compressed
from loadspec.protocols.http.cookies import compile_cookies
from loadspec.protocols.http.origins import (
    Origins,
    Path,
    constant_url,
    locate,
    may_be_whole,
    neither,
    opening,
    source,
)
from loadspec.protocols.http.parts import Parts, Render, header, header_of, join, sized
from loadspec.wire.url import host_header, parse_url, target_of

__all__ = ["Compiled", "HttpRequest", "Origins", "Render", "Route", "compile_request"]

Route = Callable[[Any], int]
"""User → number of the origin that the request rendered last goes to."""

_BODYLESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_TYPE = "Content-Type"
_ENCODING = "Content-Encoding"
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class HttpRequest(Struct, frozen=True):
    """What `compile_request` needs, already merged from target, endpoint and step. Texts are templates."""

    method: str
    base_url: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: tuple[str, Any] | None = None
    """A row of BODIES, and its value."""
    cookies: Mapping[str, Any] = field(default_factory=dict)
    auth: tuple[str, Mapping[str, Any]] | None = None
    """A row of AUTH, and its settings."""
    without: frozenset[str] = frozenset()
    """Lower-case names of headers that are not sent, not even by default."""
    transport: str = "fast"
    user_agent: str = f"loadspec/{__version__}"
    close: bool = False
    """Whether the connection is used once, which the server is told."""
    compression: str = ""
    """The content coding of the body; "" for none."""


class Compiled(Struct, frozen=True):
    """A request, ready to be rendered and sent; `own_cookies`: its Cookie header is written out, the jar stays shut."""

    method: str
    route: Route
    render: Render
    credentials: Credentials
    own_cookies: bool


def compile_request(request: HttpRequest, tools: Tools) -> Compiled:
    """Raises ExprError for a template that does not compile and ValueError for a wrong URL, header or key."""
    kind, settings = request.auth or ("", {})
    credentials = _credentials(kind, settings, tools) if kind else Credentials()
    headers = _headers(request, credentials)
    own_cookies = any(name.lower() == "cookie" for name in headers)
    host = _host(headers, tools.scope)
    tail = _tail(request, headers, credentials, tools.scope)
    route, render = _routed(request, {**request.query, **credentials.query}, tools, host, tail)
    if (sign := credentials.sign) is not None:
        whole = render

        def render(user: Any) -> bytes:
            return sign(user, whole(user))

    return Compiled(request.method, route, render, credentials, own_cookies)


def _credentials(kind: str, settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """Credentials, whose secret is masked; one that is known before the run is known to the masks already."""
    text = str(settings[AUTH_SECRETS[kind]])
    secret = compile_template(text, tools.scope)
    if not secret.constant and "draw" not in text:  # asking again would draw again
        tools.hide(secret.render)
    return AUTH[kind](settings, tools)


def _routed(
    request: HttpRequest, query: Mapping[str, Any], tools: Tools, own_host: Parts, tail: Parts
) -> tuple[Route, Render]:
    first, rest = opening(request.path, tools.scope)
    if first.startswith("/"):
        return _fixed_route(request, [first, *rest], query, tools, own_host, tail)
    if not (first or rest) or not may_be_whole(first):
        raise ExprError(neither(first), 0, "begin it with `/`, or write a whole URL")
    return _free_route(request, query, tools, own_host, tail)


def _fixed_route(
    request: HttpRequest, parts: Path, query: Mapping[str, Any], tools: Tools, own_host: Parts, tail: Parts
) -> tuple[Route, Render]:
    """The usual case: a path below a base URL that does not change. Its own text is %-escaped where it must be."""
    scope = tools.scope
    origin, prefix = parse_url(constant_url(request.base_url, scope))
    number = tools.origins.number(origin, request.transport)
    own = [target_of(f"/{part}")[1:] if isinstance(part, str) else source(part) for part in parts]
    path = compile_bytes("".join(own), scope, quote)
    asked = any(isinstance(part, str) and "?" in part for part in parts)
    line: Parts = [request.method.encode() + b" ", prefix.rstrip("/").encode()]
    line += [path.value if path.constant else path.render, *_query(query, scope, b"&" if asked else b"?")]
    host = own_host or [b"Host: %s\r\n" % host_header(origin).encode()]
    return (lambda _user: number), join([*line, b" HTTP/1.1\r\n", *host, *tail])


def _free_route(
    request: HttpRequest, parameters: Mapping[str, Any], tools: Tools, own_host: Parts, tail: Parts
) -> tuple[Route, Render]:
    """A path that is, or may turn out to be, an absolute URL. It is evaluated once a request: it may draw."""
    scope, origins = tools.scope, tools.origins
    base = constant_url(request.base_url, scope) if request.base_url else ""
    home = parse_url(base) if base else None
    path = compile_template(request.path, scope).render
    query = compile_query(parameters, scope).render if parameters else None
    host, rest = join(own_host) if own_host else None, join(tail)
    method, transport = request.method.encode() + b" ", request.transport
    chosen = 0

    def render(user: Any) -> bytes:
        nonlocal chosen
        try:
            origin, target = locate(to_text(path(user)), home)
        except ValueError as error:
            raise EvalError(str(error)) from None
        if query is not None and (more := query(user).decode()):
            target += ("&" if "?" in target else "?") + more
        chosen = origins.number(origin, transport)
        named = host(user) if host else b"Host: %s\r\n" % host_header(origin).encode()
        return b"".join([method, target.encode(), b" HTTP/1.1\r\n", named, rest(user)])

    return (lambda _user: chosen), render


def _query(parameters: Mapping[str, Any], scope: Scope, mark: bytes) -> Parts:
    """The query after its mark; neither where every parameter is left out."""
    if not parameters:
        return []
    query = compile_query(parameters, scope)
    if query.constant:
        return [mark + query.value] if query.value else []
    render = query.render
    return [lambda user: mark + text if (text := render(user)) else b""]


def _headers(request: HttpRequest, credentials: Credentials) -> dict[str, str]:
    """Name → value: the spec's go over ours; what credentials give, a request cannot."""
    given = {name.lower() for name in request.headers}
    if framing := given & _FRAMING:
        raise ValueError(f"the header {min(framing)} follows from the body: loadspec sets it")
    ours = {"User-Agent": request.user_agent}
    if request.close:
        ours["Connection"] = "close"
    if request.compression and request.body is not None:
        if _ENCODING.lower() in given:
            raise ValueError(f"the header {_ENCODING} follows from `compression`: loadspec sets it")
        ours[_ENCODING] = request.compression
    if request.body is not None:
        ours[_TYPE] = ""  # the kind of body says it
    left_out = given | request.without
    headers = {name: value for name, value in ours.items() if name.lower() not in left_out} | dict(request.headers)
    return {name: value for name, value in headers.items() if name.lower() not in credentials.names}


def _host(headers: dict[str, str], scope: Scope) -> Parts:
    """The request's own Host line, taken out of its headers."""
    return [part for name in list(headers) if name.lower() == "host" for part in header(name, headers.pop(name), scope)]


def _tail(request: HttpRequest, headers: dict[str, str], credentials: Credentials, scope: Scope) -> Parts:
    """Everything after the Host line: headers, cookies, credentials, length and body."""
    typed = next((name for name in headers if name.lower() == "content-type"), "")
    body = _body(request, headers.get(typed, ""), scope)
    parts: Parts = []
    for name, value in headers.items():
        parts += header_of(name, body.content_type) if body and name == typed else header(name, value, scope)
    cookies = {**request.cookies, **credentials.cookies}
    parts += [compile_cookies(cookies, scope)] if cookies else []
    parts += credentials.lines
    if body is None:
        parts.append(b"\r\n" if request.method in _BODYLESS else b"Content-Length: 0\r\n\r\n")
    elif body.content.constant:
        content = body.content.value
        parts.append(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
    elif body.size is not None:
        parts += [b"Content-Length: ", body.size, body.content.render]
    else:
        parts += [b"Content-Length: ", sized(body.content.render)]
    return parts


def _body(request: HttpRequest, content_type: str, scope: Scope) -> Body | None:
    if request.body is None:
        return None
    kind, value = request.body
    body = BODIES[kind](value, scope, content_type)
    return compressed(body, request.compression) if request.compression else body
