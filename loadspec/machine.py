"""What this process may use of the machine, and what it has used."""

from __future__ import annotations

import os
import resource
import sys

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def usable_cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def used() -> tuple[float, int]:
    """(seconds of CPU, bytes of memory at its most) of this process since it began."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT
