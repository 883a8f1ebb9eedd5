"""The codes of diagnostics: stable, one row each, in a file for each theme.

`loadspec explain` prints them and a page of the docs is made of them. A code that is no longer used is not used again.
"""

from __future__ import annotations

from loadspec.spec.codes import (
    answers,
    bodies,
    carriers,
    expressions,
    files,
    flow,
    http,
    limits,
    load,
    names,
    network,
    outputs,
    pools,
    requests,
    reuse,
    scenarios,
    schema,
    tls,
)
from loadspec.spec.codes.code import Code

__all__ = ["CODES", "Code"]

_THEMES = (
    answers,
    bodies,
    carriers,
    expressions,
    files,
    flow,
    http,
    limits,
    load,
    names,
    network,
    outputs,
    pools,
    requests,
    reuse,
    scenarios,
    schema,
    tls,
)

CODES: dict[str, Code] = dict(sorted(row for theme in _THEMES for row in theme.CODES.items()))
