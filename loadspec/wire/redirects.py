"""Redirects (RFC 9110 §15.4): where a Location leads, and the request that goes there. Pure.

As Go's client has it, and with it k6: 301, 302 and 303 turn every method but HEAD into a GET without a body; 307 and
308 send the request again as it was. What proves who the user is goes to no other origin (scheme, host and port), and
once it was dropped it does not come back; Go, which compares hosts only, still shows it to subdomains and other ports.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from loadspec.masking import TELLING_HEADER
from loadspec.wire.headers import header_list
from loadspec.wire.request import split_request
from loadspec.wire.url import Origin, host_header, parse_url

STATUSES: Final = frozenset({301, 302, 303, 307, 308})
"""300, 304, 305 and 306 lead nowhere by themselves."""

_TO_GET: Final = (301, 302, 303)
_OF_BODY: Final = frozenset(
    b"content-length content-type content-encoding content-language content-location transfer-encoding expect".split()
)
_SECRET: Final = re.compile(TELLING_HEADER.encode())
"""Authorization, Proxy-Authorization and Cookie among them."""
_REFERENCE: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_BREAKS: Final = str.maketrans("", "", "\t\r\n")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")


class Onward(NamedTuple):
    """The next request; `crossed`: it goes to another origin."""

    method: str
    origin: Origin
    request: bytes
    crossed: bool


def location_of(head: bytes) -> str:
    """The Location in an answer's head, "" without one: then the redirect is an answer like any other."""
    for name, value in header_list(head):
        if name == b"location":
            return _text(value.strip())
    return ""


def _text(value: bytes) -> str:
    """Bytes that are no UTF-8 stay what they are, %-escaped."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], value).decode()


def onward(request: bytes, origin: Origin, status: int, location: str, secrets: Collection[bytes] = ()) -> Onward:
    """The request that a redirect asks for, after `request` to `origin`.

    `secrets` are lower-case names of headers that go to no other origin, beside the usual ones. Raises ValueError for a
    Location that is no http or https URL.
    """
    method, target, lines, body = split_request(request)
    to, path = parse_url(_without_user(resolve(f"{origin}{target.decode('latin-1')}", location)))
    dropped: set[bytes] = set()
    if status in _TO_GET:
        method = "HEAD" if method == "HEAD" else "GET"
        body = b""
        dropped |= _OF_BODY
    crossed = to != origin
    kept = [line for line in lines.splitlines(keepends=True) if not _drops(line, dropped, crossed, secrets)]
    first = f"{method} {path} HTTP/1.1\r\n".encode()
    host = b"Host: %s\r\n" % host_header(to).encode() if crossed else b""
    return Onward(method, to, b"".join([first, host, *kept, b"\r\n", body]), crossed)


def _drops(line: bytes, dropped: Collection[bytes], crossed: bool, secrets: Collection[bytes]) -> bool:
    name = line.partition(b":")[0].lower()
    if name in dropped:
        return True
    foreign = name == b"host" or name in secrets or _SECRET.fullmatch(name) is not None
    return crossed and foreign


def without_headers(request: bytes, names: Collection[bytes]) -> bytes:
    """A request without the header lines of these lower-case names."""
    head, blank, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].lower() not in names]
    return b"\r\n".join([first, *kept]) + blank + body


def resolve(base: str, reference: str) -> str:
    """A reference made absolute (RFC 3986 §5.2.2). The fragment, which no server is sent, goes."""
    scheme, authority, path, query = _parts(reference.translate(_BREAKS).strip(" "))
    base_scheme, base_authority, base_path, base_query = _parts(base)
    if scheme is None:
        scheme = base_scheme
        if authority is None:
            authority = base_authority
            if not path:
                path, query = base_path, base_query if query is None else query
            elif not path.startswith("/"):
                path = (base_path[: base_path.rfind("/")] or "") + "/" + path
    whole = f"{scheme}:" if authority is None else f"{scheme}://{authority}"
    return whole + _without_dots(path) + (query or "")


def _parts(text: str) -> tuple[str | None, str | None, str, str | None]:
    match = _REFERENCE.fullmatch(text)
    assert match is not None, "every text is a reference"
    return match[1], match[2], match[3], match[4]


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4: the segments `.` and `..` are gone through."""
    if not path.startswith("/"):
        return path
    kept: list[str] = []
    *folders, last = path[1:].split("/")
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last in (".", ".."):
        if last == "..":
            del kept[-1:]
        last = ""
    return "/" + "/".join([*kept, last])


def _without_user(url: str) -> str:
    """What stands before an `@` would be credentials that a server gives itself: they are left out."""
    begin = url.find("://") + 3
    end = re.compile(r"[/?#]|$").search(url, begin).start()  # type: ignore[union-attr]  # `$` is always found
    at = url.rfind("@", begin, end)
    return url if at < 0 else url[:begin] + url[at + 1 :]
