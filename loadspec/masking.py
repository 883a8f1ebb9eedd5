"""Secrets stay secret: values that must not appear are replaced wherever text leaves the process."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from html.entities import codepoint2name

MASK = "***"

AUTH_SECRETS: Mapping[str, str] = {
    "bearer": "token",
    "basic": "password",
    "digest": "password",
    "oauth2": "client_secret",
    "hmac": "key",
    "api_key": "value",
}
"""Kind of credentials → the setting that is never shown."""

_HEADERS = re.compile(r"(?im)^([\w-]*(?:authorization|cookie|api-?key|token|secret)):[^\r\n]*")
_TOKENS = re.compile(r'("(?:access|refresh|id)_token"\s*:\s*")[^"]*"')
"""What a token endpoint answers."""
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")
_PIECE = re.compile(rf"{_PLAIN.pattern}|\\+|.", re.DOTALL)
_SLASH = r"(?:\\|%(?:25)*5[Cc])"
"""What escapes a letter in JSON."""
_MORE = {" ": r"\+", "&": "&(?:amp;)*"} | {
    letter: f"{_SLASH}++{name}" for letter, name in zip("\n\t\r\b\f", "ntrbf", strict=True)
}
_BASE64 = str.maketrans({"+": r"(?:[+-]|%(?:25)*2[Bb]|\\+u002[Bb]|&#43;)", "/": r"(?:\\*/|_|%(?:25)*2[Ff])"})
"""Either alphabet, also within JSON, a URL or HTML."""
_PADDING = r"(?:=|%(?:25)*3[Dd]|\\+u003[Dd]|&#61;)*"
_LEAST = 8
"""Letters of base64 by which a secret is recognised inside longer text: fewer would be found everywhere."""


class Masker:
    """Replaces secrets in text, also where they are URL-, JSON-, HTML- or base64-encoded, or several of these."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        ordered = sorted(forms, reverse=True)
        self._pattern = re.compile("|".join(form for _, form in ordered)) if ordered else None

    def __call__(self, text: str) -> str:
        """`text` with every known secret replaced by ***."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def message(self, text: str) -> str:
        """An HTTP message: secrets and credential headers replaced."""
        return _TOKENS.sub(rf'\1{MASK}"', _HEADERS.sub(rf"\1: {MASK}", self(text)))


def _forms(secret: str) -> Iterator[tuple[int, str]]:
    """Regular expressions that find a secret, each with the length of what it finds: the longest go first."""
    yield len(secret), _written(secret)
    data = _utf8(secret)
    for before, cut in enumerate((0, 2, 3)):  # bytes that stand before it in its group of three, as of `name:secret`
        size = before + len(data)
        letters = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        whole = letters[cut : size * 8 // 6]  # what depends on nothing but the secret
        if len(whole) >= _LEAST:
            yield len(whole), whole.translate(_BASE64) + (rf"(?:[\w+/-]{_PADDING})?" if size % 3 else "")
        elif not before:
            yield len(letters), letters.translate(_BASE64) + _PADDING


def _written(text: str) -> str:
    """A text as it may stand in JSON, a URL or HTML, also in one inside another: `\\\"`, `%252F`, `&amp;lt;`."""
    return "".join(_piece(found[0]) for found in _PIECE.finditer(text))


def _piece(piece: str) -> str:
    if _PLAIN.fullmatch(piece):
        return re.escape(piece)
    return f"{_SLASH}{{{len(piece)},}}+" if piece[0] == "\\" else _letter(piece)


def _letter(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    number = "".join(f"{_SLASH}++u{units[at : at + 4]}" for at in range(0, len(units), 4))
    names = "|".join(filter(None, [codepoint2name.get(ord(letter)), f"#0*{ord(letter)}", f"#x0*{ord(letter):x}"]))
    forms = [_MORE.get(letter, ""), re.escape(letter), f"(?i:{number}|{_escaped(letter)}|&(?:amp;)*(?:{names});)"]
    return (f"{_SLASH}*+" if letter in "\"'/" else "") + f"(?:{'|'.join(filter(None, forms))})"


def _escaped(text: str) -> str:
    return "".join(f"%(?:25)*{byte:02X}" for byte in _utf8(text))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
