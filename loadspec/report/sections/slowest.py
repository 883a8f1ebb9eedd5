"""The requests that took longest: when, in which part of the load, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.results.model import RunResult
from loadspec.results.slowest import SlowRequest


def figures(result: RunResult) -> Mapping[str, Any]:
    """A row a request, the slowest first; `many`: the scenarios are worth naming."""
    return {
        "rows": [{"request": request, "answer": _answer(request)} for request in result.slowest],
        "many": len(result.scenarios) > 1,
    }


def _answer(request: SlowRequest) -> str:
    """`200`, `503, not expected`, `not expected`, with `poll` behind it."""
    status = str(request.status) if request.status is not None else "expected" if request.expected else ""
    words = [status, "" if request.expected else "not expected", "poll" if request.poll else ""]
    return ", ".join(filter(None, words))
