"""Names: of endpoints, metrics, pools, variables, steps, captures."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS020": Code("an unknown endpoint"),
    "LS021": Code("an unknown metric"),
    "LS022": Code("an unknown pool"),
    "LS023": Code("an undeclared environment variable"),
    "LS024": Code("an unknown name in an expression"),
    "LS025": Code("an unknown step"),
    "LS035": Code("a name that shadows a reserved one"),
    "LS036": Code("an unknown profile"),
    "LS039": Code("a name used before it has a value"),
    "LS042": Code("an override of something undeclared"),
    "LS050": Code("an endpoint that no step uses"),
    "LS051": Code("a pool that nothing draws from"),
}
