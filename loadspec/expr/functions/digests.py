"""Digests, signatures and encodings. A text is taken as its UTF-8 bytes; bytes come from pools of files."""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

from loadspec.expr.errors import EvalError
from loadspec.expr.functions.row import Function, row, short_enough
from loadspec.expr.functions.row import text as as_text
from loadspec.expr.values import MAX_DATA, dump_json, encode, to_text

_ALGORITHMS = ("sha256", "sha1", "sha512", "md5", "sha384")


def _data(value: Any) -> bytes:
    data = encode(value) if isinstance(value, str) else value
    if not isinstance(data, bytes):
        raise TypeError
    if len(data) > MAX_DATA:
        raise EvalError(f"{len(data)} bytes are too many, functions take {MAX_DATA}")
    return data


def _plain_base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _url_base64(data: bytes) -> str:
    return _plain_base64(data).translate(_TO_URL).rstrip("=")


_TO_URL, _FROM_URL = str.maketrans("+/", "-_"), str.maketrans("-_", "+/")
_ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": _plain_base64,
    "base64url": _url_base64,
}


def _encoded(data: bytes, encoding: str) -> str:
    make = _ENCODINGS.get(encoding)
    if make is None:
        raise EvalError(f"there is no encoding `{encoding}`: {', '.join(_ENCODINGS)}")
    return make(data)


@cache
def _maker(algorithm: str) -> Callable[..., Any]:
    import hashlib  # lazily, as hmac below: these functions are known to every spec, and seldom called

    make: Callable[..., Any] = getattr(hashlib, algorithm)
    return make


@cache
def _signer() -> Callable[..., bytes]:
    import hmac

    return hmac.digest


def _digest(algorithm: str) -> Callable[..., str]:
    def digest(value: Any, encoding: str = "hex") -> str:
        found = _maker(algorithm)(_data(value), usedforsecurity=False)
        return found.hexdigest() if encoding == "hex" else _encoded(found.digest(), encoding)

    return digest


def _hmac(key: Any, message: Any, algorithm: str = "sha256", encoding: str = "hex") -> str:
    return _encoded(_signer()(_data(key), _data(message), _known(algorithm)), encoding)


def _known(algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise EvalError(f"there is no algorithm `{algorithm}`: {', '.join(_ALGORITHMS)}")
    return algorithm


def _jwt(claims: Any, key: Any, algorithm: str = "HS256") -> str:
    """RFC 7519, signed as RFC 7515 says, with a shared key."""
    if not isinstance(claims, dict):
        raise TypeError
    if algorithm not in ("HS256", "HS384", "HS512"):
        raise EvalError(f"jwt() signs by HS256, HS384 or HS512, not by `{algorithm}`")
    parts = [_url_base64(dump_json(part)) for part in ({"alg": algorithm, "typ": "JWT"}, claims)]
    message = short_enough(".".join(parts), "jwt")
    return f"{message}.{_url_base64(_signer()(_data(key), message.encode(), 'sha' + algorithm[2:]))}"


def _base64(value: Any) -> str:
    return _plain_base64(_data(value))


def _base64url(value: Any) -> str:
    return _url_base64(_data(value))


def _base64_decode(value: str) -> str:
    """Both alphabets, with or without padding."""
    plain = as_text(value).translate(_FROM_URL).rstrip("=")
    try:
        return a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True).decode() if plain else ""
    except (Error, UnicodeDecodeError):
        raise EvalError("base64_decode() of what is no base64 of a text") from None


def _hex(value: Any) -> str:
    return f"{value:x}" if value.__class__ is int else _data(value).hex()


def _urlencode(value: Any) -> str:
    if isinstance(value, dict):
        pairs = [
            f"{_percent(to_text(key))}={_percent(to_text(one))}"
            for key, each in value.items()
            for one in (each if isinstance(each, (list, tuple)) else [each])
            if one is not None
        ]
        return short_enough("&".join(pairs), "urlencode")
    return _percent(to_text(value))


def _percent(value: str) -> str:
    return short_enough(quote(short_enough(value, "urlencode"), safe="", errors="surrogatepass"), "urlencode")


def _urldecode(value: str) -> str:
    return unquote(as_text(value))


def _digest_row(name: str, shows: str) -> Function:
    doc = "its digest; encoding is hex (unless said), base64 or base64url"
    return row(_digest(name), "x: text|bytes, encoding: text?", "text", doc, f"{name}('a')[0:8]", shows)


ROWS: Mapping[str, Function] = {
    "base64": row(_base64, "x: text|bytes", "text", "as base64", "base64('hi?')", "aGk/"),
    "base64url": row(
        _base64url, "x: text|bytes", "text", "as base64 for URLs, without padding", "base64url('hi?')", "aGk_"
    ),
    "base64_decode": row(
        _base64_decode, "text: text", "text", "the text in base64 of either alphabet", "base64_decode('aGk/')", "hi?"
    ),
    "hex": row(_hex, "x: text|bytes|number", "text", "bytes or a whole number in hexadecimal digits", "hex(255)", "ff"),
    "md5": _digest_row("md5", "0cc175b9"),
    "sha1": _digest_row("sha1", "86f7e437"),
    "sha256": _digest_row("sha256", "ca978112"),
    "sha512": _digest_row("sha512", "1f40fc92"),
    "hmac": row(
        _hmac,
        "key: text|bytes, message: text|bytes, algorithm: text?, encoding: text?",
        "text",
        "its signature: sha256 (unless said), sha1, sha384, sha512, md5; hex (unless said), base64, base64url",
        "hmac('key', 'a', 'sha1', 'base64')",
        "DbIfBQUvMj5xTvm/H3sAD/6X6KA=",
    ),
    "jwt": row(
        _jwt,
        "claims: map, key: text|bytes, algorithm: text?",
        "text",
        "a signed JSON Web Token: HS256 (unless said), HS384 or HS512",
        "jwt({'sub': 'ada'}, 'key')[0:20]",
        "eyJhbGciOiJIUzI1NiIs",
    ),
    "urlencode": row(
        _urlencode,
        "x: any",
        "text",
        "percent-encoded; a map becomes a=1&b=2",
        "urlencode({'q': 'a b', 'n': 1})",
        "q=a%20b&n=1",
    ),
    "urldecode": row(_urldecode, "text: text", "text", "percent-encoded text decoded", "urldecode('a%20b')", "a b"),
}
