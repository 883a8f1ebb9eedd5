"""Credentials of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.spec.building.values import text_of
from loadspec.spec.model import Auth

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "bearer": {},
    "basic": {},
    "digest": {},
    "oauth2": {"scope": "", "audience": "", "credentials": "header", "share": "worker", "name": "oauth2"},
    "hmac": {
        "algorithm": "sha256",
        "key_encoding": "text",
        "string_to_sign": "{{ request.method }}\n{{ request.path }}\n{{ request.query }}\n{{ request.timestamp }}\n"
        "{{ request.body_hash }}",
        "encoding": "hex",
        "timestamp": "unix",
        "header": "X-Signature",
        "value": "{{ request.signature }}",
        "headers": {"X-Timestamp": "{{ request.timestamp }}"},
    },
    "api_key": {"in": "header", "name": "X-API-Key"},
}
"""Kind of credentials → what a setting is where nothing is said."""


def build_auth(raw: Mapping[str, Any]) -> Auth:
    """Credentials of the one kind that is given."""
    kind, value = next((kind, value) for kind, value in raw.items() if value is not None)
    given = value if isinstance(value, Mapping) else {"token": value}
    return Auth(kind, {**DEFAULTS[kind], **{name: _setting(setting) for name, setting in given.items()}})


def _setting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: text_of(text) for name, text in value.items() if text is not None}
    return text_of(value)
