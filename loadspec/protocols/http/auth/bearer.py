"""`bearer`: a token in the Authorization header (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.parts import header


def compile_bearer(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`token`: a template."""
    return Credentials(header("Authorization", f"Bearer {settings['token']}", tools.scope), ("authorization",))
