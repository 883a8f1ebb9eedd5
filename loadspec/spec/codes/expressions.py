"""Expressions and templates."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS026": Code("an expression that does not parse"),
    "LS043": Code("a template where none is expanded"),
}
