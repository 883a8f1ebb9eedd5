"""web-platform-tests: fetch/h1-parsing and fetch/content-length, as of 36c7bd6 and 9fe43f5 (BSD-3-Clause).

Browsers read a length that is no number as none at all; RFC 9112 §6.3 wants the response discarded, and so do we.
The tentative table of one symbol at each place of a head says "Network Error" for all of them; those that RFC 9112
gives a meaning are `either`.
"""

from __future__ import annotations

import re

from corpora.case import Case, accept, closed, cut, either, head, reject

LEFT_OUT = {
    "statuses 0, 1, 99 and 099 as fetch shows them": "HTTP/1.1 has three digits from 100 on; they are `either`",
    "framing, that is X-Frame-Options": "there are no frames here",
}

BODY = b"Fact: this is really forty-two bytes long."


def lengths(*values: bytes, expected: int | None) -> Case:
    raw = head(*(b"Content-Length: " + value for value in values)) + BODY
    name = f"lengths {values!r}"
    if expected is None:
        return reject(name, raw)
    rest = BODY[expected:]
    return accept(name, raw[: len(raw) - len(rest)], BODY[:expected], rest=rest)


LENGTHS = [
    lengths(b"42", expected=42),
    lengths(b"42,42", expected=42),
    lengths(b"42", b"42", expected=42),
    lengths(b"42", b"42,42", expected=42),
    lengths(b"30", expected=30),
    lengths(b"30,30", expected=30),
    lengths(b"30", b"30", expected=30),
    lengths(b"30", b"30,30", expected=30),
    lengths(b"030", expected=30),
    *(lengths(*values, expected=None) for values in (
        [b"42,30"], [b"30,42"], [b"42", b"30"], [b"30", b"42"], [b"30,"], [b",30"], [b"30", b"\t"], [b"", b"30"],
        [b"aaaah", b"nah"], [b"aaaah, nah"], [b"aaaah", b"aaaah"], [b"aaaah, aaaah"], [b"aaaah"], [b"42s"], [b"30s"],
        [b"-1"], [b"0x20"],
    )),
    either(lengths(b"030", b"30", expected=30)),
    either(lengths(b"030, 30", expected=30)),
]  # fmt: skip

LONE_CR = [
    reject(repr(raw), raw)
    for raw in (
        b"HTTP/1.1\r200 OK\n\nBODY",
        b"HTTP/1.1 200\rOK\n\nBODY",
        b"HTTP/1.1 200 OK\n\rHeader: Value\n\nBODY",
        b"HTTP/1.1 200 OK\nHeader\r: Value\n\nBODY",
        b"HTTP/1.1 200 OK\nHeader:\r Value\n\nBODY",
        b"HTTP/1.1 200 OK\nHeader: Value\r\r\nBODY",
        b"HTTP/1.1 200 OK\nHeader: Value\rHeader2: Value2\n\nBODY",
    )
]

STATUSES = [
    *(reject(f"status {code!r}", head(start=b"HTTP/1.1 " + code)) for code in (
        b"", b"BLAH", b"1000 BOO", b"65736 NOT 200 OR SOME SUCH", b"131072 HI",
    )),
    *(either(reject(f"status {code!r}", head(start=b"HTTP/1.1 " + code))) for code in (
        b"0 OK", b"1 OK", b"99 NOT OK", b"099 HELLO",
    )),
    closed("status 999", head(start=b"HTTP/1.1 999 DOES IT MATTER"), status=999, reason="DOES IT MATTER"),
]  # fmt: skip

UNFINISHED = [
    cut(f"ends in {end!r}", b"HTTP/1.1 200 OKAYISH\nheader: value" + end) for end in (b"\t", b" ", b"\f", b"\r")
]

SYMBOLS = {"LF": b"\n", "CR": b"\r", "tab": b"\t", "space": b" ", "NUL": b"\0", "colon": b":"}
TEMPLATE = (
    b"<first>HT<in http>TP<before slash>/<after slash>1<before dot>.<after dot>1<after version> <before status>200"
    b"<after status> <before reason>OK<after reason>\r\n<leading>X-Frame<in name>-Options<before colon>:<after colon>DE"
    b"<in value>NY<after value>\r\nContent-Length: 5\r\n\r\nTest."
)
PLACES = [part.partition(b">")[0].decode() for part in TEMPLATE.split(b"<")[1:]]
MEANT = {
    "LF": {"first"},
    "tab": {"before reason", "after reason", "after colon", "in value", "after value"},
    "space": {"before reason", "after status", "after reason", "after colon", "in value", "after value"},
    "colon": {"before reason", "after reason", "in name", "before colon", "after colon", "in value", "after value"},
}
"""Where a symbol leaves a head that RFC 9112 reads: an empty line first, white space around a value, a colon in it."""
ENDED = {"after reason", "leading", "after value"}
"""Where an LF makes the empty line that ends the head early: what follows is a body until close."""


def placed(symbol: str, place: str) -> Case:
    raw = TEMPLATE.replace(b"<%s>" % place.encode(), SYMBOLS[symbol])
    for other in PLACES:
        raw = raw.replace(b"<%s>" % other.encode(), b"")
    name = f"{symbol} {place}"
    if place in MEANT.get(symbol, ()):
        return either(accept(name, raw, b"Test."))
    if symbol == "LF" and place in ENDED:
        return either(closed(name, raw, re.split(b"\n\r?\n", raw, maxsplit=1)[1]))
    return reject(name, raw)


CASES = [*LENGTHS, *LONE_CR, *STATUSES, *UNFINISHED, *(placed(symbol, place) for symbol in SYMBOLS for place in PLACES)]
