"""The parts of one request's CPU time → the page bench/HOTPATH.md. Pure: numbers in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.page import number, table

INTRO = """\
Written by `make hotpath` and by nothing else: where the CPU time of one request goes, from a step of the flow to its
recorded sample, in the flows of [RESULTS.md](RESULTS.md) against the same nginx. A request is the mean of the flow's
two.

- *whole* is the program as a user runs it: `loadspec run`, {users} users without think time for {seconds} s, all its
  processes, divided by the requests that nginx counted; the median of {rounds} runs. What it costs to start, to compile
  the plan and to write the report is taken off by a run of one iteration, and given below each table.
- *µs* is a part on its own, in one process: real objects of the compiled plan, on answers that this nginx gave. System
  calls are taken in batches of {users} connections to nginx, as the loop does; everything else runs on an answer out
  of memory. The best of {best} rounds, the price of the measuring loop taken off.
- *floor* is the least that could do a part's work from Python, measured beside it.
- *residual* is the whole less all parts: caches that the kernel and {users} users make cold (a part alone runs warm),
  collections of garbage, the worker's second-by-second snapshots and the parent process that merges them. It is
  negative where the runs were less disturbed than the parts.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a request: its microseconds, the floor's, and what the floor is ("": there is none below it)."""

    name: str
    us: float
    floor: float
    floor_is: str = ""

    @property
    def above(self) -> float:
        """Microseconds that it takes beyond its floor."""
        return self.us - self.floor


@dataclass(frozen=True, slots=True)
class Profile:
    """One flow: its parts, the whole of each run in µs a request, and what a run costs beside its requests, in s."""

    title: str
    parts: Sequence[Part]
    wholes: Sequence[float]
    once: float
    requests: float
    """Requests of a run, in the median."""

    @property
    def whole(self) -> float:
        """µs a request, the median of the runs."""
        return median(self.wholes)

    @property
    def residual(self) -> float:
        """What no part explains."""
        return self.whole - sum(part.us for part in self.parts)


def page(profiles: Sequence[Profile], facts: Mapping[str, str], settings: Mapping[str, int]) -> str:
    """The whole page; `settings` has the numbers of the introduction."""
    pieces = ["# The hot path", INTRO.format(**settings), table(["", ""], list(facts.items()))]
    for profile in profiles:
        pieces += [f"## {profile.title}", parts_table(profile), bottleneck(profile), once(profile)]
    return "\n\n".join(piece.strip() for piece in pieces) + "\n"


def parts_table(profile: Profile) -> str:
    """One row a part, in the order in which a request passes them; then residual and whole."""
    share = 100 / profile.whole
    rows = [
        (part.name, number(part.us, 2), number(part.us * share, 0), number(part.floor, 2), ratio(part), part.floor_is)
        for part in profile.parts
    ]
    low, high = min(profile.wholes), max(profile.wholes)
    rows.append(("residual", number(profile.residual, 2), number(profile.residual * share, 0), "", "", ""))
    floor = sum(part.floor for part in profile.parts)
    whole = f"**{number(profile.whole, 2)}** ({number(low, 2)}–{number(high, 2)})"
    rows.append(("**whole**", whole, "100", number(floor, 2), number(profile.whole / floor, 1), "all floors"))
    heads = ["part", "µs", "%", "floor, µs", "÷ floor", "what the floor is"]
    rule = ["---", *["--:"] * 4, "---"]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, rule, *rows))


def ratio(part: Part) -> str:
    """How many times its floor a part takes."""
    return number(part.us / part.floor, 1) if part.floor > 0 else "–"


def bottleneck(profile: Profile) -> str:
    """The dearest part, and the one from which most could still be cut."""
    dearest = max(profile.parts, key=lambda part: part.us)
    next_one = max(profile.parts, key=lambda part: part.above)
    return (
        f"The dearest part is *{dearest.name}*, {number(dearest.us, 2)} µs, of which {number(dearest.floor, 2)} µs are "
        f"its floor. The next bottleneck is **{next_one.name}**: it takes {number(next_one.above, 2)} µs more than "
        f"its floor, {number(next_one.above / profile.whole * 100, 0)} % of the whole; all parts together "
        f"{number(sum(part.above for part in profile.parts), 2)} µs more than theirs."
    )


def once(profile: Profile) -> str:
    """What a run costs whether it sends or not."""
    each = profile.once / profile.requests * 1e6
    return (
        f"Start, plan, report and shutdown take {number(profile.once, 2)} s of CPU once; over the "
        f"{number(profile.requests, 0)} requests of such a run that is {number(each, 2)} µs a request, which the "
        "figures of RESULTS.md include and this table does not."
    )
