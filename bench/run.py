"""`make bench`: loadspec, k6, Locust and wrk against one nginx, in turn; prints tables and writes bench/RESULTS.md.

With every option at its default the page goes to bench/RESULTS.md; any other run only prints it, unless --out is given.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import measure, server  # noqa: E402
from bench.cases import cases  # noqa: E402
from bench.page import page  # noqa: E402
from bench.samples import Case, Sample, value  # noqa: E402
from bench.tools import TOOLS, Tool  # noqa: E402
from bench.tools.base import first_line, program  # noqa: E402

PATIENCE = 180
"""Seconds a tool may take beyond its load: k6 makes 10 000 interpreters before it starts."""


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="runs of each tool in each table (default 3)")
    parser.add_argument("--seconds", type=int, default=8, help="seconds of each run without think time (default 8)")
    parser.add_argument("--users", type=int, default=50, help="users without think time (default 50)")
    parser.add_argument("--only", default="", help="tables and tools to keep, e.g. flow,loadspec,k6 (default: all)")
    parser.add_argument("--out", type=Path, help="write the page there as well")
    args = parser.parse_args(argv)
    if args.rounds < 1 or args.seconds < 1 or args.users < 1:
        parser.error("--rounds, --seconds and --users count from 1")
    if args.out is None and vars(args) == vars(parser.parse_args([])):
        args.out = ROOT / "bench" / "RESULTS.md"
    return args


def select(chosen: Sequence[Case], only: str) -> list[Case]:
    """The cases and tools that `only` names; a kind (case or tool) that it does not name stays whole.

    Raises SystemExit with a sentence for a name that is neither.
    """
    names = {name.strip() for name in only.split(",") if name.strip()}
    known = {case.name for case in chosen}
    if strange := names - known - set(TOOLS):
        sys.exit(f"bench: --only knows {', '.join([*known, *TOOLS])}; not {', '.join(sorted(strange))}")
    kept = [case for case in chosen if case.name in names or not names & known]
    tools = names & set(TOOLS) or set(TOOLS)
    return [replace(case, tools=[t for t in case.tools if t in tools]) for case in kept]


def available(chosen: Sequence[Case]) -> list[Case]:
    """`chosen` without the tools that are missing, saying so. Raises SystemExit without nginx or a second core."""
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("bench: needs two cores, one for the tool and one for nginx")
    for name in ("nginx", "wrk"):
        if shutil.which(name) is None:
            say(f"bench: {name} is missing: apt-get install nginx wrk")
            if name == "nginx":
                sys.exit(1)
    missing = {name for name in TOOLS if shutil.which(program(name)) is None}
    for name in missing - {"wrk"}:
        say(f"bench: {name} is missing: pip install -e '.[bench]'")
    return [replace(case, tools=[t for t in case.tools if t not in missing]) for case in chosen]


def sample(case: Case, tool: Tool, number: int, nginx: server.Server, core: int) -> Sample:
    """Run `tool` once and read its figures."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        job = case.at(nginx.urls[case.job.variant], Path(folder))
        requests, server_cpu = nginx.requests(), nginx.cpu()
        usage = measure.run(tool.command(job), core=core, folder=job.folder, timeout=job.seconds + PATIENCE)
        requests, server_cpu = nginx.requests() - requests - 1, nginx.cpu() - server_cpu
        figures, failure = None, ""
        try:
            figures = tool.parse(job, usage.output)
        except (OSError, LookupError, ValueError) as problem:
            words = (usage.error.strip() or usage.output.strip() or repr(problem)).splitlines()[-1]
            failure = f"exit code {usage.exit_code}: {words[:300]}"
        if requests < 1:
            figures, failure = None, failure or "nginx counted no request"
    return Sample(case.name, tool.name, number, requests, job.seconds, server_cpu, usage, figures, failure)


def session(chosen: Sequence[Case], rounds: int, nginx: server.Server, core: int) -> Iterator[Sample]:
    """All runs: within a case round by round, the tools in turn."""
    for case in chosen:
        say(f"{case.title}" + (f": not run: {case.lacks}" if case.lacks else ""))
        if case.lacks:
            continue
        for number in range(1, rounds + 1):
            for name in case.tools:
                found = sample(case, TOOLS[name], number, nginx, core)
                say(f"  round {number}  {name:<9} {outline(found)}")
                yield found


def outline(found: Sample) -> str:
    """One sample in one line, for who waits."""
    if found.figures is None:
        return f"failed: {found.failure}"
    cpu, rate, memory = (value(q, found) for q in ("cpu", "rate", "memory"))
    return f"{cpu:7.1f} µs/request {rate:8.0f} requests/s  p50 {found.figures.p50:8.2f} ms {memory:6.0f} MB"


def command_lines(chosen: Sequence[Case]) -> dict[str, list[str]]:
    """Case title → what was run, free of this machine's folders."""
    lines = {}
    for case in (case for case in chosen if not case.lacks):
        job = case.at(f"{'https' if case.job.encrypted else 'http'}://127.0.0.1:PORT", Path("DIR"))
        commands = [TOOLS[name].command(job) for name in case.tools]
        lines[case.title] = [" ".join([Path(c[0]).name, *c[1:]]).replace(f"{ROOT}/", "") for c in commands]
    return lines


def facts(rounds: int, cores: tuple[int, int], began: datetime) -> dict[str, str]:
    """What the numbers depend on."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "date": f"{began:%Y-%m-%d %H:%M} UTC",
        "machine": f"{model}, {os.cpu_count()} cores, {memory:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "pinning": f"tools on core {cores[0]}, nginx on core {cores[1]}",
        "rounds": str(rounds),
    }


def versions(chosen: Sequence[Case]) -> dict[str, str]:
    """The server's, the interpreter's and each tool's version."""
    used = {name for case in chosen for name in case.tools}
    return {
        "nginx": first_line("nginx", "-v")().removeprefix("nginx version: "),
        "Python": platform.python_version(),
        **{name: tool.version() for name, tool in TOOLS.items() if name in used},
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    chosen = available(select(cases(args.users, args.seconds), args.only))
    tool_core, server_core = sorted(os.sched_getaffinity(0))[:2]
    measure.prepare(server_core)
    began = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder,
        server.running(Path(folder), server_core) as nginx,
    ):
        samples = list(session(chosen, args.rounds, nginx, tool_core))
    text = page(
        chosen, samples, facts(args.rounds, (tool_core, server_core), began), versions(chosen), command_lines(chosen)
    )
    print(text)
    if args.out:
        args.out.write_text(text)
        say(f"written to {args.out}")
    return 0 if all(s.figures for s in samples) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; nothing was written")
