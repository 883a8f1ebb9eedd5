"""Samples → the page bench/RESULTS.md. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.samples import QUANTITIES, Case, Outcome, Sample, Spread, Target, judge, ratios, spread, values

INTRO = """\
Written by `make bench` and by nothing else. Every tool runs the same flow (log in → capture the token → ask for an
image with a prompt from a pool of eight → four checks) against nginx with canned answers, in one session, in turn, each
pinned to one core with nginx on another. A cell is the median of the rounds, with the smallest and the largest in
brackets; a ratio is *tool ÷ loadspec*, taken round by round, so above 1 means: more than loadspec.

- *CPU per request*: user and system time of all processes of the tool, from start to exit (start-up, report and
  shutdown included), divided by the requests that nginx counted.
- *requests/s*: the requests that nginx counted, divided by the planned seconds of load.
- *p50*, *p99*: what the tool itself reports, by its own clock. Without think time 50 users always wait for the tool's
  core, so they say how busy the tool is rather than how fast nginx is; Locust keeps whole milliseconds.
- *nginx busy*: CPU that nginx took, as a share of its core; near 100 the server is the limit, not the tool.
- *peak memory*: sum of the PSS of all processes of the tool, sampled five times a second.
- wrk reads no body, captures nothing and checks nothing: it is the floor, not a peer.
- Over TLS nobody verifies nginx's certificate; it has an elliptic-curve key. Each user keeps its connection, so
  handshakes do not count for much. What answers HTTP/2 answers nothing else. Where loadspec's users
  share connections (`http.share_connections`), k6's still have one each: it has no such setting.
"""

NOISE = """\
CPU per request moves with the clock of the processor and with whoever shares its caches: compare within this page, not
with another machine's. In this session other work (kernel threads, interrupts, neighbours) took {foreign} % of the
tools' core in the worst run, and the hypervisor took away {stolen} % of it in the worst run. A pinned tool cannot move
aside: what it loses to others lowers its requests/s and raises its latencies, while its CPU per request suffers only
from colder caches."""


def page(
    cases: Sequence[Case],
    samples: Sequence[Sample],
    facts: Mapping[str, str],
    versions: Mapping[str, str],
    commands: Mapping[str, Sequence[str]],
) -> str:
    """The whole page. `commands` maps a case's title to the command lines of its tools."""
    parts = ["# Benchmark results", INTRO, table(["", ""], list(facts.items()))]
    by_case = [(case, [s for s in samples if s.case == case.name]) for case in cases]
    outcomes = [judge(target, own) for case, own in by_case for target in case.targets]
    parts += ["## Targets", targets_table(outcomes)]
    for case, own in by_case:
        parts += [f"## {case.title}"]
        parts += [f"Not run: {case.lacks}."] if case.lacks else [case_table(case, own), *remarks(own)]
    parts += ["## Noise", noise(samples)]
    parts += ["## Versions", table(["tool", "version"], list(versions.items()))]
    parts += ["## Commands", *(listing(title, lines) for title, lines in commands.items())]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def case_table(case: Case, samples: Sequence[Sample]) -> str:
    """One row a tool: its quantities, then its ratios to loadspec."""
    headings = [QUANTITIES[name].heading for name in case.columns]
    headings += [f"{QUANTITIES[name].heading.split(',')[0]} ÷ loadspec's" for name in case.ratios]
    rows = []
    for tool in (t for t in case.tools if any(s.tool == t for s in samples)):
        cells = [cell(spread(values(q, samples, tool).values()), QUANTITIES[q].digits) for q in case.columns]
        cells += [cell(ratios(q, samples, tool), 2) for q in case.ratios]
        rows.append((tool, *cells))
    return table(["tool", *headings], rows, numbers=True)


def targets_table(outcomes: Sequence[Outcome]) -> str:
    """What was asked, what was measured, met or not; and the aim beyond."""
    verdicts = {True: "met", False: "**not met**", None: "not measured"}
    reached = {True: "reached", False: "not yet", None: ""}
    rows = []
    for o in outcomes:
        measured = "–" if o.measured is None else number(o.measured, 2)
        aim = "" if o.target.aim is None else bound(o.target, o.target.aim)
        rows.append((o.target.text, bound(o.target, o.target.limit), measured, verdicts[o.met], aim, reached[o.aimed]))
    return table(["", "target", "measured", "", "aim beyond", ""], rows)


def bound(target: Target, limit: float) -> str:
    """`≥ 6` or `≤ 3.5`."""
    return f"{'≥' if target.at_least else '≤'} {limit:g}"


def remarks(samples: Sequence[Sample]) -> list[str]:
    """What a reader must know of single runs: failures, exit codes, failed checks, counts unlike the server's."""
    lines = []
    for s in samples:
        where = f"- round {s.round}, {s.tool}: "
        if s.figures is None:
            lines.append(f"{where}failed: {s.failure}")
            continue
        if s.usage.exit_code:
            lines.append(f"{where}exit code {s.usage.exit_code}.")
        if s.figures.failures:
            lines.append(f"{where}{s.figures.failures} failed checks or requests.")
        if abs(s.figures.requests - s.requests) > 0.01 * s.requests:
            lines.append(f"{where}it counted {s.figures.requests} requests, nginx {s.requests}.")
    return ["\n".join(lines)] if lines else []


def noise(samples: Sequence[Sample]) -> str:
    """How far the session was disturbed, from what the kernel booked on the tools' core."""
    used = [s.usage for s in samples if s.usage.wall]
    if not used:
        return "Nothing was measured."
    foreign = max(max(0.0, u.core.busy - u.cpu) / u.wall for u in used)
    stolen = max(u.core.stolen / u.wall for u in used)
    return NOISE.format(foreign=number(foreign * 100, 1), stolen=number(stolen * 100, 1))


def listing(title: str, lines: Sequence[str]) -> str:
    """Command lines under their table's title."""
    return "\n".join([f"{title}:", "", "```", *lines, "```"])


def cell(found: Spread | None, digits: int) -> str:
    """`28.1 (27.5–29.0)`; one number where the rounds agree; a dash where there is none."""
    if found is None:
        return "–"
    low, middle, high = (number(v, digits) for v in (found.low, found.median, found.high))
    return middle if low == high else f"{middle} ({low}–{high})"


def number(value: float, digits: int) -> str:
    """Narrow spaces between thousands, `digits` decimals."""
    return f"{value:,.{digits}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = False) -> str:
    """A Markdown table; with `numbers` all columns but the first are aligned to the right."""
    rule = ["---", *(["--:" if numbers else "---"] * (len(headings) - 1))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, rule, *rows))
