"""How to do it again: the command and the spec as it was resolved."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from loadspec.results.model import RunResult

SHOWN = 60_000
"""So many characters of the spec at most."""


def figures(result: RunResult) -> Mapping[str, Any]:
    """Command, seed, spec with its hash (as in junit.xml), and how many characters of it are left out."""
    text = result.resolved_spec
    return {
        "command": result.command,
        "seed": result.seed,
        "hash": sha256(text.encode("utf-8", "replace")).hexdigest(),
        "spec": text[:SHOWN],
        "lines": text.count("\n") + 1,
        "left_out": max(0, len(text) - SHOWN),
    }
