"""YAML that is data, not a spec: read by the same rules."""

from __future__ import annotations

from typing import Any


def parse_yaml(data: bytes, name: str) -> Any:
    """Plain data. Raises SpecError, with the place in the file."""
    from loadspec.spec.compose import compose  # a worker pays for YAML only where a pool is written in it
    from loadspec.spec.diagnostics import SpecError
    from loadspec.spec.loading.text import decode
    from loadspec.spec.source import Source

    source = Source(name, decode(data, name))
    whole, found = compose(source)
    if not whole or found or source.root is None:
        raise SpecError(found or [source.at("LS071", "the file holds no data", (0, 0, 1), help="write a list")])
    return source.root.value
