"""Secrets stay secret: values that must not appear are replaced wherever text leaves the process."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

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
_ESCAPE = re.compile("%[0-9A-F]{2}")


class Masker:
    """Replaces secrets in text, also where they are URL-, JSON- or base64-encoded."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _encodings(secret)}
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(form) for form in ordered)) if ordered else None

    def __call__(self, text: str) -> str:
        """`text` with every known secret replaced by ***."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def message(self, text: str) -> str:
        """An HTTP message: secrets and credential headers replaced."""
        return _TOKENS.sub(rf'\1{MASK}"', _HEADERS.sub(rf"\1: {MASK}", self(text)))


def _encodings(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogateescape")
    base64s = {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
    jsons = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    escaped = {quote(data), quote(data, safe=""), quote_plus(data)}
    escaped |= {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in escaped}
    return {secret} | jsons | escaped | base64s | {form.rstrip("=") for form in base64s}
