"""Secrets stay secret: values that must not appear are replaced wherever text leaves the process."""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any

MASK = "***"

SHORTEST = 4
"""Characters: a shorter secret is hidden where it stands, not wherever its letters occur."""


class Secret:
    """A text that shows itself to nobody: it is *** in every message, and no text can be made of it by accident.

    `revealed` is the one way to the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret is not written anywhere")


def revealed(value: str | Secret) -> str:
    """The text itself, for what sends it, or looks for it to mask it."""
    return value._value if isinstance(value, Secret) else value


_TELLING = re.compile(
    r"(?:^|[-_]|(?<=[a-z0-9])(?=[A-Z]))(?i:authorization|api-?_?key|auth-?_?key|access-?_?key|secret|token|password"
    r"|passwd|credentials?)$"
)


def is_telling(name: str) -> bool:
    """Whether what has such a name is a secret: `token`, `api_key`, `accessToken`."""
    return _TELLING.search(name) is not None


_SUSPECT = re.compile(r"(?i)(?:^pin|pwd|pass(?:word|wd|code|phrase|es)?|token|secret|key|credential)s?$")


def is_suspect(name: str) -> bool:
    """Whether what has such a name may be a secret, for what need not be shown: `pwd`, `pass`, `tokens`."""
    return _SUSPECT.search(name) is not None or is_telling(name)


AUTH_SECRETS: Mapping[str, str] = {
    "bearer": "token",
    "basic": "password",
    "digest": "password",
    "oauth2": "client_secret",
    "hmac": "key",
    "api_key": "value",
}
"""Kind of credentials → the setting that is never shown."""

TELLING_HEADER = r"[\w-]*(?:authorization|cookie|api-?key|token|secret)"
"""Names of headers, in small letters, whose values are secrets."""

_HEADERS = re.compile(rf"(?im)^({TELLING_HEADER}):[^\r\n]*")
_TOKENS = re.compile(r'("(?:access|refresh|id)_token"\s*:\s*")[^"]*"')
"""What a token endpoint answers."""
_JSON = rb"""\\(?:u[Dd][89ABab][\dA-Fa-f]{2}\\u[Dd][C-Fc-f][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|["'/\\bfnrt])"""
_URL = rb"%[\dA-Fa-f]{2}"
_HTML = rb"&(?:#\d{1,7}|#[Xx][\dA-Fa-f]{1,6}|[A-Za-z][\dA-Za-z]{1,31});"
_ESCAPES = [re.compile(b"(" + escape + b")") for escape in (_JSON, _URL, _HTML)]
"""How a letter may be written. No repetition is without a bound, so what a server sends costs linear time."""
_LONGEST_LETTER = 12
"""Bytes of a letter's longest usual escape: a pair of \\uXXXX."""
_DEPTH = 3
"""How many encodings are read, one within another, in each order."""
_LEAST = 8
"""Letters of base64 by which a secret is recognised inside longer text: fewer would be found everywhere."""

_Steps = tuple[tuple[list[int], list[int]], ...]
"""For each time that a text was decoded: where its parts began, before and after. Every second part is an escape."""


class Masker:
    """Replaces secrets in text, also where they are URL-, JSON-, HTML-, base64- or hex-encoded, or several of these.

    Those shorter than SHORTEST are not looked for.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        found = [needle for secret in secrets if len(secret) >= SHORTEST for needle in _needles(secret)]
        self._needles = {_spaced(needle): size for needle, size in found}
        self._longest = max((size for _, size in found), default=0)

    def __call__(self, text: str) -> str:
        """`text` with every known secret replaced by ***."""
        return self._masked(text) if self._needles else text

    def begin(self, data: bytes, shown: int) -> str:
        """The begin of a message, at least `shown` characters where it is longer; only so much is read.

        What stands across the end of what is read may be half a secret, which nobody would recognise: it is left out.
        """
        margin = _LONGEST_LETTER * self._longest
        looked_at = data[: 4 * shown + margin].decode("utf-8", "replace")
        return _plain_message(self._masked(looked_at, margin if len(data) > 4 * shown + margin else 0))

    def message(self, text: str) -> str:
        """An HTTP message: secrets and credential headers replaced."""
        return _plain_message(self(text))

    def _masked(self, text: str, left_out: int = 0) -> str:
        """Without so many bytes of its end."""
        data, masked, end = _bytes(text), bytearray(), 0
        size = max(0, len(data) - left_out)
        for start, stop in sorted({span for read, steps in _readings(data) for span in self._spans(read, steps)}):
            if end <= start < size:
                masked += data[end:start] + MASK.encode()
            if start < size:
                end = max(end, stop)
        return _text(bytes(masked + data[end:size])) if end or left_out else text

    def _spans(self, read: bytes, steps: _Steps) -> Iterator[tuple[int, int]]:
        """Where secrets stand in the text, found in what it reads as."""
        read = _spaced(read)
        for needle, size in self._needles.items():
            start = read.find(needle)
            while start >= 0:
                yield _place(start, steps), _place(min(start + size, len(read)), steps)
                start = read.find(needle, start + size)


def _plain_message(text: str) -> str:
    return _TOKENS.sub(rf'\1{MASK}"', _HEADERS.sub(rf"\1: {MASK}", text))


def _needles(secret: str) -> Iterator[tuple[bytes, int]]:
    """What is looked for, each with how many bytes are replaced."""
    for data in {_bytes(secret), _utf8(secret)}:
        yield data, len(data)
    for digits in (_utf8(secret).hex(), _utf8(secret).hex().upper()):
        yield digits.encode(), len(digits)
    for needle, size in _base64(_utf8(secret)):
        yield needle, size
        yield needle.translate(bytes.maketrans(b"+/", b"-_")), size


def _base64(data: bytes) -> Iterator[tuple[bytes, int]]:
    for before, cut in enumerate((0, 2, 3)):  # bytes that stand before it in its group of three, as of `name:secret`
        size = before + len(data)
        padded = base64.b64encode(bytes(before) + data)[cut:]
        letters = padded.rstrip(b"=")
        whole = letters[: size * 8 // 6 - cut]  # what depends on nothing but the secret
        if len(whole) >= _LEAST:
            yield whole, len(whole) + (size % 3 > 0)
        if len(whole) >= _LEAST or not before:
            yield letters, len(letters)
            yield padded, len(padded)


def _readings(data: bytes) -> Iterator[tuple[bytes, _Steps]]:
    """A text and all that it reads as, decoded in each way and order."""
    known: dict[bytes, _Steps] = {data: ()}
    last = [data]
    for _ in range(_DEPTH):
        found = dict(reading for read in last for reading in _decoded(read, known[read]))
        last = [read for read in found if read not in known]
        known = found | known
    yield from known.items()


def _decoded(data: bytes, steps: _Steps) -> Iterator[tuple[bytes, _Steps]]:
    for escape in _ESCAPES:
        parts = escape.split(data)
        if len(parts) > 1:
            before = [0, *accumulate(map(len, parts))]
            parts[1::2] = map(_letter, parts[1::2])
            yield b"".join(parts), (*steps, (before, [0, *accumulate(map(len, parts))]))


def _place(at: int, steps: _Steps) -> int:
    """Where in the text stands what was read at a place."""
    for before, after in reversed(steps):
        part = bisect_right(after, at) - 1
        at = before[part] + (0 if part % 2 else at - after[part])
    return at


@lru_cache(maxsize=1024)
def _letter(escape: bytes) -> bytes:
    written = escape.decode()
    if written[0] == "%":
        return bytes.fromhex(written[1:])
    if written[0] == "&":
        from html import unescape  # lazily: its table of names is large

        return _bytes(unescape(written))
    return b"'" if written == r"\'" else _bytes(json.loads(f'"{written}"'))


def _spaced(data: bytes) -> bytes:
    """A plus may be a space of a form."""
    return data.replace(b"+", b" ")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # a secret that is half a letter was replaced
        return data.decode("utf-8", "replace")


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
