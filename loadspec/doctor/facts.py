"""A look at the machine: files of /proc and /sys, limits, clocks, versions."""

from __future__ import annotations

import os
import platform
import resource
import socket
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from loadspec.doctor.model import Facts
from loadspec.machine import cpu_quota, usable_cores, version_of

EXTRAS = {"http2": ("pycurl",), "html": ("lxml", "cssselect"), "encodings": ("brotli",), "parquet": ("pyarrow",)}
"""Extra → the modules that it brings."""
_CAP_SYS_RESOURCE = 24
"""See capabilities(7)."""
_LIBRARIES = ("gevent", "greenlet", "orjson")


def look(local_ips: Iterable[str] = (), versions: bool = False) -> Facts:
    """The facts; `versions` too, which take some 50 ms to find."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ports = _text("/proc/sys/net/ipv4/ip_local_port_range").split()
    clock = time.get_clock_info("perf_counter")
    return Facts(
        system=platform.system(),
        privileged=_may_raise(_text("/proc/self/status")),
        files_soft=_limit(soft),
        files_hard=_limit(hard),
        files_most=_number(_text("/proc/sys/fs/nr_open")),
        ports=(int(ports[0]), int(ports[1])) if len(ports) == 2 else None,
        cores=usable_cores(),
        quota=cpu_quota(),
        load=os.getloadavg()[0],
        clock=_text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        resolution=clock.resolution,
        governor=_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        memory=_available(_text("/proc/meminfo")),
        foreign=tuple(address for address in local_ips if not _is_here(address)),
        loop=_loop() if versions else "",
        versions=_versions() if versions else {},
        extras={
            extra: f"pip install 'loadspec[{extra}]'"
            for extra, modules in EXTRAS.items()
            if any(find_spec(module) is None for module in modules)
        },
    )


def _text(path: str) -> str:
    """A file's text without spaces around it, empty where there is none."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _may_raise(status: str) -> bool:
    """Whether this process may raise hard limits: by its capabilities, for a container's root has few."""
    for line in status.splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> _CAP_SYS_RESOURCE & 1)
    return os.geteuid() == 0


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _limit(value: int) -> int | None:
    return None if value == resource.RLIM_INFINITY else value


def _available(text: str) -> int | None:
    """MemAvailable of /proc/meminfo, bytes."""
    for line in text.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _is_here(address: str) -> bool:
    """Whether a socket can be bound to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
            return True
    except OSError:
        return False


def _loop() -> str:
    """`libev-cext, epoll`."""
    from gevent import config

    kind = config.loop
    name = f"{kind.__module__}.{kind.__name__}".removeprefix("gevent.")
    return "libev" if "libev.corecext" in name else name


def _versions() -> dict[str, str]:
    import ssl  # lazily: a run looks at the machine, too, and may need none

    from loadspec import __version__

    found = {"loadspec": __version__, "Python": platform.python_version(), "OpenSSL": ssl.OPENSSL_VERSION.split()[1]}
    libraries = {name: version_of(name) for name in _LIBRARIES}
    return {**found, **libraries, platform.system(): platform.release()}
