"""Answers, good and bad, made by a seeded generator: statuses × framings × encodings × oddities × splits × ends."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass

TEXT = b'{"id": 7, "name": "caf\xc3\xa9", "tags": ["a", "b"], "text": "' + b"lorem ipsum " * 20 + b'"}'
STATUSES = (
    (200, 12),
    (201, 2),
    (206, 1),
    (204, 2),
    (205, 1),
    (304, 2),
    (301, 1),
    (401, 1),
    (404, 3),
    (429, 1),
    (500, 3),
    (599, 1),
    (999, 1),
)


@dataclass(frozen=True)
class Scenario:
    """What a server sends to one request. `end`: keep, close or reset. `tags` name what is odd about it."""

    number: int
    method: str
    pieces: tuple[bytes, ...]
    end: str
    tags: frozenset[str]

    def __str__(self) -> str:
        return f"#{self.number} {self.method} {'+'.join(sorted(self.tags)) or 'plain'} {self.end} {self.pieces!r:.300}"


Encoding = Callable[[bytes], bytes]

ENCODINGS: dict[str, tuple[bytes, Encoding]] = {
    "gzip": (b"gzip", gzip.compress),
    "x-gzip": (b"x-gzip", gzip.compress),
    "GZIP": (b"GZIP", gzip.compress),
    "deflate": (b"deflate", zlib.compress),
    "raw deflate": (b"deflate", lambda body: zlib.compress(body)[2:-4]),
    "gzip twice": (b"gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "identity": (b"identity", bytes),
    "two members": (b"gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
    "cut gzip": (b"gzip", lambda body: gzip.compress(body)[:-5]),
    "no gzip": (b"gzip", bytes),
    "garbage after gzip": (b"gzip", lambda body: gzip.compress(body) + b"garbage"),
    "unknown encoding": (b"rot13", bytes),
}

ODD_HEADERS: dict[str, tuple[bytes, ...]] = {
    "folded": (b"X-Long: one\r\n two\r\n\tthree",),
    "blank before the colon": (b"X-Blank : 1",),
    "no colon": (b"no colon here",),
    "empty value": (b"X-Empty:",),
    "empty name": (b": value",),
    "latin-1": (b"X-Name: caf\xe9",),
    "utf-8": ("X-Name: café".encode(),),
    "long": (b"X-Long: " + b"y" * 3000,),
    "many": tuple(b"X-%d: %d" % (number, number) for number in range(60)),
    "very many": tuple(b"X-%d: %d" % (number, number) for number in range(120)),
    "repeated": (b"X-A: 1", b"x-a: 2", b"Set-Cookie: a=1", b"Set-Cookie: b=2; Path=/"),
    "no blank after the colon": (b"X-A:1",),
    "blanks around": (b"X-A: \t 1 \t ",),
    "nul": (b"X-A: a\0b",),
    "bare cr": (b"X-A: a\rb",),
    "control": (b"X-A: a\x01b",),
    "odd name": (b"X(A): 1",),
    "keep-alive": (b"Connection: keep-alive", b"Keep-Alive: timeout=5, max=100"),
    "upgrade offered": (b"Connection: upgrade", b"Upgrade: h2c"),
    "location": (b"Location: /elsewhere",),
}

ODD_STARTS: dict[str, bytes] = {
    "no reason": b"HTTP/1.1 200",
    "empty reason": b"HTTP/1.1 200 ",
    "latin-1 reason": b"HTTP/1.1 200 Caf\xe9",
    "blank lines first": b"\r\n\r\nHTTP/1.1 200 OK",
    "1.2": b"HTTP/1.2 200 OK",
    "2.0": b"HTTP/2.0 200 OK",
    "0.9": b"HTTP/0.9 200 OK",
    "lower case": b"http/1.1 200 OK",
    "no http": b"ICY 200 OK",
    "two digits": b"HTTP/1.1 20 OK",
    "four digits": b"HTTP/1.1 2000 OK",
    "letters": b"HTTP/1.1 2xx OK",
    "two blanks": b"HTTP/1.1  200 OK",
    "status 099": b"HTTP/1.1 099 OK",
    "html": b"<html><body>hello</body></html>",
    "100 first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
    "103 first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK",
    "many 1xx first": b"HTTP/1.1 102 Wait\r\n\r\n" * 5 + b"HTTP/1.1 200 OK",
    "101": b"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK",
}

ODD_LENGTHS: dict[str, Callable[[int], tuple[bytes, ...]]] = {
    "length twice": lambda n: (b"Content-Length: %d" % n, b"Content-Length: %d" % n),
    "length list": lambda n: (b"Content-Length: %d, %d" % (n, n),),
    "two lengths": lambda n: (b"Content-Length: %d" % n, b"Content-Length: %d" % (n + 1)),
    "plus": lambda n: (b"Content-Length: +%d" % n,),
    "minus": lambda _: (b"Content-Length: -1",),
    "letters in length": lambda n: (b"Content-Length: %dx" % n,),
    "empty length": lambda _: (b"Content-Length:",),
    "zeros before": lambda n: (b"Content-Length: 000%d" % n,),
    "blanks around length": lambda n: (b"Content-Length:   %d  " % n,),
    "too long": lambda n: (b"Content-Length: %d" % (n + 10),),
    "too short": lambda n: (b"Content-Length: %d" % (n - 10),),
}

ODD_CHUNKS: dict[str, Callable[[bytes], bytes]] = {
    "extension": lambda body: b"%x;a=b;c\r\n%s\r\n0\r\n\r\n" % (len(body), body),
    "trailer": lambda body: b"%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(body), body),
    "upper case size": lambda body: b"%X\r\n%s\r\n0\r\n\r\n" % (len(body), body),
    "zeros before size": lambda body: b"000%x\r\n%s\r\n000\r\n\r\n" % (len(body), body),
    "small chunks": lambda body: (
        b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))
        + b"0\r\n\r\n"
    ),
    "blank after size": lambda body: b"%x \r\n%s\r\n0\r\n\r\n" % (len(body), body),
    "bad size": lambda body: b"xyz\r\n%s\r\n0\r\n\r\n" % body,
    "0x size": lambda body: b"0x%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
    "minus size": lambda body: b"-5\r\n%s\r\n0\r\n\r\n" % body,
    "no line end after chunk": lambda body: b"%x\r\n%s0\r\n\r\n" % (len(body), body),
    "size too small": lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) - 3, body),
    "line feeds in chunks": lambda body: b"%x\n%s\n0\n\n" % (len(body), body),
    "huge size": lambda body: b"ffffffffffffffffff\r\n%s" % body,
    "no last chunk": lambda body: b"%x\r\n%s\r\n" % (len(body), body),
}


class Generator:
    """`Generator(seed)(n)` is scenario n."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, number: int) -> Scenario:
        chance = random.Random(f"{self._seed}/{number}")
        tags: set[str] = set()
        body = TEXT[: chance.choice((0, 1, 40, len(TEXT)))] if chance.random() < 0.5 else TEXT
        lines: list[bytes] = [b"Content-Type: application/json"]
        if chance.random() < 0.3:
            name = chance.choice(list(ENCODINGS))
            label, encode = ENCODINGS[name]
            body = encode(body)
            lines.append(b"Content-Encoding: " + label)
            tags.add(name)
        if chance.random() < 0.35:
            name = chance.choice(list(ODD_HEADERS))
            lines += ODD_HEADERS[name]
            tags.add(name)
        start = self._start(chance, tags)
        framing, body, end = self._framed(chance, body, tags)
        lines += framing
        chance.shuffle(lines)
        line_end = b"\r\n"
        if chance.random() < 0.04:
            line_end = b"\n"
            tags.add("line feeds")
        head = line_end.join([start, *lines, b"", b""])
        method = "GET"
        if chance.random() < 0.06:
            method, body = "HEAD", b""
            tags.add("head")
        data = head + body
        return Scenario(number, method, *self._sent(chance, data, end, tags), frozenset(tags))

    def _start(self, chance: random.Random, tags: set[str]) -> bytes:
        if chance.random() < 0.15:
            name = chance.choice(list(ODD_STARTS))
            tags.add(name)
            return ODD_STARTS[name]
        codes, weights = zip(*STATUSES, strict=True)
        status = chance.choices(codes, weights)[0]
        if status in (204, 205, 304):
            tags.add(str(status))
        return b"HTTP/1.1 %d Some Reason" % status

    def _framed(self, chance: random.Random, body: bytes, tags: set[str]) -> tuple[list[bytes], bytes, str]:
        """(header lines, body as it is sent, how it ends)."""
        kind = chance.random()
        close = [b"Connection: close"] if chance.random() < 0.15 else []
        end = "close" if close else "keep"
        if kind < 0.45:
            return [b"Content-Length: %d" % len(body), *close], body, end
        if kind < 0.55:
            name = chance.choice(list(ODD_LENGTHS))
            tags.add(name)
            return [*ODD_LENGTHS[name](len(body)), *close], body, "close"
        if kind < 0.75:
            chunk = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            return [b"Transfer-Encoding: chunked", *close], chunk + b"0\r\n\r\n", end
        if kind < 0.85 and len(body) > 10:
            name = chance.choice(list(ODD_CHUNKS))
            tags.add(name)
            return [b"Transfer-Encoding: chunked", *close], ODD_CHUNKS[name](body), "close"
        if kind < 0.92:
            tags.add("until close")
            return close, body, "close"
        name = chance.choice(list(_ODD_CODINGS))
        tags.add(name)
        lines, coded = _ODD_CODINGS[name](body)
        return [*lines, *close], coded, "close"

    def _sent(self, chance: random.Random, data: bytes, end: str, tags: set[str]) -> tuple[tuple[bytes, ...], str]:
        """(the pieces, how it ends): whole or split anywhere, and here and there cut off."""
        if chance.random() < 0.08:
            data = data[: chance.randrange(len(data))]
            end = chance.choice(("close", "close", "reset"))
            tags.add("cut")
        if chance.random() < 0.3 and len(data) > 2:
            cuts = sorted({chance.randrange(1, len(data)) for _ in range(chance.randint(1, 4))})
            return tuple(data[i:j] for i, j in zip([0, *cuts], [*cuts, len(data)], strict=True)), end
        return (data,), end


def _chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"


_ODD_CODINGS: dict[str, Callable[[bytes], tuple[list[bytes], bytes]]] = {
    "Chunked": lambda body: ([b"Transfer-Encoding: Chunked"], _chunked(body)),
    "gzip, chunked": lambda body: ([b"Transfer-Encoding: gzip, chunked"], _chunked(gzip.compress(body))),
    "chunked with length": lambda body: ([b"Transfer-Encoding: chunked", b"Content-Length: 5"], _chunked(body)),
    "identity coding": lambda body: ([b"Transfer-Encoding: identity"], body),
    "unknown coding": lambda body: ([b"Transfer-Encoding: rot13"], body),
    "chunked twice": lambda body: ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"], _chunked(body)),
    "surplus": lambda body: ([b"Content-Length: %d" % len(body)], body + b"surplus"),
}
