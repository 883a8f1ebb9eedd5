"""What whoever runs a spec allows, as far as a worker must see to it itself while the load runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from loadspec.wire.hosts import HostLimit


class Bounds(Struct, frozen=True):
    """`rate`: requests a second of all workers together. `duration`: seconds of load, then who is left is interrupted.

    None where there is no such limit.
    """

    hosts: HostLimit | None = None
    rate: float | None = None
    duration: float | None = None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Bounds:
        """Of a job's JSON value; nothing in it limits nothing."""
        lists = wire.get("hosts")
        return cls(HostLimit.parse(lists) if lists else None, wire.get("rate"), wire.get("duration"))
