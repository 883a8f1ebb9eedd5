"""`make hotpath`: where each microsecond of one request goes; prints tables and writes bench/HOTPATH.md.

nginx on one core, everything measured on another. Parts on their own in this process, the whole by the command line.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import measure, server  # noqa: E402
from bench.cases import cases  # noqa: E402
from bench.hotpath_page import Part, Profile, page  # noqa: E402
from bench.hotpath_rig import ROUNDS as BEST  # noqa: E402
from bench.run import facts, say  # noqa: E402
from bench.samples import Case  # noqa: E402
from bench.tools import loadspec  # noqa: E402
from bench.tools.base import SPECS  # noqa: E402

FLOWS = ("flow", "flow-gzip", "flow-tls")
PATIENCE = 60


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each flow as a whole (default 5)")
    parser.add_argument("--seconds", type=int, default=6, help="seconds of each of them (default 6)")
    parser.add_argument("--users", type=int, default=50, help="users without think time (default 50)")
    parser.add_argument("--only", default=",".join(FLOWS), help=f"flows to take apart (default {','.join(FLOWS)})")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "HOTPATH.md", help="where the page goes")
    args = parser.parse_args(argv)
    args.only = args.only.split(",")
    if strange := set(args.only) - set(FLOWS):
        parser.error(f"--only knows {', '.join(FLOWS)}; not {', '.join(sorted(strange))}")
    return args


def cpu(command: Sequence[str], nginx: server.Server, core: int) -> tuple[float, int]:
    """Run loadspec once → (seconds of CPU, requests that nginx counted). Raises RuntimeError where it failed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        before = nginx.requests()
        usage = measure.run([*command, "--report-dir", folder], core=core, folder=Path(folder), timeout=PATIENCE)
        if usage.exit_code:
            raise RuntimeError(f"loadspec ended with {usage.exit_code}: {usage.error.strip()[-300:]}")
        return usage.cpu, nginx.requests() - before - 1


def profile(case: Case, parts: Sequence[Part], nginx: server.Server, core: int, rounds: int) -> Profile:
    """The whole of a flow beside its parts."""
    url = nginx.urls[case.job.variant]
    command = loadspec.command(case.at(url, Path("unused")))
    shape = command.index("--vus")
    single = [*command[:shape], "--vus", "1", "--iterations", "1"]
    once = median(cpu(single, nginx, core)[0] for _ in range(rounds))
    runs = [cpu(command, nginx, core) for _ in range(rounds)]
    wholes = [(spent - once) / count * 1e6 for spent, count in runs]
    return Profile(case.title, parts, wholes, once, median(count for _, count in runs))


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    core, server_core = sorted(os.sched_getaffinity(0))[:2]
    began = datetime.now(UTC)
    profiles = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder,
        server.running(Path(folder), server_core) as nginx,
    ):
        for case in (case for case in cases(args.users, args.seconds) if case.name in args.only):
            say(case.title)
            parts = apart(case, nginx, args.users, core)
            measure.prepare(server_core)
            profiles.append(profile(case, parts, nginx, core, args.rounds))
    settings = {"users": args.users, "seconds": args.seconds, "rounds": args.rounds, "best": BEST}
    text = page(profiles, facts(args.rounds, (core, server_core), began), settings)
    print(text)
    args.out.write_text(text)
    say(f"written to {args.out}")
    return 0


def apart(case: Case, nginx: server.Server, users: int, core: int) -> list[Part]:
    """The parts of a flow, measured in this process while it has the tools' core."""
    from bench import hotpath_parts  # lazily: --help needs no loadspec

    os.sched_setaffinity(0, {core})
    gc.collect()
    gc.freeze()  # as a worker does before its load
    return hotpath_parts.measure(SPECS / f"{case.job.spec}.yaml", nginx.urls[case.job.variant], users)


if __name__ == "__main__":
    sys.exit(main())
