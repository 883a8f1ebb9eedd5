"""Requests as libcurl takes them, and heads as it gives them: worked out once for all that are byte for byte alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from loadspec.wire.fasthead import sets_cookies
from loadspec.wire.fields import CACHEABLE
from loadspec.wire.head import known_head
from loadspec.wire.limits import Limits
from loadspec.wire.lines import check_head, final_head

_ADDED: Final = (b"accept", b"user-agent", b"content-type", b"expect")
"""Header lines that libcurl would add by itself."""
_FRAMING: Final = (b"content-length", b"transfer-encoding")
"""Header lines that are libcurl's to write."""
_LENGTH: Final = b"\r\nContent-Length: "


class Known(NamedTuple):
    """What a head says. `multiplexed`: it is of HTTP/2 or HTTP/3."""

    status: int
    encoding: bytes
    sets_cookies: bool
    multiplexed: bool


def take_apart(request: bytes) -> tuple[str, bytes, list[bytes], bool, bytes]:
    """(method, target, header lines for libcurl, whether a length is stated, body) of a request that a template made.

    Nothing is checked. Equal header lines are the same list: never change it in place.
    """
    first = request.index(b"\r\n")
    end = request.index(b"\r\n\r\n", first) + 2
    method, target, _ = request[:first].split(b" ")
    cut = request.rfind(_LENGTH, first, end) + 2
    sized = cut > 1
    last = cut if sized and request.find(b"\r\n", cut) == end - 2 else end  # lines of other lengths are alike
    return method.decode(), target, _header_list(request[first + 2 : last]), sized, request[end + 2 :]


@lru_cache(maxsize=512)
def _header_list(lines: bytes) -> list[bytes]:
    """An empty value is written `name;` for libcurl, a line that is not to be sent `name:`."""
    found: list[bytes] = []
    names = set()
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        names.add(name.lower())
        if name.lower() not in _FRAMING:
            found.append(line if value.strip() else name + b";")
    return [*found, *(name + b":" for name in _ADDED if name not in names)]


@lru_cache(maxsize=16)
def head_reader(limits: Limits) -> Callable[[Sequence[bytes]], tuple[bytes, Known, int]]:
    """→ a function of the lines that came: (the head of the final answer, what it says, the size of all lines).

    It raises ProtocolError.
    """

    @lru_cache(maxsize=512)
    def alone(head: bytes) -> Known | None:
        """None where there is more than one head, or anything that takes a closer look."""
        if head.find(b"\r\n\r\n") + 4 != len(head) or head.partition(b" ")[2][:1] == b"1":
            return None
        check_head(head, limits)
        return _said(head)

    def read(lines: Sequence[bytes]) -> tuple[bytes, Known, int]:
        head = b"".join(lines)
        size = len(head)
        known = alone(head) if size <= CACHEABLE else None
        if known is None:
            head = final_head(lines, limits)
            check_head(head, limits)
            known = _said(head)
        return head, known, size

    return read


def _said(head: bytes) -> Known:
    """Raises ProtocolError."""
    version, _, rest = head.partition(b" ")
    multiplexed = version in (b"HTTP/2", b"HTTP/3")
    parsed = known_head(b"HTTP/1.1 " + rest if multiplexed else head)
    return Known(parsed.status, parsed.content_encoding, sets_cookies(head), multiplexed)
