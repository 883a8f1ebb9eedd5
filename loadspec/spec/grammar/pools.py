"""Data to draw from."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import NAME, choice, listing, mapping, obj

PICKS = ("random", "sequential", "shuffle")


POOL = obj(
    "Data to draw from.",
    {
        "pick": choice("How an iteration's item is chosen.", PICKS, "random"),
        "items": listing("The items: texts, numbers or mappings.", minimum=1),
    },
)

POOLS = mapping("Prompt pools and other data: name → items.", POOL, NAME)
