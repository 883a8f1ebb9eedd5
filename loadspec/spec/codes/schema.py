"""Keys and values against the schema."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS012": Code("an unknown key"),
    "LS013": Code("a value of the wrong type"),
    "LS014": Code("a missing key"),
    "LS015": Code("a value that is not one of the choices"),
    "LS016": Code("a value out of bounds"),
    "LS017": Code("keys that exclude each other"),
    "LS018": Code("a number that JSON cannot hold"),
    "LS038": Code("a malformed name"),
}
