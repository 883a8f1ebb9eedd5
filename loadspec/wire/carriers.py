"""What the transports need beside loadspec itself."""

from __future__ import annotations

from importlib.util import find_spec

NEEDS = {"curl": ("pycurl", "pip install 'loadspec[http2]'")}
"""Transport → the module it needs, and how to get it."""


def missing(transport: str) -> str:
    """How to install what a transport lacks; "" where it lacks nothing."""
    module, install = NEEDS.get(transport, ("", ""))
    return install if module and find_spec(module) is None else ""
