"""`webhook`: the verdict as JSON, posted once when all files are written."""

from __future__ import annotations

from loadspec.outputs.json_text import json_text
from loadspec.outputs.posting import Poster
from loadspec.outputs.target import Target
from loadspec.outputs.verdict_text import verdict_of
from loadspec.results.model import RunResult


def tell(result: RunResult, target: Target) -> None:
    """Post it. Raises Refused or OSError."""
    poster = Poster(target, content_type="application/json")
    try:
        poster.post(json_text(verdict_of(result, target)).encode())
    finally:
        poster.close()
