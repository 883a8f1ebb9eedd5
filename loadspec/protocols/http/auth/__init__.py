"""The kinds of credentials: each has one file and one row here, from the spec's settings to what a request gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from loadspec.protocols.http.auth.api_key import compile_api_key
from loadspec.protocols.http.auth.basic import compile_basic
from loadspec.protocols.http.auth.bearer import compile_bearer
from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.auth.digest import compile_digest
from loadspec.protocols.http.auth.hmac import compile_hmac
from loadspec.protocols.http.auth.oauth2 import compile_oauth2

__all__ = ["AUTH", "Credentials", "Tools"]

AUTH: dict[str, Callable[[Mapping[str, Any], Tools], Credentials]] = {
    "bearer": compile_bearer,
    "basic": compile_basic,
    "digest": compile_digest,
    "oauth2": compile_oauth2,
    "hmac": compile_hmac,
    "api_key": compile_api_key,
}
"""Kind → (its settings, all with a value; what it may use) → credentials. Raises ExprError or ValueError."""
