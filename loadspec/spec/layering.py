"""What a layer takes away from the one below it: the same for a profile over its file and a file over its includes.

Mappings merge by key; lists, load shapes, bodies and what says one thing are replaced whole.
"""

from __future__ import annotations

from collections.abc import Collection

from loadspec.spec.diagnostics import Path
from loadspec.spec.merge import BODIES
from loadspec.spec.shapes import replaced

ROWS = ("items", "file", "folder")
"""Where a pool's rows come from: one of these."""


def says_one_thing(path: Path) -> bool:
    """Mappings of which two merged would say two things: `auth`, a capture, a part, a metric, a variable."""
    path = _in_profile(path)
    if len(path) < 2 or path[0] == "scenarios":
        return False
    inner = path[2:] if path[0] == "endpoints" else path[1:]  # an endpoint may be called `auth` or `capture`
    return inner[-1:] == ("auth",) or inner[-2:-1] in (("capture",), ("multipart",)) or path[0] in ("metrics", "vars")


def replaced_by(below: Collection[str], given: Collection[str], path: Path) -> frozenset[str]:
    """Keys of a lower layer's mapping at `path` that do not stand beside the keys `given` by the upper one."""
    path = _in_profile(path)
    if not path or (path[0] == "scenarios" and len(path) == 2):
        return replaced(below, given)
    if len(path) != 2:
        return frozenset()
    exclusive = {"endpoints": BODIES, "pools": ROWS}.get(str(path[0]), ())
    return frozenset(exclusive) - frozenset(given) if any(key in given for key in exclusive) else frozenset()


def _in_profile(path: Path) -> Path:
    return path[2:] if path[:1] == ("profiles",) else path
