"""Cookies by RFC 6265: what a user was told to keep, and what of it belongs to a request.

A small matcher of its own: `http.cookiejar` costs 16 µs where it costs 1.4 to 4 (bench/requests.py), and needs objects
that a compiled request is not. There is no list of public suffixes: a server may set a cookie for any parent of its own
host that has a dot in it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from loadspec.expr import EvalError, ExprError, Scope, compile_template, to_text
from loadspec.protocols.http.parts import Render
from loadspec.wire.headers import header_list
from loadspec.wire.url import Origin

if TYPE_CHECKING:
    from loadspec.protocols.user import User

MAX_COOKIE: Final = 4096
"""Bytes of name and value together; a longer cookie is not kept, as in browsers."""
MAX_PER_DOMAIN: Final = 50
MAX_COOKIES: Final = 300

_BREAKS = re.compile(r"[;\x00-\x08\x0a-\x1f\x7f]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ADDRESS = re.compile(r"[0-9.]+|.*:.*")
_NEVER: Final = float("inf")
_LINE = b"\r\nCookie: "

Key = tuple[str, str, bytes]
"""(domain, path, name): a cookie replaces the one of the same key."""


class SetCookie(Struct, frozen=True):
    """A Set-Cookie header. `domain` is lower-case without its first dot; None, like `path` None: not given.

    `max_age` is in seconds, `expires` an HTTP date; both may be missing.
    """

    name: bytes
    value: bytes
    domain: str | None = None
    path: str | None = None
    secure: bool = False
    max_age: int | None = None
    expires: str | None = None


@lru_cache(maxsize=256)
def parse_set_cookie(line: bytes) -> SetCookie | None:
    """The value of a Set-Cookie header (RFC 6265 §5.2); None for one that is ignored."""
    if _CONTROL.search(line):
        return None
    pair, _, rest = line.partition(b";")
    name, equals, value = pair.partition(b"=")
    name, value = name.strip(), value.strip()
    if not equals or not name or len(name) + len(value) > MAX_COOKIE:
        return None
    cookie = SetCookie(name, value)
    for attribute in rest.decode("latin-1").split(";"):
        key, _, text = attribute.partition("=")
        read = _ATTRIBUTES.get(key.strip().lower())
        if read is not None:
            cookie = replace(cookie, **read(text.strip()))
    return cookie


def _max_age(text: str) -> dict[str, Any]:
    digits = text.removeprefix("-")
    return {"max_age": int(text[:18])} if digits.isascii() and digits.isdigit() else {}


_ATTRIBUTES: dict[str, Callable[[str], dict[str, Any]]] = {
    "domain": lambda text: {"domain": text.removeprefix(".").lower()} if text else {},
    "path": lambda text: {"path": text if text.startswith("/") else None},
    "secure": lambda _text: {"secure": True},
    "max-age": _max_age,
    "expires": lambda text: {"expires": text},
}
"""Attribute → what it sets; the last one of a name counts. Others (HttpOnly, SameSite) say nothing to a load test."""


class Cookie(Struct, frozen=True):
    """A cookie that is kept. `expires` is in seconds since the epoch."""

    name: bytes
    value: bytes
    domain: str
    host_only: bool
    path: str
    secure: bool
    expires: float


class Jar:
    """The cookies of one user. `lasting`: it outlives the iteration. `clock` gives seconds since the epoch."""

    __slots__ = ("_clock", "_cookies", "_sent", "_soonest", "lasting")

    def __init__(self, lasting: bool = False, clock: Callable[[], float] = time.time) -> None:
        self.lasting = lasting
        self._clock = clock
        self._cookies: dict[Key, Cookie] = {}
        self._sent: dict[tuple[Origin, str], bytes] = {}
        self._soonest = _NEVER

    def __len__(self) -> int:
        return len(self._cookies)

    def values(self) -> list[bytes]:
        """What is in it."""
        return [cookie.value for cookie in self._cookies.values()]

    def renewed(self) -> Jar:
        """The jar of the next iteration: itself where it lasts, else a copy."""
        if self.lasting:
            return self
        jar = Jar(False, self._clock)
        jar._cookies = dict(self._cookies)
        jar._soonest = self._soonest
        return jar

    def store(self, head: bytes, origin: Origin, target: str) -> None:
        """Keep what the head of an answer sets; `target` is that of the request."""
        for name, line in header_list(head):
            if name == b"set-cookie":
                parsed = parse_set_cookie(line)
                cookie = None if parsed is None else self._accepted(parsed, origin.host, target)
                if cookie is not None:
                    self._put(cookie)
        self._sent.clear()

    def cookies_for(self, origin: Origin, target: str) -> bytes:
        """The Cookie header's value for a request, b"" for none: longer paths first, then the older ones."""
        if self._soonest <= self._clock():
            self._expire()
        key = origin, target.partition("?")[0]
        known = self._sent.get(key)
        if known is None:
            fitting = [c for c in self._cookies.values() if _belongs(c, origin, key[1])]
            fitting.sort(key=lambda cookie: -len(cookie.path))  # stable: the order of creation stays
            if len(self._sent) >= MAX_COOKIES:
                self._sent.clear()  # paths that never come again must not fill it
            known = self._sent[key] = b"; ".join([c.name + b"=" + c.value for c in fitting])
        return known

    def attach(self, request: bytes, origin: Origin) -> bytes:
        """The request with the cookies that belong to it; one that the request gives itself goes over the jar's."""
        line = request.index(b"\r\n")
        cookies = self.cookies_for(origin, target_in(request))
        if not cookies:
            return request
        at = request.find(_LINE, line, request.index(b"\r\n\r\n"))
        if at < 0:
            return b"".join((request[:line], _LINE, cookies, request[line:]))
        at += len(_LINE)
        end = request.index(b"\r\n", at)
        own = request[at:end]
        given = {pair.partition(b"=")[0] for pair in own.split(b"; ")}
        kept = [pair for pair in cookies.split(b"; ") if pair.partition(b"=")[0] not in given]
        return b"".join((request[:at], b"; ".join([*kept, own]), request[end:]))

    def _accepted(self, given: SetCookie, host: str, target: str) -> Cookie | None:
        domain, host_only = host, True
        if given.domain and given.domain != host:
            if "." not in given.domain.rstrip(".") or not _domain_match(host, given.domain):
                return None
            domain, host_only = given.domain, False
        elif given.domain:
            host_only = bool(_ADDRESS.fullmatch(host))
        expires = self._expiry(given)
        return Cookie(
            given.name, given.value, domain, host_only, given.path or default_path(target), given.secure, expires
        )

    def _expiry(self, given: SetCookie) -> float:
        """Max-Age goes over Expires; without either the cookie stays as long as the jar. A wrong date is none."""
        if given.max_age is not None:
            return self._clock() + given.max_age if given.max_age > 0 else 0.0
        if given.expires is None:
            return _NEVER
        import http.cookiejar  # lazily: most cookies of a test have no date

        try:
            at = http.cookiejar.http2time(given.expires)  # type: ignore[attr-defined]  # typeshed leaves it out
        except (ValueError, OverflowError):  # a month or a year that is none
            at = None
        return _NEVER if at is None else float(at)

    def _put(self, cookie: Cookie) -> None:
        key = cookie.domain, cookie.path, cookie.name
        if cookie.expires <= self._clock():
            self._cookies.pop(key, None)
            return
        self._cookies[key] = cookie  # a replaced one keeps its age, as the RFC has it
        self._soonest = min(self._soonest, cookie.expires)
        same = [k for k in self._cookies if k[0] == cookie.domain]
        if len(same) > MAX_PER_DOMAIN:
            del self._cookies[same[0]]
        elif len(self._cookies) > MAX_COOKIES:
            del self._cookies[next(iter(self._cookies))]

    def _expire(self) -> None:
        now = self._clock()
        self._cookies = {key: cookie for key, cookie in self._cookies.items() if cookie.expires > now}
        self._soonest = min((cookie.expires for cookie in self._cookies.values()), default=_NEVER)
        self._sent.clear()


