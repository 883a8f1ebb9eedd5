"""Slow, plain versions of what the wire package does cleverly, to compare it with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loadspec.wire.fasthead import shortcuts
from loadspec.wire.limits import DEFAULT, Limits
from loadspec.wire.response import ResponseParser

Fast = tuple[int, bytes, bytes, bytes, bool]

_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(;[^\r\n\0]*)?")
_TRAILER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\r\n\0]*)")


Plain = tuple[int, int, int, bytes, bool, bool]
Chunks = tuple[int, int, bytes, bytes, bool, bool]


def parse_head(data: bytes, limits: Limits = DEFAULT) -> Plain | None:
    """What the shortcut says of a head with a length: status, body start, length, coding, close, sets cookies."""
    known = shortcuts(limits).parse_head(data)
    if known is None or known[2] < 0:
        return None
    assert data.startswith(known[1])
    return known[0], len(known[1]), *known[2:]


def parse_chunks(data: bytes, limits: Limits = DEFAULT) -> Chunks | None:
    """What the shortcuts say of a whole chunked answer: status, head end, body, coding, close, sets cookies."""
    short = shortcuts(limits)
    known = short.parse_head(data)
    if known is None or known[2] >= 0:
        return None
    status, raw, _, encoding, close, cookies = known
    body = short.join_chunks(data, len(raw))
    return None if body is None else (status, len(raw), body, encoding, close, cookies)


def fast_reference(pieces: Sequence[bytes]) -> Fast | None:
    """What the fast transport makes of an answer that comes in these reads: status, head, body, coding, kept."""
    if not pieces:
        return None
    data = pieces[0]
    plain, chunks = parse_head(data), parse_chunks(data)
    if plain is not None:
        status, start, length, encoding, close, _ = plain
        for piece in pieces[1:]:
            data += piece
        end = start + length
        if len(data) < end:
            return None
        return status, data[:start], data[start:end], encoding, not close and len(data) == end
    if chunks is not None and len(pieces) == 1:
        status, head, body, encoding, close, _ = chunks
        return status, data[:head], body, encoding, not close
    return None


def shortcuts_agree(pieces: Sequence[bytes]) -> bool:
    """Whether a shortcut takes an answer in these reads; if so, all of what it says is what the parser says."""
    answer = fast_reference([piece for piece in pieces if piece])
    if answer is None:
        return False
    parser = ResponseParser()
    for piece in pieces:
        parser.feed(piece)
    assert parser.complete
    assert answer == (parser.status, parser.head, parser.body, parser.content_encoding, parser.keep_alive)
    return True


def chunked_reference(data: bytes, limits: Limits) -> str | tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """(body, trailers, what follows) of a chunked body, or the kind of its error; line by line (RFC 9112 §7.1)."""
    body, pos = b"", 0
    while True:
        eol = data.find(b"\n", pos)
        if eol < 0 or eol - pos > 4096:
            return "incomplete" if len(data) - pos <= 4096 else "limit"
        line = data[pos:eol]
        match = _SIZE.fullmatch(line[:-1]) if line.endswith(b"\r") else None
        if match is None:
            return "protocol"
        size, pos = int(match[1], 16), eol + 1
        if size == 0:
            break
        if len(body) + size > limits.body_bytes:
            return "limit"
        if not b"\r\n".startswith(data[pos + size : pos + size + 2]):
            return "protocol"
        if len(data) < pos + size + 2:
            return "incomplete"
        body, pos = body + data[pos : pos + size], pos + size + 2
    return _trailers_reference(data, pos, body, limits)


def _trailers_reference(
    data: bytes, pos: int, body: bytes, limits: Limits
) -> str | tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    start, lines = pos, []
    while True:
        eol = data.find(b"\n", pos)
        if (eol + 1 if eol >= 0 else len(data)) - start + 2 > limits.head_bytes:
            return "limit"
        if eol < 0:
            return "incomplete"
        line = data[pos:eol].removesuffix(b"\r")
        pos = eol + 1
        if not line:
            break
        lines.append(line)
    trailers: list[tuple[bytes, bytes]] = []
    if b"\0" in b"".join(lines) or b"\r" in b"".join(lines):
        return "protocol"
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if not trailers:
                return "protocol"
            name, value = trailers[-1]
            trailers[-1] = name, (value + b" " + line.strip(b" \t")).strip(b" \t")
            continue
        match = _TRAILER.fullmatch(line)
        if match is None:
            return "protocol"
        trailers.append((match[1].lower(), match[2].strip(b" \t")))
    return (body, trailers, data[pos:]) if len(trailers) <= limits.headers else "limit"


_APPENDIX_B = re.compile(r"(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?")


def resolved(base: str, reference: str) -> str:
    """RFC 3986 §5.2.2, as its pseudocode has it, without the fragment; the base has a scheme and an authority."""
    base_scheme, base_authority, base_path, base_query = _APPENDIX_B.fullmatch(base).group(2, 4, 5, 7)
    scheme, authority, path, query = _APPENDIX_B.fullmatch(reference).group(2, 4, 5, 7)
    if scheme is not None:
        path = without_dots(path)
    else:
        if authority is not None:
            path = without_dots(path)
        else:
            if path == "":
                path = base_path
                query = base_query if query is None else query
            elif path.startswith("/"):
                path = without_dots(path)
            else:
                merged = f"/{path}" if base_path == "" else base_path[: base_path.rfind("/") + 1] + path
                path = without_dots(merged)
            authority = base_authority
        scheme = base_scheme
    result = f"{scheme}:"
    if authority is not None:
        result += f"//{authority}"
    return result + path + ("" if query is None else f"?{query}")


def without_dots(path: str) -> str:
    """RFC 3986 §5.2.4, step by step."""
    output = ""
    while path:
        if path.startswith("../"):  # A
            path = path[3:]
        elif path.startswith(("./", "/./")):  # B
            path = path[2:]
        elif path == "/.":
            path = "/"
        elif path.startswith("/../"):  # C
            path = path[3:]
            output = output[: max(0, output.rfind("/"))]
        elif path == "/..":
            path = "/"
            output = output[: max(0, output.rfind("/"))]
        elif path in (".", ".."):  # D
            path = ""
        else:  # E
            end = path.find("/", 1)
            end = len(path) if end < 0 else end
            output += path[:end]
            path = path[end:]
    return output
