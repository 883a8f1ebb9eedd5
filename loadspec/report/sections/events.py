"""What happened when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.kept import ends
from loadspec.results.model import RunResult

SHOWN = 200


def figures(result: RunResult) -> Mapping[str, Any]:
    """The first events and the last ones, and how many are left out between them."""
    first, left_out, last = ends(result.events, SHOWN)
    return {"first": first, "left_out": left_out, "last": last}