def target_in(request: bytes) -> str:
    """The target of a request's first line."""
    begin = request.index(b" ") + 1
    return request[begin : request.index(b" ", begin)].decode("latin-1")


def default_path(target: str) -> str:
    """Where a cookie without a path belongs: the folder of the request's path (RFC 6265 §5.1.4)."""
    path = target.partition("?")[0]
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def _belongs(cookie: Cookie, origin: Origin, path: str) -> bool:
    host = origin.host
    here = host == cookie.domain if cookie.host_only else _domain_match(host, cookie.domain)
    return here and _path_match(path, cookie.path) and (origin.tls or not cookie.secure)


def _domain_match(host: str, domain: str) -> bool:
    """Whether a host is the domain or below it; an address is below nothing (RFC 6265 §5.1.3)."""
    return host == domain or (host.endswith("." + domain) and not _ADDRESS.fullmatch(host))


def _path_match(path: str, folder: str) -> bool:
    """RFC 6265 §5.1.4."""
    return path == folder or (path.startswith(folder) and (folder.endswith("/") or path[len(folder)] == "/"))


def compile_cookies(cookies: Mapping[str, Any], scope: Scope) -> bytes | Render:
    """The spec's own cookies → the whole header line; none of it where all are left out (null).

    Raises ExprError. Rendering raises EvalError for a value that would begin another cookie.
    """
    rows = [(name, compile_template(to_text(value), scope)) for name, value in cookies.items() if value is not None]

    def render(user: Any) -> bytes:
        pairs = [f"{name}={_cookie_value(value)}" for name, row in rows if (value := row.render(user)) is not None]
        return f"Cookie: {'; '.join(pairs)}\r\n".encode() if pairs else b""

    if not all(row.constant for _, row in rows):
        return render
    try:
        return render(None)
    except EvalError as error:
        raise ExprError(str(error)) from None


def _cookie_value(value: Any) -> str:
    text = to_text(value)
    if _BREAKS.search(text):
        raise EvalError("a cookie's value cannot hold `;`, a line break or a control character")
    return text


def secret_cookies(user: User) -> list[str]:
    """For the masks: the values of a user's cookies, those that the answer at hand sets included."""
    values = [] if user.cookies is None else user.cookies.values()
    if user.answer.status and user.answer.sets_cookies:
        parsed = (parse_set_cookie(line) for name, line in header_list(user.answer.head) if name == b"set-cookie")
        values += [cookie.value for cookie in parsed if cookie is not None]
    return [value.decode("latin-1") for value in values]
