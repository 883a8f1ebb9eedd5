"""`make scale`: many users, many iterations, many seconds; writes bench/SCALE.md. Ends with 1 where one is missed."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import measure, server  # noqa: E402
from bench.measure import Usage  # noqa: E402
from bench.scale_page import (  # noqa: E402
    HOUR,
    MANY,
    MILLION,
    ROUNDS,
    SHARED,
    STARTED,
    Crowd,
    Fleet,
    Hour,
    Long,
    Part,
    StartUp,
    holds,
    page,
)
from bench.tools import TOOLS  # noqa: E402
from bench.tools.base import first_line, program  # noqa: E402

PATIENCE = 900
PATH = server.ANSWERS["login"][0]


def spec(url: str, flow: Sequence[Mapping[str, Any]], **load: Any) -> dict[str, Any]:
    """A spec with one endpoint, which nginx answers at once."""
    return {
        "loadspec": 1,
        "name": "scale",
        "target": {"base_url": url},
        "endpoints": {"page": {"path": PATH}},
        "flow": flow,
        "graceful_stop": "0s",
        **load,
    }


class Rig:
    """Runs specs on `core` against nginx."""

    def __init__(self, nginx: server.Server, core: int) -> None:
        self.url = nginx.urls["plain"]
        self._nginx = nginx
        self._core = core

    def run(
        self, document: Mapping[str, Any], look: measure.Look = lambda pids: None, workers: int = 1
    ) -> tuple[Usage, Any, int]:
        """→ what it cost, its results.json, and how many requests nginx counted.

        Raises OSError or ValueError where there are no results, RuntimeError for exit codes that no such run has.
        """
        with tempfile.TemporaryDirectory(prefix="scale-") as folder:
            path = Path(folder, "spec.yaml")
            path.write_text(json.dumps(document))
            reports = Path(folder, "reports")
            command = [program("loadspec"), "run", str(path), "--quiet", "--allow-saturated"]
            command += ["--workers", str(workers)]
            before = self._nginx.requests()
            usage = measure.run(
                [*command, "--report-dir", str(reports)],
                core=self._core,
                folder=Path(folder),
                timeout=PATIENCE,
                look=look,
            )
            served = self._nginx.requests() - before - 1
            if usage.exit_code not in (0, 95):
                raise RuntimeError(f"exit code {usage.exit_code}: {(usage.error or usage.output).strip()[-300:]}")
            return usage, json.loads((reports / "latest" / "results.json").read_text()), served


def crowd(rig: Rig) -> Crowd:
    """Users come within ten seconds, and send a request every ten."""
    flow = [{"call": "page"}, {"think": "10s"}]
    local = {"network": {"local_ips": ["127.0.0.2-127.0.0.5"]}}
    load = {"stages": f"10s:{MANY}, 15s:{MANY}", "start_vus": 0, **local}
    usage, results, served = rig.run(spec(rig.url, flow, **load))
    counted = results["requests"]["by_phase"]["load"]
    failed = sum(error["count"] for error in results["errors"])
    return Crowd(most_users(results), counted["sent"], served, failed, usage.peak_memory, usage.cpu)


def start_up(rig: Rig) -> StartUp:
    """Three runs, each with something more to do than the one before; users come within four seconds."""
    wait: list[dict[str, str]] = [{"think": "1h"}]
    flows = {"alone": (1, wait), "waiting": (STARTED, wait), "sending": (STARTED, [{"call": "page"}, *wait])}
    cpu, users = dict[str, float](), STARTED
    for name, (vus, flow) in flows.items():
        usage, results, served = rig.run(spec(rig.url, flow, start_vus=0, stages=f"4s:{vus}, 4s:{vus}"))
        cpu[name] = until_all_run(results, usage.cpu, vus)
        users = served if name == "sending" else users
    return StartUp(users, **cpu)


def until_all_run(results: Mapping[str, Any], whole: float, users: int) -> float:
    """CPU seconds of a run that took `whole` of them: without what its worker took after so many users ran.

    Raises ValueError where they never did.
    """
    seconds = results["health"][0]["seconds"]
    taken = [cpu for cpu, busy in zip(seconds["cpu_s"], seconds["users_busy"], strict=True) if busy >= users]
    if not taken:
        raise ValueError(f"no second had {users} users")
    return float(whole - (taken[-1] - taken[0]))


def long(rig: Rig) -> Long:
    """Fifty users without a pause."""
    memory: list[float] = []

    def look(pids: Sequence[int]) -> None:
        seen = []
        for pid in pids:
            with suppress(OSError, IndexError):
                seen.append(measure.resident(pid))
        if len(seen) > 1:  # as long as the worker lives: what the report takes afterwards is not the load's
            memory.append(sum(seen))

    usage, results, served = rig.run(spec(rig.url, [{"call": "page"}], vus=50, iterations=MILLION), look)
    sent = results["requests"]["by_phase"]["load"]["sent"]
    return Long(results["iterations"]["completed"], sent, served, memory, usage.cpu)


def fleet(rig: Rig) -> Fleet:
    """Fifty users without a pause, by one worker and by two in turn."""
    costs: Mapping[int, list[float]] = {1: [], 2: []}
    counted = total = 0
    for _ in range(ROUNDS):
        for workers, cost in costs.items():
            document = spec(rig.url, [{"call": "page"}], vus=50, iterations=SHARED)
            usage, results, served = rig.run(document, workers=workers)
            cost.append(usage.cpu / served)
            counted += results["requests"]["by_phase"]["load"]["sent"]
            total += served
    return Fleet(costs[1], costs[2], counted, total)


def hour(rig: Rig) -> Hour:
    """See scale_replay."""
    began = time.monotonic()
    script = ROOT / "bench" / "scale_replay.py"
    command = [sys.executable, str(script), str(HOUR)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    found = json.loads(done.stdout)
    took = time.monotonic() - began - sum(found["pages"])
    return Hour(int(found["samples"]), found["memory"], found["parent"], took, found["pages"], found["bytes"])


def most_users(results: Mapping[str, Any]) -> int:
    """The most users that were there at once."""
    return int(max((n for n in results["health"][0]["seconds"]["users_busy"] if n is not None), default=0))


PARTS: Mapping[str, tuple[str, Callable[[Rig], Part]]] = {
    "crowd": ("19 000 users in one worker", crowd),
    "start": ("10 000 users begin", start_up),
    "long": ("A million iterations", long),
    "fleet": ("One worker and two", fleet),
    "hour": ("An hour of 20 endpoints at 2 000 requests/s", hour),
}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only", default="", help=f"parts to run, of {', '.join(PARTS)}; the page is then only printed"
    )
    args = parser.parse_args(argv)
    args.chosen = [name.strip() for name in args.only.split(",") if name.strip()] or list(PARTS)
    if strange := set(args.chosen) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}; not {', '.join(sorted(strange))}")
    return args


def facts(began: datetime) -> dict[str, str]:
    """What the numbers depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = [TOOLS["loadspec"].version(), first_line("nginx", "-v")().removeprefix("nginx version: ")]
    return {
        "date": f"{began:%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}",
        "versions": ", ".join([*versions, f"Python {platform.python_version()}"]),
    }


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    if len(os.sched_getaffinity(0)) < 2 or shutil.which("nginx") is None:
        sys.exit("scale: needs two cores, one for loadspec and one for nginx, and nginx: apt-get install nginx")
    core, server_core = sorted(os.sched_getaffinity(0))[:2]
    measure.prepare(server_core)
    began, found = datetime.now(UTC), dict[str, Part | str]()
    with (
        tempfile.TemporaryDirectory(prefix="scale-nginx-") as folder,
        server.running(Path(folder), server_core) as nginx,
    ):
        rig = Rig(nginx, core)
        for title, part in (PARTS[name] for name in args.chosen):
            print(f"{title} ...", file=sys.stderr, flush=True)
            try:
                found[title] = part(rig)
            except (OSError, ValueError, LookupError, RuntimeError, subprocess.SubprocessError) as problem:
                found[title] = f"{type(problem).__name__}: {problem}"
    text = page(found, facts(began))
    print(text)
    if not args.only:
        (ROOT / "bench" / "SCALE.md").write_text(text)
    parts = [part for part in found.values() if not isinstance(part, str)]
    return 0 if len(parts) == len(found) and holds(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
