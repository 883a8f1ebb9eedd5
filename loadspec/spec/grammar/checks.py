"""What must hold of an answer."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import expression, mapping

CHECKS = mapping(
    "What must hold for the step to be ok: a sentence → an expression.",
    expression("Holds if the check passes.", "status == 200", "defined(json.id)", null=True),
)
