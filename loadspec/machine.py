"""What this process may use of the machine, and what it has used."""

from __future__ import annotations

import os
import resource
import sys
from importlib.util import find_spec
from pathlib import Path

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def usable_cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_quota() -> float | None:
    """Cores' worth of time that this process's control group may take; None without a limit."""
    try:
        return parse_quota(Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def parse_quota(text: str) -> float | None:
    """`150000 100000` of a control group → 1.5 cores; None without a limit."""
    words = text.split()
    return int(words[0]) / int(words[1]) if len(words) == 2 and words[0].isdigit() else None


def whole_cores(cores: int, quota: float | None) -> int:
    """How many processes can have a core each: of so many cores, for whose time there is a quota. 1 at least."""
    return max(1, cores if quota is None else min(cores, int(quota)))


def version_of(library: str) -> str:
    """An installed library's version, "?" where there is none.

    It is in the name of a folder beside the library; where that is another one `importlib.metadata` is asked, which
    brings with it all that reads mail and archives.
    """
    found = find_spec(library)
    beside = Path(found.origin).parents[1] if found is not None and found.origin else Path()
    folders = [path.name for path in beside.glob(f"{library}-*.dist-info")]
    if len(folders) == 1:
        return folders[0].removeprefix(f"{library}-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return "?"


def used() -> tuple[float, int]:
    """(seconds of CPU, bytes of memory at its most) of this process since it began."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT
