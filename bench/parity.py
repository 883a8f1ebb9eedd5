"""`make parity`: the same loads through k6 and loadspec, on one worker and on two; writes bench/PARITY.md.

Ends with 1 where counts differ by more than one.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.parity_cases import CASES, Case  # noqa: E402
from bench.parity_page import Counts, Row, counts_table, of_k6, of_loadspec, page  # noqa: E402
from bench.tools import TOOLS  # noqa: E402
from bench.tools.base import program  # noqa: E402

PATIENCE = 60
WORKERS = (1, 2)


class Server(ThreadingHTTPServer):
    """Answers everything at once, and counts by path."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = Lock()
        self.counts: Counter[str] = Counter()

    def url(self, path: str) -> str:
        """Where requests of one run go."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        with server.lock:
            server.counts[self.path] += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    """A server for the time of the block."""
    with Server() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def run_k6(case: Case, server: Server, path: str, folder: Path) -> Counts:
    """One run of k6. Raises OSError, ValueError or LookupError where it leaves no figures."""
    settings = {
        "SCENARIOS": json.dumps(case.k6),
        "URL": server.url(path),
        "THINK": f"{case.think:g}",
        "MIN_ITERATION_DURATION": f"{case.shortest:g}s",
    }
    summary = folder / "k6.json"
    command = [program("k6"), "run", "--no-usage-report", "--address=", f"--summary-export={summary}"]
    command += [part for name, value in settings.items() for part in ("--env", f"{name}={value}")]
    output = _run([*command, str(ROOT / "bench" / "parity_flow.js")], folder)
    return of_k6(output, json.loads(summary.read_text()), server.counts[path])


def run_loadspec(case: Case, workers: int, server: Server, path: str, folder: Path) -> Counts:
    """One run of loadspec, likewise."""
    spec = folder / "spec.yaml"
    spec.write_text(json.dumps(document(case, server.url(""), path)))  # JSON is YAML
    reports = folder / "reports"
    command = [program("loadspec"), "run", str(spec), "--quiet", "--allow-saturated", "--report-dir", str(reports)]
    _run([*command, "--workers", str(workers)], folder)
    return of_loadspec(json.loads((reports / "latest" / "results.json").read_text()), server.counts[path])


def document(case: Case, base_url: str, path: str) -> dict[str, Any]:
    """The spec of a case."""
    flow = [{"call": "page"}, {"think": f"{case.think * 1000:g}ms"}]
    shortest = {"min_iteration_duration": f"{case.shortest:g}s"} if case.shortest else {}
    return {
        "loadspec": 1,
        "name": case.name,
        "target": {"base_url": base_url},
        "endpoints": {"page": {"path": path}},
        "scenarios": {name: {**shape, "flow": flow} for name, shape in case.loadspec.items()},
        **shortest,
    }


def _run(command: list[str], folder: Path) -> str:
    """What a program printed; it may end as it likes, for what it leaves behind is looked at."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        say(f"{Path(command[0]).name} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout + done.stderr


def compare(number: int, case: Case, server: Server) -> Row:
    """All runs of a case, at the same time: the load is small, and none of them sees the others."""

    def attempt(run: Callable[..., Counts], who: str, *args: Any) -> Counts | None:
        path = f"/{number}/{who}"
        with tempfile.TemporaryDirectory(prefix="parity-") as folder:
            try:
                return run(case, *args, server, path, Path(folder))
            except (OSError, LookupError, ValueError, subprocess.TimeoutExpired) as problem:
                say(f"{case.name}, {who}: {problem}")
                return None

    with ThreadPoolExecutor() as pool:
        k6 = pool.submit(attempt, run_k6, "k6")
        mine = {n: pool.submit(attempt, run_loadspec, f"loadspec-{n}", n) for n in WORKERS}
        return Row(case.name, k6.result(), {n: future.result() for n, future in mine.items()})


def told(case: Case) -> str:
    """What both tools were told, for the page."""
    shortest = [f"shortest iteration: {case.shortest:g} s"] if case.shortest else []
    shapes = {"k6": case.k6, "loadspec": case.loadspec}
    lines = [f"{tool}: {json.dumps(shape)}".replace('"', "") for tool, shape in shapes.items()]
    return "\n".join([f"think: {case.think:g} s", *shortest, *lines])


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    rows = []
    began = datetime.now(UTC)
    with serving() as server:
        for number, case in enumerate(CASES):
            rows.append(compare(number, case, server))
            say(counts_table(rows).splitlines()[-1])
    facts = {
        "date": f"{began:%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "versions": ", ".join(TOOLS[name].version() for name in ("k6", "loadspec")),
    }
    (ROOT / "bench" / "PARITY.md").write_text(page(rows, facts, {case.name: told(case) for case in CASES}))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
