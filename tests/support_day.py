"""A day of load in virtual time through all that a run keeps: journal, ledger, result, files. Run as a program.

It prints the parent's resident memory at each hundredth of the way and the size of each file, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support_journal import Seconds  # noqa: E402

from bench.measure import resident  # noqa: E402
from loadspec.outputs import write_all  # noqa: E402
from loadspec.results.assemble import assemble  # noqa: E402
from loadspec.results.journal import Journal  # noqa: E402
from loadspec.results.ledger import Ledger, Record  # noqa: E402
from loadspec.run.head import head_of  # noqa: E402
from loadspec.run.options import RunOptions  # noqa: E402
from loadspec.spec import load_bytes  # noqa: E402

ENDPOINTS = 20
CYCLE = 300
"""So many snapshots are made of samples; then they come again."""
FINE = 3600
"""So many seconds have a snapshot each; then every ten have one, which holds as much as ten of them would."""
_COARSE = 10


def document(seconds: int) -> dict[str, Any]:
    """A spec of that load, with thresholds on the whole and on each endpoint."""
    names = [f"page_{number}" for number in range(ENDPOINTS)]
    return {
        "loadspec": 1,
        "name": "a day",
        "target": {"base_url": "http://127.0.0.1:1"},
        "endpoints": {name: {"path": f"/{name}"} for name in names},
        "flow": [{"call": name} for name in names],
        "vus": 3,
        "duration": f"{seconds}s",
        "thresholds": {f"http_req_duration{{endpoint:{name}}}": "p(95) < 2s" for name in names},
    }


def records(seconds: int, requests: int) -> Iterator[Record]:
    """The run, from snapshot to snapshot; `requests` of each endpoint a second."""
    yield {"is": "begin", "phase": "load"}
    yield from _snapshots(0, min(seconds, FINE), 1, requests)
    yield from _snapshots(FINE, seconds, _COARSE, requests)
    yield {"is": "end", "phase": "load", "status": "done", "reason": "", "notes": []}
    yield {"is": "over"}
    yield {"is": "closed", "generator": {"workers": 1}, "signals": 0, "warnings": []}


def _snapshots(begin: int, end: int, step: int, requests: int) -> Iterator[Record]:
    source = Seconds(requests=requests * step, endpoints=[f"page_{number}" for number in range(ENDPOINTS)])
    cycle = [source.second(1.0) for _ in range(min(CYCLE, max(0, end - begin) // step))]
    for number, t in enumerate(range(begin + step, end + 1, step)):
        yield _at(float(t), step, requests, cycle[number % CYCLE])


def _at(t: float, step: int, requests: int, snapshot: Record) -> Record:
    """The same snapshot at another time of the load."""
    done = int(t) * requests
    books = {"started": done + 3, "completed": done, "interrupted": 0}
    return {
        **snapshot,
        "t": t,
        "iterations": books,
        "scenarios": [{**row, **books} for row in snapshot["scenarios"]],
        "failures": [{**row, "first": t - step, "last": t} for row in snapshot["failures"]],
        "workers": [{**row, "t": t} for row in snapshot["workers"]],
    }


def simulate(seconds: int, requests: int, folder: Path) -> list[int]:
    """Run it, write its files → resident bytes at each hundredth of the way."""
    spec = load_bytes(json.dumps(document(seconds)).encode(), "day.yaml").spec
    head = head_of(spec, RunOptions(run_id="day", seed=1), "2026-11-30T00:00:00.000+00:00", {}, 1)
    journal, ledger, memory = Journal(folder, head), Ledger(head.thresholds), []
    for record in records(seconds, requests):
        assert journal.write(record) == ""
        ledger.take(record)
        if record.get("t", 0.0) >= (len(memory) + 1) * seconds / 100:
            memory.append(resident())
    result = assemble(head, ledger)
    journal.close(result)
    write_all(result, folder)
    return memory


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seconds", type=int)
    parser.add_argument("requests", type=int)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    memory = simulate(args.seconds, args.requests, args.folder)
    sizes = {path.name: path.stat().st_size for path in args.folder.iterdir()}
    print(json.dumps({"memory": memory, "sizes": sizes}))


if __name__ == "__main__":
    main()
