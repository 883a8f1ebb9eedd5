"""Where an output goes, all of it known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from loadspec.outputs.reach import Reach


class Target(Struct, frozen=True):
    """`text` is a file's path, a URL or an address; `options` those of the spec, without templates."""

    name: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    """What a connection to it has to ask for its addresses."""
