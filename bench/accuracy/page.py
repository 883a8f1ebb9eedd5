"""Runs → the page bench/ACCURACY.md. Pure: numbers in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.accuracy.cases import FEW, HOGS, RATES, Run
from bench.accuracy.outcomes import Runs, outcomes, signed
from bench.accuracy.verdicts import errors, frozen_latency, littles_error, pacing, percentile
from bench.page import listing, number, table

INTRO = """\
Written by `make accuracy` and by nothing else. loadspec, k6 and Locust send one GET at a constant rate, in turn, each
pinned to one core, to a server on another core that draws each answer's delay from a known mixture (80 % around 5 ms,
16 % 20–40 ms, 4 % 80–150 ms; the same sequence for every tool). What a tool reports is compared with what the server
*realised*: for each request, from the kernel's time stamp of its arrival to the return of `send`.

- *error* is the tool's percentile less the server's, of the same requests. By its own clock no tool can reach 0: it
  wakes up and reads after the answer has come. The *bar* is max(1 ms, 2 %).
- loadspec and k6 run an open model (`rate`, `constant-arrival-rate`) and report `http_req_duration`. Locust has none:
  as near as it gets, a fifth of the rate as users, each with `constant_throughput` of 5 requests/s, begun at random
  times. It keeps whole milliseconds, and from 100 ms on two digits.
- *loadspec, kernel's clock* is loadspec with `timing: kernel`: an answer's arrival is the kernel's time stamp.
- *CPU* is that of all processes of the tool, with start, report and shutdown.
- `scheduled_latency` is loadspec's second figure: the same from when the request was *due*.
"""
PACING = """\
The starts as the server's kernel stamped them. *late*: behind the earliest even schedule that no start is ahead of;
*interval*: how far the time between two starts was off 1/rate. Locust has no schedule to be late for: its users only
keep a pace each."""
FROZEN = """\
SIGSTOP holds a server that else answers at once. Of {rate} requests/s in {seconds} s, those of {frozen} s wait for the
thaw, so p95 and p99 have to be S − 0.05·D and S − 0.01·D. With enough users every request is sent when it is due, and
`http_req_duration` is right, too. With {few} users all are soon waiting: what finds none free is dropped, is in no
percentile, and only the count of drops tells of it. Locust's users send nothing while they wait (coordinated omission),
and nothing tells of it."""
LITTLE = """\
L, the mean number of requests that the server had at once, is the area under that number over time. λ is the tool's
count over the same time, W its mean latency; L = λ·W for any tool that measures what the server did."""
HOGGED = """\
As soon as the load has begun, {hogs} busy loops share the tool's core, at the same priority: they leave it a
twenty-fifth, in slices, which is less than the load takes. Does the tool say that its figures are its own fault? k6
warns of too few users, as it does of a slow server; Locust warns where its own process takes 90 % of a core, which it
does not get here. The error is that of the first run."""


def page(
    runs: Runs, facts: Mapping[str, str], versions: Mapping[str, str], commands: Mapping[str, Sequence[str]]
) -> str:
    """The whole page; a part that was not run is left out."""
    pieces = ["# How exact the figures are", INTRO, table(["", ""], list(facts.items()))]
    pieces += ["## Verdicts", verdicts(runs)]
    rates = [(rate, told(runs.get(str(rate), ()))) for rate in RATES]
    rates = [(rate, found) for rate, found in rates if found]
    for rate, found in rates:
        pieces += [f"## {number(rate, 0)} requests/s", percentiles(found)]
    if rates:
        pieces += ["## Pacing", PACING, pacing_table(rates), "## Little's law", LITTLE, little_table(rates)]
    frozen = [*told(runs.get("frozen", ())), *told(runs.get("few", ()))]
    if frozen:
        case = frozen[0].case
        words = {"rate": case.rate, "seconds": case.seconds, "frozen": f"{case.frozen:g}", "few": FEW}
        pieces += ["## A frozen server", FROZEN.format(**words), frozen_table(frozen)]
    hogged = [runs.get(name, ()) for name in ("hogged", "peers", "alone")]
    if any(hogged):
        pieces += [
            "## A saturated generator",
            HOGGED.format(hogs=HOGS),
            hogged_table([run for group in hogged for run in group]),
        ]
    pieces += failures(run for group in runs.values() for run in group)
    pieces += ["## Versions", table(["tool", "version"], list(versions.items()))]
    pieces += ["## Commands", *(listing(title, lines) for title, lines in commands.items())]
    return "\n\n".join(piece.strip() for piece in pieces) + "\n"


def told(runs: Iterable[Run]) -> list[Run]:
    """Those that have figures."""
    return [run for run in runs if run.told]


def verdicts(runs: Runs) -> str:
    """What was asked, what was measured, met or not."""
    words = {True: "met", False: "**not met**", None: "not measured"}
    rows = [(o.text, o.asked, o.measured, words[o.met]) for o in outcomes(runs)]
    return table(["", "asked", "measured", ""], rows)


def percentiles(runs: Sequence[Run]) -> str:
    """One row a tool; each cell is the tool's value, its error, and the error as a share of the truth."""
    rows = []
    for run in runs:
        assert run.told
        found = errors(run.told.percentiles, run.log)
        cells = [
            f"{number(e.tool, 2)} ({signed(e.ms, 2)}, {signed(e.share * 100, 1)} %)" + ("" if e.met else " ✗")
            for e in found
        ]
        rows.append((run.tool, counts(run), number(run.cpu, 1), *cells))
    heads = [f"p{e.percent}, ms (error, %)" for e in found]
    return table(["tool", "requests (server's count)", "CPU, s", *heads], rows, numbers=True) + "\n\n✗: beyond the bar."


