"""One case of a corpus, and short ways to write it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["accept", "reject", "either"]
Pairs = tuple[tuple[bytes, bytes], ...]


class Case(NamedTuple):
    """Bytes of a response, and what a client must make of them.

    `either`: the sources disagree, or the RFC leaves it open; what is said below holds if it is accepted, and nothing
    is said where the status is 0. `headers` and `trailers` are among those the response has. `rest` follows the
    response on the wire. `closes`: the peer's close ends the body. `head`: the answer to HEAD. `keep`: the connection
    may be used again, were nothing behind it.
    """

    name: str
    raw: bytes
    verdict: Verdict = "accept"
    status: int = 200
    body: bytes = b""
    keep: bool = True
    headers: Pairs = ()
    trailers: Pairs = ()
    reason: str | None = None
    rest: bytes = b""
    closes: bool = False
    head: bool = False
    kind: str = ""  # of the error, where the case is about just that


def accept(
    name: str,
    raw: bytes,
    body: bytes = b"",
    status: int = 200,
    *,
    keep: bool = True,
    headers: Pairs = (),
    trailers: Pairs = (),
    reason: str | None = None,
    rest: bytes = b"",
    head: bool = False,
) -> Case:
    """A response that ends by itself."""
    return Case(name, raw, "accept", status, body, keep, headers, trailers, reason, rest, False, head)


def closed(
    name: str, raw: bytes, body: bytes = b"", status: int = 200, *, headers: Pairs = (), reason: str | None = None
) -> Case:
    """A response that lasts until the peer closes."""
    return Case(name, raw, "accept", status, body, False, headers, (), reason, b"", True)


def reject(name: str, raw: bytes, kind: str = "") -> Case:
    """What is no response, or no safe one."""
    return Case(name, raw, "reject", status=0, kind=kind)


def cut(name: str, raw: bytes) -> Case:
    """A response that the peer's close cuts short."""
    return reject(name, raw, "incomplete")


def either(case: Case) -> Case:
    """The same case, where a client may also refuse it."""
    return case._replace(verdict="either")


def lines(*parts: bytes) -> bytes:
    """Each with a CRLF behind it."""
    return b"".join(part + b"\r\n" for part in parts)


def head(*fields: bytes, start: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A whole head."""
    return lines(start, *fields, b"")
