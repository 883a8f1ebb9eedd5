"""`make accuracy`: each tool's figures beside those of a server that knows; prints and writes bench/ACCURACY.md.

With every option at its default but --first the page goes to bench/ACCURACY.md; any other run only prints it, unless
--out is given.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.accuracy.cases import Part, Run, parts
from bench.accuracy.outcomes import outcomes, signed
from bench.accuracy.page import page
from bench.accuracy.session import Place, run
from bench.accuracy.tools import TOOLS, Job
from bench.accuracy.verdicts import errors
from bench.run import facts, say

ROOT = Path(__file__).resolve().parents[2]


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.accuracy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20, help="seconds of the long runs (default 20)")
    parser.add_argument("--times", type=int, default=20, help="runs that may flag the generator (default 20)")
    parser.add_argument("--only", default="", help=f"parts to keep: {','.join(parts(20, 20))} (default: all)")
    parser.add_argument(
        "--first", action="store_true", help="go before all other processes (as root, on a busy machine)"
    )
    parser.add_argument("--out", type=Path, help="write the page there")
    args = parser.parse_args(argv)
    if args.seconds < 1 or args.times < 1:
        parser.error("--seconds and --times count from 1")
    args.only = [name for name in args.only.split(",") if name]
    if strange := set(args.only) - set(parts(20, 20)):
        parser.error(f"--only knows {', '.join(parts(20, 20))}; not {', '.join(sorted(strange))}")
    if args.out is None and (args.seconds, args.times, args.only) == (20, 20, []):
        args.out = ROOT / "bench" / "ACCURACY.md"
    return args


def session(chosen: Mapping[str, Part], place: Place) -> dict[str, list[Run]]:
    """All runs, part by part, the tools in turn."""
    found: dict[str, list[Run]] = {}
    for name, part in chosen.items():
        say(f"{name}: {part.title}")
        tools = [tool for tool in part.tools if installed(tool, part)]
        found[name] = []
        for tool in tools * part.times:
            time.sleep(0.5)  # what the last run left behind is over
            found[name].append(run(tool, part.case, place))
            say(f"  {tool:<25}{outline(found[name][-1])}")
    return found


def job_of(part: Part) -> Job:
    """A job as the page shows it, free of this machine's folders and ports."""
    case = part.case
    return Job("http://127.0.0.1:PORT", Path("DIR"), case.rate, case.seconds, case.users)


def installed(tool: str, part: Part) -> bool:
    """Whether its program is there."""
    return shutil.which(TOOLS[tool].command(job_of(part))[0]) is not None


def outline(done: Run) -> str:
    """One run in one line, for who waits."""
    if done.told is None:
        return f"failed: {done.failure}"
    off = ", ".join(f"p{e.percent} {signed(e.ms, 2)}" for e in errors(done.told.percentiles, done.log))
    return f"{done.told.requests:7} requests  {off} ms  {done.told.confesses}"


def conditions(place: Place, began: datetime, loads: Sequence[float]) -> dict[str, str]:
    """What the numbers depend on."""
    known = facts(1, (place.tools, place.server), began)
    kept = {name: known[name] for name in ("date", "machine", "kernel")}
    return {
        **kept,
        "pinning": f"tools on core {place.tools}, server on core {place.server}",
        "load average": " → ".join(f"{load:.1f}" for load in loads) + " (before, after)",
        "priority": "tools and server go before all other processes, beside busy loops they do not"
        if place.first
        else "usual",
    }


def command_lines(chosen: Mapping[str, Part]) -> dict[str, list[str]]:
    """Tool → what was run in the first part that has it, and the files that were made for it."""
    lines: dict[str, list[str]] = {}
    for part in chosen.values():
        job = job_of(part)
        for name in part.tools:
            tool = TOOLS[name]
            command, *words = tool.command(job)
            settings = [f"{key}={value}" for key, value in tool.environment(job).items()]
            text = " ".join([*settings, Path(command).name, *words]).replace(f"{ROOT}/", "")
            files = [f"\n# {file}\n{content.strip()}" for file, content in tool.files(job).items()]
            lines.setdefault(name, [text, *files])
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("accuracy: needs two cores, one for the tool and one for the server")
    place = Place(cores[0], cores[1], args.first)
    os.sched_setaffinity(0, {place.server})
    chosen = {
        name: part for name, part in parts(args.seconds, args.times).items() if name in args.only or not args.only
    }
    began, before = datetime.now(UTC), os.getloadavg()[0]
    runs = session(chosen, place)
    known = conditions(place, began, (before, os.getloadavg()[0]))
    versions = {"Python": platform.python_version(), **{name: tool.version() for name, tool in TOOLS.items()}}
    text = page(runs, known, versions, command_lines(chosen))
    print(text)
    if args.out:
        args.out.write_text(text)
        say(f"written to {args.out}")
    return 0 if all(o.met is not False for o in outcomes(runs)) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("accuracy: interrupted; nothing was written")