def counts(run: Run) -> str:
    """The tool's count, the server's, and what was dropped."""
    assert run.told
    dropped = f", {number(run.told.dropped, 0)} dropped" if run.told.dropped else ""
    return f"{number(run.told.requests, 0)} ({number(len(run.log.arrivals), 0)}){dropped}"


def pacing_table(rates: Sequence[tuple[int, Sequence[Run]]]) -> str:
    """One row a rate and tool."""
    rows = []
    for rate, runs in rates:
        for run in runs:
            found = pacing(run.log.arrivals, rate)
            rows.append((f"{run.tool} at {rate}/s", *(number(ms, 3) for ms in (*found.late, *found.interval))))
    heads = [f"{kind} {point}, ms" for kind in ("late", "interval off") for point in ("p50", "p99", "max")]
    return table(["", *heads], rows, numbers=True)


def little_table(rates: Sequence[tuple[int, Sequence[Run]]]) -> str:
    """One row a rate and tool."""
    rows = []
    for rate, runs in rates:
        for run in runs:
            assert run.told
            off = littles_error(run.log, run.told.requests, run.told.mean)
            found = run.log.in_flight
            rows.append(
                (f"{run.tool} at {rate}/s", number(found, 2), number(found * (1 + off), 2), signed(off * 100, 2))
            )
    return table(["", "L", "λ·W", "off, %"], rows, numbers=True)


def frozen_table(runs: Sequence[Run]) -> str:
    """One row a tool and number of users: what is due, what it told."""
    rows = []
    for run in runs:
        assert run.told
        due = [frozen_latency(percent, run.frozen, run.case.seconds) for percent in (95, 99)]
        values = [due, *([m[95] / 1e3, m[99] / 1e3] if m else None for m in (run.told.late, run.told.percentiles))]
        cells = [" / ".join(f"{s:.3f}" for s in pair) if pair else "–" for pair in values]
        rows.append((f"{run.tool}, {run.case.users} users", *cells, counts(run)))
    heads = ["due p95 / p99, s", "`scheduled_latency`", "request latency", "requests (server's count)"]
    return table(["", *heads], rows, numbers=True)


def hogged_table(runs: Sequence[Run]) -> str:
    """One row a tool and case: how often it was flagged, its words, and the error of its first run."""
    groups: dict[tuple[str, int], list[Run]] = {}
    for run in told(runs):
        groups.setdefault((run.tool, run.case.hogs), []).append(run)
    rows = []
    for (tool, hogs), own in groups.items():
        first = own[0].told
        assert first
        confessed = [run.told.confesses for run in own if run.told and run.told.confesses]
        off = [signed(e.ms, 2) for e in errors(first.percentiles, own[0].log)]
        late = percentile(sorted(pacing(run.log.arrivals, run.case.rate).late[1] for run in own), 50)
        name = f"{tool}, {'beside busy loops' if hogs else 'alone'}, {own[0].case.rate}/s"
        rows.append((name, f"{len(confessed)} of {len(own)}", *off, number(late, 1), next(iter(confessed), "nothing")))
    heads = ["says so", *(f"p{percent} off, ms" for percent in (50, 90, 95, 99)), "late p99, ms", "its words"]
    return table(["", *heads], rows)


def failures(runs: Iterable[Run]) -> list[str]:
    """Runs without figures."""
    lines = [f"- {run.tool} at {run.case.rate}/s: {run.failure}" for run in runs if not run.told]
    return ["## Failed runs", "\n".join(lines)] if lines else []
