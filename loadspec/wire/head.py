"""A response's head: status line, fields, and what they say about framing (RFC 9112 §4 and §6)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from loadspec.wire.errors import ProtocolError, shown
from loadspec.wire.fields import CACHEABLE, Field, field, joined, known_field, list_items, split_lines
from loadspec.wire.limits import HUGE


class Head(NamedTuple):
    """A parsed head. Shared between responses by a cache: never change `fields` in place.

    `length` is the Content-Length or None, `length_fault` what is wrong with it (or ""), `codings` the transfer
    codings in order, `persistent` whether the connection outlives the response as far as the head can tell,
    `plain` whether nothing about it is unusual (HTTP/1.1, CRLF line ends, no folding, one Content-Length of
    digits, no Transfer-Encoding, no other Connection option than `close` or `keep-alive`).
    """

    minor: int
    status: int
    reason: str
    fields: list[Field]
    length: int | None
    length_fault: str
    codings: tuple[bytes, ...]
    content_encoding: bytes
    persistent: bool
    plain: bool


def status_line(line: bytes) -> tuple[int, int, str]:
    """(minor version, status, reason) of `HTTP/1.x NNN reason`. Raises `ProtocolError`.

    A higher minor version is read as 1.1, the highest we know (RFC 9110 §6.2).
    """
    version, code, rest = line[:9], line[9:12], line[12:]
    if not (version.startswith(b"HTTP/1.") and version[7:8].isdigit() and version[8:] == b" "):
        raise ProtocolError("protocol", "status", f"This is no HTTP/1.0 or HTTP/1.1 status line: {shown(line)}.")
    if len(code) != 3 or not code.isdigit() or code < b"100" or rest[:1] not in (b"", b" "):
        raise ProtocolError("protocol", "status", f"The status is no three-digit number: {shown(line)}.")
    return min(line[7] - 48, 1), int(code), rest.strip(b" \t").decode("latin-1")


_known_status_line = lru_cache(maxsize=256)(status_line)


def content_length(value: bytes) -> int:
    """The number of a Content-Length; equal members of a list count as one. Raises `ProtocolError`."""
    if value.isdigit() and len(value) <= 18:
        return int(value)
    members = [member.strip(b" \t") for member in value.split(b",")]
    if not all(member.isdigit() for member in members):
        raise ProtocolError("protocol", "headers", f"Content-Length is no number: {shown(value)}.")
    digits = {member.lstrip(b"0") for member in members}
    if len(digits) > 1:
        raise ProtocolError("protocol", "headers", f"Content-Lengths contradict each other: {shown(value)}.")
    only = digits.pop()
    return int(only or b"0") if len(only) <= 18 else HUGE  # more than any cap


def persistence(connection: bytes, minor: int) -> tuple[bool, bool]:
    """(whether the connection stays open, whether its only option is a usual one)."""
    options = list_items(connection)
    stays = b"close" not in options and (minor == 1 or b"keep-alive" in options)
    return stays, options in ([], [b"close"], [b"keep-alive"])


_known_persistence = lru_cache(maxsize=64)(persistence)


def read_head(raw: bytes) -> Head:
    """Parse a whole head, from the status line to the empty line. Raises `ProtocolError`."""
    lines, plain = split_lines(raw)
    cached = len(raw) <= CACHEABLE
    minor, status, reason = (_known_status_line if cached else status_line)(lines[0])
    fields = list(map(known_field if cached else field, lines[1:]))
    by_name = dict(fields)
    if len(by_name) != len(fields):
        by_name = joined(fields)
    get = by_name.get
    stated, transfer = get(b"content-length"), get(b"transfer-encoding")
    length, fault = None, ""
    if stated is not None:
        try:
            length = content_length(stated)
        except ProtocolError as error:  # fatal only where the length is what frames the body (RFC 9112 §6.3)
            fault = error.message
    codings: tuple[bytes, ...] = ()
    persistent, usual = _known_persistence(get(b"connection", b""), minor)
    if transfer is not None:
        # RFC 9112 §6.1: beside a length, or from an HTTP/1.0 server, the framing is suspect: close afterwards.
        codings = tuple(list_items(transfer))
        persistent = persistent and minor == 1 and stated is None
    persistent = persistent and not fault
    plain = plain and usual and minor == 1 and transfer is None and stated is not None and stated.isdigit()
    encoding = get(b"content-encoding", b"")
    return Head(minor, status, reason, fields, length, fault, codings, encoding, persistent, plain)


_known_head = lru_cache(maxsize=256)(read_head)


def known_head(raw: bytes) -> Head:
    """`read_head` behind a bounded cache: most heads of a run are byte for byte equal within a second."""
    return _known_head(raw) if len(raw) <= CACHEABLE else read_head(raw)
