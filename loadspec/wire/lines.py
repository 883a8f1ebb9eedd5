"""Heads that another client has taken apart into lines."""

from __future__ import annotations

from collections.abc import Sequence

from loadspec.wire.errors import Phase, ProtocolError
from loadspec.wire.limits import DEFAULT, Limits

BLANK = (b"\r\n", b"\n")
"""What ends a head."""


def final_head(lines: Sequence[bytes], limits: Limits = DEFAULT) -> bytes:
    """The head of the final answer: 1xx heads come before it, trailers may follow. Each line ends as it was sent.

    Raises `ProtocolError`: `incomplete` where it does not end, `protocol` where too many 1xx heads come before it.
    """
    if lines and lines.index(lines[-1]) == len(lines) - 1 > 0 and lines[-1] in BLANK and not _interim(lines[0]):
        return b"".join(lines)  # nearly always
    begin = informational = 0
    for number, line in enumerate(lines):
        if line in BLANK:
            if number > begin and not _interim(lines[begin]):
                return b"".join(lines[begin : number + 1])
            begin = number + 1
            informational += 1
            if informational > limits.informational:
                raise too_many_informational(limits)
    phase: Phase = "headers" if lines[begin:] and lines[begin].endswith(b"\n") else "status"
    raise ProtocolError("incomplete", phase, "The head is incomplete.")


def check_head(head: bytes, limits: Limits) -> None:
    """Raises `ProtocolError` where a head is beyond the caps."""
    if len(head) > limits.head_bytes:
        raise ProtocolError("limit", "headers", f"The head exceeds {limits.head_bytes} bytes.")
    if head.count(b"\n") - 2 > limits.headers:
        raise ProtocolError("limit", "headers", f"There are more than {limits.headers} headers.")


def too_many_informational(limits: Limits) -> ProtocolError:
    """More 1xx answers came than may."""
    return ProtocolError("protocol", "status", f"More than {limits.informational} 1xx responses.")


def _interim(line: bytes) -> bool:
    """Whether a status line is that of a 1xx answer, but for 101, behind which HTTP ends."""
    code = line.split(b" ", 2)[1:2]
    return bool(code) and len(code[0].strip()) == 3 and code[0].startswith(b"1") and code[0].strip() != b"101"
