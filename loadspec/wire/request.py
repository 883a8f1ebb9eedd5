"""Request bytes, made once when a plan is compiled (RFC 9112 §3 and §5)."""

from __future__ import annotations

from loadspec.wire.fields import TOKEN, Field

_TARGET_BREAKS = frozenset(range(0x21)) | {0x7F}


def check_header_name(name: bytes) -> bytes:
    """The name itself. Raises ValueError with a sentence if it is no token."""
    if not name or name.translate(None, TOKEN):
        raise ValueError(f"A header name must be letters, digits and -_.!#$%&'*+^`|~ only, not {name!r}.")
    return name


def check_header_value(value: bytes) -> bytes:
    """The value itself. Raises ValueError with a sentence if it would break out of its line."""
    for byte, name in ((b"\r", "carriage return"), (b"\n", "line feed"), (b"\0", "NUL byte")):
        if byte in value:
            raise ValueError(f"A header value must not hold a {name}.")
    return value


def request_line(method: str, target: str) -> bytes:
    """`METHOD target HTTP/1.1` with its CRLF. Raises ValueError with a sentence."""
    verb = method.encode("utf-8")
    if not verb or verb.translate(None, TOKEN):
        raise ValueError(f"A method must be a single word, not {method!r}.")
    if not target or not target.isascii() or not _TARGET_BREAKS.isdisjoint(target.encode("ascii")):
        raise ValueError(f"A request target must be printable ASCII without spaces, not {target!r}.")
    return b"%s %s HTTP/1.1\r\n" % (verb, target.encode("ascii"))


def header_line(name: bytes, value: bytes) -> bytes:
    """`name: value` with its CRLF, checked."""
    return b"%s: %s\r\n" % (check_header_name(name), check_header_value(value))


def request_head(method: str, target: str, host: str, headers: list[Field]) -> bytes:
    """A whole request head, empty line included; `Host` comes first unless `headers` brings its own."""
    lines = [request_line(method, target)]
    if not any(name.lower() == b"host" for name, _ in headers):
        lines.append(header_line(b"Host", host.encode("latin-1")))
    lines += [header_line(name, value) for name, value in headers]
    return b"".join([*lines, b"\r\n"])


def split_request(request: bytes) -> tuple[str, bytes, bytes, bytes]:
    """(method, target, header lines, body) of a request that `request_head` or a template made: nothing is checked.

    Each header line keeps its CRLF.
    """
    end = request.index(b"\r\n\r\n")
    line = request.index(b"\r\n")
    method, target, _ = request[:line].split(b" ")
    return method.decode(), target, request[line + 2 : end + 2], request[end + 4 :]
