"""`api_key`: a secret in a header, the query or a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.parts import header


def compile_api_key(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`name` and `value` (a template), and where it goes: `in` is header, query or cookie."""
    name, value = settings["name"], settings["value"]
    if settings["in"] == "query":
        return Credentials(query={name: value})
    if settings["in"] == "cookie":
        return Credentials(cookies={name: value}, names=("cookie",))
    return Credentials(header(name, value, tools.scope), (name.lower(),))
