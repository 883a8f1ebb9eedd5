"""One table of what a server may do and what every transport makes of it.

`differs` lists where one transport may come to something else; the reasons are in docs/transports.md.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support_net import Conn, Script, answer, once, serving

JSON = b'{"a": 1}'
BIG = bytes(range(256)) * 4096  # 1 MiB
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEN = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def encoded(body: bytes, encoding: str) -> bytes:
    return answer(body, "200 OK", f"Content-Encoding: {encoding}")


def bytewise(data: bytes) -> Script:
    """Answers a byte at a time."""

    def script(conn: Conn) -> None:
        while conn.request():
            for byte in data:
                conn.send(bytes([byte]))
                time.sleep(0.0002)

    return script


def echo(request: bytes) -> bytes:
    return answer(request.partition(b"\r\n\r\n")[2])


@dataclass(frozen=True)
class Answered:
    """What comes back each time, and whether the connection is kept."""

    script: Script
    status: int = 200
    body: bytes = JSON
    kept: bool = True
    method: str = "GET"
    sends: bytes = b""
    head: bytes = b""
    differs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _statuses() -> dict[str, Answered]:
    codes = (200, 201, 206, 301, 302, 307, 400, 401, 404, 407, 418, 429, 500, 503, 599)
    extra = {301: "Location: /elsewhere", 401: 'WWW-Authenticate: Basic realm="x"'}
    return {
        f"status {code}": Answered(serving(answer(JSON, f"{code} X", *filter(None, [extra.get(code)]))), code)
        for code in codes
    }


ANSWERED = {
    **_statuses(),
    "by length": Answered(serving(answer(JSON))),
    "empty": Answered(serving(answer(b"")), body=b""),
    "in one chunk": Answered(serving(CHUNKED + chunks(JSON))),
    "in chunks": Answered(serving(CHUNKED + chunks(b"ab", b"c" * 70000)), body=b"ab" + b"c" * 70000),
    "chunks with extensions": Answered(serving(CHUNKED + b'8;a=b;c="d"\r\n{"a": 1}\r\n0\r\n\r\n')),
    "chunks with a trailer": Answered(serving(CHUNKED + b'8\r\n{"a": 1}\r\n0\r\nX-Sum: 1\r\n\r\n')),
    "gzip": Answered(serving(encoded(gzip.compress(JSON), "gzip"))),
    "unknown encoding": Answered(serving(encoded(JSON, "rot13"))),
    "deflate": Answered(serving(encoded(zlib.compress(JSON), "deflate"))),
    "gzip within deflate": Answered(serving(encoded(zlib.compress(gzip.compress(JSON)), "gzip, deflate"))),
    "gzip in chunks": Answered(
        serving(CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n" + chunks(gzip.compress(BIG))), body=BIG
    ),
    "no content": Answered(serving(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, b""),
    "not modified": Answered(serving(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), 304, b""),
    "no reason": Answered(serving(b"HTTP/1.1 200\r\nContent-Length: 8\r\n\r\n" + JSON)),
    "a 100 first": Answered(serving(b"HTTP/1.1 100 Continue\r\n\r\n" + answer(JSON))),
    "a 103 first": Answered(serving(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(JSON))),
    "two 1xx first": Answered(serving(b"HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\n" + answer(JSON))),
    "large": Answered(serving(answer(BIG)), body=BIG),
    "a byte at a time": Answered(bytewise(answer(JSON))),
    "chunks a byte at a time": Answered(bytewise(CHUNKED + chunks(JSON))),
    "head": Answered(serving(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"), body=b"", method="HEAD"),
    "head of a huge body": Answered(
        serving(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"), body=b"", method="HEAD"
    ),
    "head, chunked": Answered(serving(CHUNKED), body=b"", method="HEAD"),
    "until close": Answered(once(b"HTTP/1.1 200 OK\r\n\r\n" + JSON), kept=False),
    "until close by 1.0": Answered(once(b"HTTP/1.0 200 OK\r\n\r\n" + JSON), kept=False),
    "1.0 with a length": Answered(once(b"HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\n" + JSON), kept=False),
    "1.0 keep-alive": Answered(
        serving(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 8\r\n\r\n" + JSON)
    ),
    "connection: close": Answered(serving(answer(JSON, "200 OK", "Connection: close")), kept=False),
    "connection: close in a second line": Answered(
        serving(answer(JSON, "200 OK", "Connection: x-one", "Connection: close")), kept=False
    ),
    "lone line feeds": Answered(serving(b"HTTP/1.1 200 OK\nContent-Length: 8\n\n" + JSON)),
    "length with chunked": Answered(
        serving(CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n" + chunks(JSON)),
        kept=False,
        differs={"curl": {"kept": True}},
    ),
    "surplus": Answered(serving(answer(JSON) + answer(b"nobody asked")), kept=False),
    "surplus after chunks": Answered(
        serving(CHUNKED + chunks(JSON) + b"surplus"), kept=False, differs={"curl": {"kept": True}}
    ),
    "surplus after the head": Answered(serving(answer(b"a body")), body=b"", method="HEAD", kept=False),
    "the same length twice": Answered(
        serving(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Length: 8\r\n\r\n" + JSON),
    ),
    "post": Answered(serving(echo), method="POST", sends=b"abc", body=b"abc"),
    "post of nothing": Answered(serving(echo), method="POST", body=b""),
    "put": Answered(serving(echo), method="PUT", sends=b"\x00\xff\r\n\r\n", body=b"\x00\xff\r\n\r\n"),
    "patch": Answered(serving(echo), method="PATCH", sends=b"abc", body=b"abc"),
    "delete": Answered(serving(answer(JSON)), method="DELETE"),
    "delete with a body": Answered(serving(echo), method="DELETE", sends=b"abc", body=b"abc"),
    "get with a body": Answered(serving(echo), sends=b"abc", body=b"abc"),
    "options": Answered(serving(answer(JSON)), method="OPTIONS"),
    "a method of its own": Answered(serving(answer(JSON)), method="PURGE"),
    "an upload": Answered(serving(echo), method="POST", sends=BIG, body=BIG),
    "cookies in the head": Answered(
        serving(answer(JSON, "200 OK", "Set-Cookie: a=1; Path=/", "set-cookie: b=\xe9; HttpOnly")),
        head=b"\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=\xc3\xa9; HttpOnly\r\n",
    ),
    "order and case of the head": Answered(
        serving(answer(JSON, "200 Fine", "X-B:1", "x-A:  2 ", "X-b: 3")),
        head=b"HTTP/1.1 200 Fine\r\nContent-Length: 8\r\nX-B:1\r\nx-A:  2 \r\nX-b: 3\r\n\r\n",
    ),
}


@dataclass(frozen=True)
class Failing:
    """An exchange that brings no answer: kind and phase."""

    script: Script
    kind: str
    phase: str
    options: Mapping[str, Any] = field(default_factory=dict)
    on_kept: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What it is by one transport on a connection that had served before."""


