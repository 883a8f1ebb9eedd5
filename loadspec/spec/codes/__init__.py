"""The codes of diagnostics: stable, one row each, in a file for each theme.

`loadspec explain` prints them and a page of the docs is made of them. A code that is no longer used is not used again.
"""

from __future__ import annotations

from loadspec.spec.codes import expressions, files, load, names, requests, scenarios, schema
from loadspec.spec.codes.code import Code

__all__ = ["CODES", "Code"]

CODES: dict[str, Code] = dict(
    sorted(
        row for theme in (expressions, files, load, names, requests, scenarios, schema) for row in theme.CODES.items()
    )
)
