"""Credentials of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.spec.model import Auth
from loadspec.spec.resolve import text_of


def build_auth(raw: Mapping[str, Any]) -> Auth:
    """Credentials."""
    if "bearer" in raw:
        return Auth("bearer", bearer=text_of(raw["bearer"]))
    basic = raw["basic"]
    return Auth("basic", username=text_of(basic["username"]), password=text_of(basic["password"]))
