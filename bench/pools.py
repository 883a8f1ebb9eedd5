"""What pools cost: a million rows opened and checked, the memory of two processes, a draw by policy and format.

Run it: python bench/pools.py. It writes bench/POOLS.md. Files are made in a temporary folder, with a fixed seed.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from loadspec.pools import Pool, Reading, look_through, open_rows, settle
from loadspec.pools.words import POLICIES
from loadspec.protocols.user import User

ROWS, DRAWS, ROUNDS = 1_000_000, 100_000, 5
PAGE = Path(__file__).parent / "POOLS.md"


class File(NamedTuple):
    """A file of a million rows; `options` are those of a Reading."""

    name: str
    what: str
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


FILES = (
    File("prompts.txt", "txt, a prompt a line"),
    File("users.csv", "csv, five columns"),
    File("users.csv", "csv, two columns with types", {"types": (("id", "int"), ("credits", "int"))}),
    File("users.csv", "csv, with weights", {"weight": "weight"}),
    File("quoted.csv", "csv, every third row with quotes and a line break"),
    File("prompts.jsonl", "jsonl, three keys"),
    File("prompts.json", "json, the same as one list"),
)


def make(folder: Path) -> None:
    """The files."""
    chance = random.Random(1)
    countries = [chance.choice(["DE", "FR", "US"]) for _ in range(ROWS)]
    with (folder / "users.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "email", "country", "credits", "weight"])
        rows.writerows([i, f"user{i}@example.com", countries[i], i % 500, 1 + i % 9] for i in range(ROWS))
    with (folder / "quoted.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "prompt"])
        rows.writerows([i, f'a "{i}",\nin ink' if i % 3 == 0 else f"prompt {i}, in oil"] for i in range(ROWS))
    (folder / "prompts.txt").write_text("".join(f"a prompt of some length, number {i}, in ink\n" for i in range(ROWS)))
    items = [json.dumps({"id": i, "prompt": f"a prompt of some length, number {i}", "size": 512}) for i in range(ROWS)]
    (folder / "prompts.jsonl").write_text("\n".join(items))
    (folder / "prompts.json").write_text("[" + ",\n".join(items) + "]")


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds of this process, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def reading(folder: Path, file: File) -> Reading:
    """How a file is read."""
    return Reading("p", str(folder), file.name, Path(file.name).suffix[1:], **file.options)


def draw_price(items: Any, pick: str, weights: Any = ()) -> float:
    """Microseconds of `User.draw`, the best of several rounds."""
    pool = Pool("p", items, pick, 1, 100, weights=weights, at_end="wrap" if pick != "unique" else "stop")
    best = float("inf")
    for _ in range(ROUNDS):
        user = User(7, None, [pool], 0, {})  # type: ignore[arg-type]
        draws = min(DRAWS, len(items) // 100 - 1) if pick == "unique" else DRAWS
        draw, turns = user.draw, range(draws)
        begin = time.process_time()
        for _ in turns:
            draw(0)
        best = min(best, (time.process_time() - begin) / draws)
    return best * 1e6


def files(folder: Path) -> Iterator[str]:
    """The table of files."""
    yield "| a million rows of | size | index (a worker) | check (`validate`, `run` once) | a random draw |"
    yield "|---|---|---|---|---|"
    for file in FILES:
        size = (folder / file.name).stat().st_size
        rows = open_rows(reading(folder, file))
        index = seconds(lambda file=file: open_rows(reading(folder, file)))
        check = seconds(lambda rows=rows: look_through(rows))
        yield (
            f"| {file.what} | {size / 1e6:.0f} MB | {index:.2f} s | {check:.2f} s | "
            f"{draw_price(settle(rows)[0], 'random'):.1f} µs |"
        )


def policies() -> Iterator[str]:
    """The table of policies, over items in memory."""
    yield "| policy | 1 000 rows | 1 000 000 rows |"
    yield "|---|---|---|"
    large = list(range(ROWS))
    for pick in POLICIES:
        prices = []
        for items in (large[:1000], large):
            weights = [1 + i % 9 for i in items] if pick == "weighted" else ()
            prices.append(
                f"{draw_price(items, pick, weights):.2f} µs" if pick != "unique" or len(items) > 1000 else "-"
            )
        yield f"| `{pick}` | {prices[0]} | {prices[1]} |"


_CHILD = """
import sys
from loadspec.pools import Reading, open_rows
rows = open_rows(Reading("p", sys.argv[1], sys.argv[2], sys.argv[3]))
found = [rows[i * 7 % len(rows)] for i in range(200_000)]
del found
print("ready", flush=True)
sys.stdin.read()
"""


def memory(folder: Path, workers: int = 4) -> Iterator[str]:
    """What several processes hold that draw from the same files: private and proportional memory, Linux only."""
    yield f"| a million rows of | alone | each of {workers} | of it private |"
    yield "|---|---|---|---|"
    for name in ("prompts.txt", "users.csv", "prompts.jsonl"):
        alone, _ = _measured(folder, name, 1)
        each, private = _measured(folder, name, workers)
        yield f"| {Path(name).suffix[1:]} | {alone:.1f} MB | {each:.1f} MB | {private:.1f} MB |"


def _measured(folder: Path, name: str, workers: int) -> tuple[float, float]:
    """(proportional, private) megabytes of one of several processes."""
    command = [sys.executable, "-c", _CHILD, str(folder), name, Path(name).suffix[1:]]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(workers)]
    try:
        for child in running:
            assert child.stdout is not None
            child.stdout.readline()
        text = Path(f"/proc/{running[0].pid}/smaps_rollup").read_text()
        values = {line.split(":")[0]: int(line.split()[1]) / 1000 for line in text.splitlines()[1:]}
        return values["Pss"], values["Private_Clean"] + values["Private_Dirty"]
    finally:
        for child in running:
            child.communicate()


def main() -> None:
    """Measure, print, write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        lines = [
            "# What pools cost",
            "",
            f"`python bench/pools.py`, Python {platform.python_version()}, {os.cpu_count()} cores; CPU, best of 3.",
            "",
            "A worker only indexes a file; it is read from end to end once, by whoever starts the run. (A json file is",
            "parsed to be indexed, which is its check too where it has no escapes.) A draw reads its row",
            "from the page cache and parses it.",
            "",
            *files(folder),
            "",
            "Memory, interpreter included (10 MB); the files themselves are in the page cache, once:",
            "",
            *memory(folder),
            "",
            "A draw from items in memory, `User.draw` included:",
            "",
            *policies(),
            "",
        ]
    PAGE.write_text("\n".join(lines))
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
