"""What is run, part by part, and what a run leaves. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.accuracy.verdicts import Residences

KERNEL = "loadspec, kernel's clock"
"""`timing: kernel`, which is not judged: does it change anything?"""
ALL = ("loadspec", KERNEL, "k6", "locust")
RATES = (500, 2000, 10_000)
JUDGED = RATES[:2]
"""The rates at which percentiles are held to the bar; at the last one they are only recorded."""
FEW = 50
"""Fewer users than wait for a frozen server."""
HOGS = 24
"""So many busy loops leave a tool a twenty-fifth of its core, less than the load takes of it."""
FLAGGING_SECONDS = 5
PERIOD = 0.2
"""Longer than the slowest answer, s: so many seconds' worth of users are always enough."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one run is to be: a rate for some seconds, frozen or hogged or neither; open models get up to `users`."""

    rate: int
    seconds: int
    users: int
    mixture: str = "platform"
    frozen: float = 0.0
    """Seconds for which the server stands still in the middle."""
    hogs: int = 0
    """Busy loops on the tool's core."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool says of its run: ms, by its own clock. `late` is what it tells from when a request was due."""

    requests: int
    mean: float
    percentiles: Mapping[int, float]
    dropped: int = 0
    late: Mapping[int, float] = field(default_factory=dict)
    confesses: str = ""
    """Its words on being the bottleneck itself; "" if it says nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what the tool told, None where it failed, and what the server knows."""

    tool: str
    case: Case
    told: Told | None
    log: Residences
    frozen: float = 0.0
    """How long the server really stood still, s."""
    cpu: float = 0.0
    """Seconds of CPU of all processes of the tool."""
    exit_code: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some runs of one case: its tools in turn, `times` over."""

    title: str
    case: Case
    tools: Sequence[str] = ALL
    times: int = 1


def parts(seconds: int, times: int) -> dict[str, Part]:
    """Name → part: long runs of `seconds`, and `times` short ones that may flag the generator."""
    rates = {str(rate): Part(f"{rate} requests/s", _at(rate, _length(rate, seconds))) for rate in RATES}
    frozen = Case(200, seconds, 3 * 200, "instant", frozen=seconds / 10)
    hogged = _at(2000, FLAGGING_SECONDS, hogs=HOGS)
    return {
        **rates,
        "frozen": Part("users enough", frozen, ("loadspec", "k6", "locust")),
        "few": Part(f"{FEW} users", replace(frozen, users=FEW), ("loadspec", "k6")),
        "hogged": Part(f"beside {HOGS} busy loops", hogged, ("loadspec",), times),
        "peers": Part(f"beside {HOGS} busy loops", hogged, (KERNEL, "k6", "locust")),
        "alone": Part("alone on its core", _at(500, FLAGGING_SECONDS), ("loadspec",), times),
    }


def _length(rate: int, seconds: int) -> int:
    """What is only recorded takes half the time."""
    return seconds if rate in JUDGED else (seconds + 1) // 2


def _at(rate: int, seconds: int, hogs: int = 0) -> Case:
    return Case(rate, seconds, round(rate * PERIOD), hogs=hogs)
