"""Lines of a head or of trailers, and the fields they hold (RFC 9112 §5).

Real servers repeat themselves: nearly every line has been seen before. So a line is parsed by a pure function
behind a bounded cache, and only lines that are new cost a parse.
"""

from __future__ import annotations

from functools import lru_cache

from loadspec.wire.errors import Phase, ProtocolError, shown

Field = tuple[bytes, bytes]

TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CACHEABLE = 4096  # bytes of a head; larger ones are rare and would let a server fill the caches


def block_end(data: bytes, start: int) -> int:
    """The position just after the first empty line at or after `start`, or -1. Lone LF ends a line, too."""
    crlf = data.find(b"\n\r\n", start)
    lone = data.find(b"\n\n", start, crlf + 1 if crlf >= 0 else len(data))
    if lone >= 0:
        return lone + 2
    return crlf + 3 if crlf >= 0 else -1


def split_lines(block: bytes) -> tuple[list[bytes], bool]:
    """The lines of a block that ends in an empty line, first line included, and whether it was plain.

    Plain means: every line ends in CRLF and none is folded. Folded lines come back joined by a space.
    Raises `ProtocolError` for a NUL, a bare CR, or a fold right after the first line.
    """
    lines = block.split(b"\r\n")
    # One pass counts CR, LF and NUL together: more of them than the CRLFs account for is odd. Nothing that may
    # start a name sorts before "!", so that a fold shows in the least line.
    breaks = len(block) - len(block.translate(None, b"\r\n\0"))
    if breaks == 2 * len(lines) - 2:
        del lines[-2:]
        if min(lines) >= b"!":
            return lines, True
    return _odd_lines(block), False


def _odd_lines(block: bytes) -> list[bytes]:
    text = block.replace(b"\r\n", b"\n")
    first, _, rest = text.partition(b"\n")
    for byte, name in ((b"\0", "a NUL byte"), (b"\r", "a bare CR")):
        if byte in text:
            phase: Phase = "status" if byte in first else "headers"
            raise ProtocolError("protocol", phase, f"The response head holds {name}.")
    if rest[:1] in (b" ", b"\t"):
        raise ProtocolError("protocol", "headers", "The first header line starts with white space.")
    return [first, *_unfolded(rest.split(b"\n")[:-2])]


def _unfolded(lines: list[bytes]) -> list[bytes]:
    """Lines with their continuations joined by a space (RFC 9112 §5.2). No regex: it would backtrack."""
    groups: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            groups[-1].append(line.strip(b" \t"))
        else:
            groups.append([line.rstrip(b" \t")])
    return [b" ".join(filter(None, group)) for group in groups]


def field(line: bytes) -> Field:
    """One header line as (lower-cased name, stripped value). Raises `ProtocolError` for a bad name."""
    name, colon, value = line.partition(b":")
    if not colon:
        raise ProtocolError("protocol", "headers", f"A header line has no colon: {shown(line)}.")
    if not name or name.translate(None, TOKEN):
        raise ProtocolError("protocol", "headers", f"A header name is not a token: {shown(name)}.")
    return name.lower(), value.strip(b" \t")


known_field = lru_cache(maxsize=1024)(field)


def joined(fields: list[Field]) -> dict[bytes, bytes]:
    """Fields by name; repeated ones joined by a comma and a space (RFC 9110 §5.2)."""
    merged: dict[bytes, bytes] = {}
    for name, value in fields:
        merged[name] = merged[name] + b", " + value if name in merged else value
    return merged


def list_items(value: bytes) -> list[bytes]:
    """The lower-cased, non-empty members of a comma-separated value."""
    return [item for part in value.lower().split(b",") if (item := part.strip(b" \t"))]
