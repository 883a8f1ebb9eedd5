"""Requests and their answers."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS032": Code("a malformed path or URL"),
    "LS034": Code("an illegal header"),
    "LS037": Code("a capture that cannot work"),
    "LS041": Code("an environment variable without a value"),
}
