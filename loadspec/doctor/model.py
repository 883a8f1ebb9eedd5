"""What a machine has, what a spec needs, and what is found: values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Level = Literal["ok", "warn", "fail"]


class Facts(Struct, frozen=True):
    """One machine and the process's limits on it. None, and empty, where the system does not tell."""

    system: str = ""
    """Such as `Linux`."""
    privileged: bool = False
    """Whether it may raise hard limits."""
    files_soft: int | None = None
    files_hard: int | None = None
    files_most: int | None = None
    """What whoever is privileged may raise the hard limit to."""
    ports: tuple[int, int] | None = None
    """The first and last port that connections may begin at."""
    cores: int = 1
    """That this process may use."""
    quota: float | None = None
    """Cores' worth of time that its control group may take."""
    load: float | None = None
    """Processes that wanted a core in the last minute, on average."""
    clock: str = ""
    """The kernel's clock source."""
    resolution: float = 1e-9
    """Seconds."""
    governor: str = ""
    memory: int | None = None
    """Bytes that are available."""
    foreign: tuple[str, ...] = ()
    """Addresses of the spec's `local_ips` that this machine does not have."""
    loop: str = ""
    """gevent's event loop."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Name → version."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Extra that is not installed → how to install it."""


class Need(Struct, frozen=True):
    """What a spec wants; nothing, without a spec."""

    users: int = 0
    spare: int = 0
    """Of them, those that an open load makes only where answers are slow."""
    connections: int = 0
    """Of all users together, at the same time."""
    to_one: int = 0
    """Of them to one server."""
    local_ips: tuple[str, ...] = ()
    """Addresses to connect from, the first few."""
    addresses: int = 1
    """How many there are."""
    workers: int = 1
    reuses: bool = True
    """Whether connections are kept open."""
    transports: frozenset[str] = frozenset()
    """Those that it names."""


class Finding(Struct, frozen=True):
    """What a check found: a sentence, and the command (or the setting) that mends it."""

    check: str
    level: Level
    text: str
    mend: str = ""