def resets_after(data: bytes) -> Script:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        time.sleep(0.03)  # a RST overtakes what the client has not read yet
        conn.reset()

    return script


def stops_after(data: bytes) -> Script:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        conn.wait_for_close()

    return script


def drips(data: bytes) -> Script:
    def script(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        for _ in range(100):
            time.sleep(0.02)
            conn.send(b"x")

    return script


def floods(data: bytes) -> Script:
    """As fast as it goes: a client that only reads would never come to look at the time. Then a good answer."""

    def script(conn: Conn) -> None:
        conn.request()
        by = time.monotonic() + 3
        while time.monotonic() < by:
            conn.send(data * 1000)
        conn.send(answer())

    return script


def deaf(conn: Conn) -> None:
    time.sleep(1)


FAILING = {
    "no answer": Failing(once(b""), "closed", "headers"),
    "reset before the answer": Failing(resets_after(b""), "reset", "headers", on_kept={"curl": ("closed", "headers")}),
    "no http": Failing(once(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol", "status"),
    "bad status": Failing(once(b"HTTP/1.1 20 OK\r\n\r\n"), "protocol", "status"),
    "bad header": Failing(once(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), "protocol", "headers"),
    "two lengths": Failing(
        once(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "protocol", "headers"
    ),
    "switching protocols": Failing(once(b"HTTP/1.1 101 Switching\r\n\r\n"), "protocol", "status"),
    "interim answers without end": Failing(floods(b"HTTP/1.1 100 Continue\r\n\r\n"), "protocol", "status"),
    "21 interim answers": Failing(once(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 21 + answer()), "protocol", "status"),
    "cut in the head": Failing(once(b"HTTP/1.1 200 OK\r\nContent-"), "incomplete", "headers"),
    "cut in the body": Failing(once(TEN + b"123"), "incomplete", "body"),
    "no body": Failing(once(TEN), "incomplete", "body"),
    "cut in a chunk": Failing(once(CHUNKED + b"5\r\nab"), "incomplete", "body"),
    "bad chunk": Failing(once(CHUNKED + b"zz\r\nab"), "protocol", "body"),
    "reset in the body": Failing(resets_after(TEN + b"123"), "reset", "body"),
    "reset in a chunk": Failing(resets_after(CHUNKED + b"5\r\nab"), "reset", "body"),
    "reset in a body until close": Failing(resets_after(b"HTTP/1.1 200 OK\r\n\r\nab"), "reset", "body"),
    "bad gzip": Failing(serving(encoded(b"no gzip", "gzip")), "decode", "decode"),
    "cut gzip": Failing(serving(encoded(gzip.compress(BIG)[:-9], "gzip")), "decode", "decode"),
    "silent": Failing(stops_after(b""), "timeout", "headers", {"total": 0.25}),
    "silent in the body": Failing(stops_after(TEN + b"123"), "timeout", "body", {"total": 0.25}),
    "silent in a chunk": Failing(stops_after(CHUNKED + b"5\r\nab"), "timeout", "body", {"total": 0.25}),
    "a slow body": Failing(drips(CHUNKED[:-2] + b"\r\nffff\r\n"), "timeout", "body", {"total": 0.3}),
    "no first byte": Failing(stops_after(b""), "timeout", "headers", {"first_byte": 0.2}),
    "an idle body": Failing(stops_after(TEN + b"123"), "timeout", "body", {"idle": 0.2}),
    "an upload that is not read": Failing(
        deaf, "timeout", "write", {"method": "POST", "body": b"x" * 8_000_000, "total": 0.3}
    ),
    "slow sending": Failing(deaf, "timeout", "write", {"method": "POST", "body": b"x" * 8_000_000, "send": 0.3}),
}

LIMITED: Mapping[str, tuple[bytes, str, str]] = {
    "length": (answer(b"x" * 300_000), "limit", "body"),
    "chunks": (CHUNKED + b"493e0\r\n" + b"x" * 300_000 + b"\r\n0\r\n\r\n", "limit", "body"),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000, "limit", "body"),
    "head": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\nContent-Length: 0\r\n\r\n", "limit", "headers"),
    "headers": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"Content-Length: 0\r\n\r\n", "limit", "headers"),
    "a head of many lines": (b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"y" * 90 + b"\r\n") * 5000, "limit", "headers"),
    "decoded": (encoded(gzip.compress(bytes(3_000_000)), "gzip"), "limit", "decode"),
}
"""name → an answer beyond `Limits(head_bytes=8192, body_bytes=100_000, decoded_bytes=2_000_000)`."""
