"""The mock platform: an image-generation API with logins, credits, a queue and faults, as a real HTTP server.

`serve` runs it here, `start` in a process of its own. The core (`platform.py`) has no I/O; the server is at the edge.
"""

from __future__ import annotations

from collections.abc import Callable

from loadspec.mock.config import MockConfig
from loadspec.mock.process import MockProcess, start

__all__ = ["MockConfig", "MockProcess", "serve", "start"]


def serve(config: MockConfig, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` gets the port once the server listens (port 0 takes a free one).

    Raises LoadspecError (exit code 2) when the address cannot be had. Main thread only.
    """
    from loadspec.mock.server import serve as run  # gevent costs start-up time that only a server has to pay

    run(config, ready)
