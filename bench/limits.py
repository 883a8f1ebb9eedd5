"""Does a generator that is at its own limit say so, and one that is not keep quiet? `python bench/limits.py [RUNS]`.

Runs limits.yaml against the mock so many times (20) with each of its loads, and prints in how many runs the
generator called itself limited. On a machine that others keep busy the light load may be late in truth: `waiting` is
then its cause. Run it where there is a core to spare; as root, with `chrt -f 1` before it, nobody else takes it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

SPEC = Path(__file__).with_suffix(".yaml")
LOADS: Mapping[str, tuple[list[str], bool]] = {"saturated": ([], True), "light": (["--profile", "light"], False)}
"""Load → (options, whether it is more than a core can make)."""


class Seen(NamedTuple):
    """What one run said of itself."""

    code: int
    limited: bool
    causes: tuple[str, ...]
    cpu: float
    lag: float

    @classmethod
    def of(cls, code: int, results: Mapping[str, Any]) -> Seen:
        """From an exit code and a results.json."""
        worst: dict[str, float] = {}
        for worker in results["health"]:
            for name, value in worker["worst"].items():
                worst[name] = max(worst.get(name, 0.0), value)
        causes = {cause["name"] for worker in results["health"] for cause in worker["causes"]}
        limited = bool(results["generator_limited"])
        return cls(code, limited, tuple(sorted(causes)), worst.get("cpu_percent", 0.0), worst.get("lag_p99_ms", 0.0))


def row(load: str, seen: list[Seen]) -> str:
    """`saturated: limited in 20 of 20 runs (cpu), CPU 100 %, hub lag p99 up to 12 ms`."""
    flagged = sum(each.limited for each in seen)
    causes = sorted({cause for each in seen for cause in each.causes})
    why = f" ({', '.join(causes)})" if causes else ""
    cpu, lag = max(each.cpu for each in seen), max(each.lag for each in seen)
    return (
        f"{load}: limited in {flagged} of {len(seen)} runs{why}, CPU up to {cpu:.0f} %, hub lag p99 up to {lag:.1f} ms"
    )


def agrees(load: str, seen: list[Seen]) -> bool:
    """Whether each run said of itself what is true of the load, by its exit code too."""
    truth = LOADS[load][1]
    return all(each.limited is truth and (each.code == 95) is truth for each in seen)


def run(url: str, options: list[str]) -> Seen:
    """One run."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "loadspec", "run", str(SPEC), "--quiet", "--report-dir", folder, *options]
        done = subprocess.run(line, env={**os.environ, "API_BASE": url}, capture_output=True, check=False)
        (found,) = Path(folder).glob("2*/results.json")
        return Seen.of(done.returncode, json.loads(found.read_text()))


def main(runs: int) -> int:
    """Both loads → 0 if every run said what is true."""
    from loadspec.mock import MockConfig, start

    right = True
    with start(MockConfig(seed=7)) as mock:
        for load, (options, _) in LOADS.items():
            seen = [run(mock.url, options) for _ in range(runs)]
            print(row(load, seen), flush=True)
            right = agrees(load, seen) and right
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
