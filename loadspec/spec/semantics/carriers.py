"""What carries requests: whether it is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.wire import carriers


def check_transport(places: Places, path: Path, part: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """The `transport` of the target, an endpoint or a step."""
    transport = part.get("transport")
    install = carriers.missing(transport) if isinstance(transport, str) else ""
    if install:
        module, _ = carriers.NEEDS[str(transport)]
        message = f"the transport `{transport}` needs a library that is not installed: {module}"
        yield places.value((*path, "transport"), "LS160", message, help=install)
