"""`basic`: a name and a password in the Authorization header (RFC 7617, in UTF-8)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from loadspec.expr import Bytes, Scope, compile_bytes, compile_template, to_text
from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.parts import Render


def compile_basic(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`username` and `password`: templates; `encoded`: both are form-encoded first."""
    compiled = _form_encoded if settings.get("encoded") else compile_bytes
    name, password = (compiled(settings[key], tools.scope) for key in ("username", "password"))
    value: bytes | Render
    if name.constant and password.constant:
        value = base64.b64encode(name.value + b":" + password.value)
    else:

        def value(user: Any) -> bytes:
            return base64.b64encode(name.render(user) + b":" + password.render(user))

    return Credentials([b"Authorization: Basic ", value, b"\r\n"], ("authorization",))


def _form_encoded(text: str, scope: Scope) -> Bytes:
    template = compile_template(text, scope)

    def render(user: Any) -> bytes:
        return quote_plus(to_text(template.render(user))).encode()

    return Bytes(render, template.constant, render(None) if template.constant else b"")
