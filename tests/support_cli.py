"""Runs the program as a user does: a process, its exit code, what it printed, and the files it left."""

from __future__ import annotations

import bz2
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

REPOSITORY = Path(__file__).parents[1]
REFERENCE = REPOSITORY / "specs" / "image-generation.yaml"
HANG = 120
"""Seconds after which a run is a hang; no test judges how long it took."""


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    stdout: str
    stderr: str
    directory: Path

    @property
    def run(self) -> Path:
        """The folder of the only run below the report folder."""
        (run,) = [path for path in self.directory.iterdir() if path.is_dir() and not path.is_symlink()]
        return run

    @property
    def results(self) -> dict[str, Any]:
        """results.json."""
        loaded: dict[str, Any] = json.loads((self.run / "results.json").read_text())
        return loaded

    @property
    def html(self) -> str:
        """report.html."""
        return (self.run / "report.html").read_text()

    @property
    def junit(self) -> ElementTree.Element:
        """junit.xml, parsed."""
        return ElementTree.parse(self.run / "junit.xml").getroot()

    @property
    def texts(self) -> dict[str, str]:
        """Each file of the run as text, the journal unpacked."""
        files = {path.name: path.read_bytes() for path in self.run.iterdir()}
        files["journal"] = bz2.decompress(files["journal"])
        return {name: data.decode() for name, data in files.items()}

    def threshold(self, source: str) -> dict[str, Any]:
        """One threshold's row of results.json."""
        (row,) = [row for row in self.results["thresholds"] if row["source"] == source]
        return dict(row)


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without anything that would change a run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOADSPEC_", "API_", "LOAD_"))}
    return {**kept, "NO_COLOR": "1", **changes}


def command(*arguments: object) -> list[str]:
    """The command line of the program under test."""
    return [sys.executable, "-m", "loadspec", *map(str, arguments)]


def run_command(directory: Path, spec: Path | str, *options: object) -> list[str]:
    """`loadspec run SPEC OPTIONS`; whatever else keeps this machine busy changes no test's outcome."""
    return command("run", spec, "--report-dir", directory, "--allow-saturated", *options)


def run(directory: Path, spec: Path | str, *options: object, url: str = "", **env: str) -> Done:
    """`run_command`, done, with its reports below `directory`; `url` goes into API_BASE."""
    directory.mkdir(exist_ok=True)
    if url:
        env["API_BASE"] = url
    line = run_command(directory, spec, *options)
    done = subprocess.run(line, capture_output=True, text=True, timeout=HANG, env=environment(**env), cwd=directory)
    return Done(done.returncode, done.stdout, done.stderr, directory)


def start(directory: Path, spec: Path | str, *options: object, url: str = "", **env: str) -> subprocess.Popen[str]:
    """The same, still running."""
    directory.mkdir(exist_ok=True)
    if url:
        env["API_BASE"] = url
    return subprocess.Popen(
        run_command(directory, spec, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**env),
        cwd=directory,
    )


def finish(process: subprocess.Popen[str], directory: Path) -> Done:
    """Wait for a started run."""
    try:
        stdout, stderr = process.communicate(timeout=HANG)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Done(process.returncode, stdout, stderr, directory)


def workers_of(parent: int) -> list[int]:
    """The worker processes of a run, in the order in which they were started; none once it has ended."""
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        found = [int(c) for c in children if b"loadspec.fleet.worker" in Path(f"/proc/{c}/cmdline").read_bytes()]
    except OSError:
        return []
    return sorted(found)


def books(done: Done) -> dict[str, int]:
    """What the run says a server must have counted: endpoint → requests of all phases, cut-off ones included."""
    counts: dict[str, int] = {}
    for row in done.results["requests"]["by_endpoint"]:
        counts[row["endpoint"]] = counts.get(row["endpoint"], 0) + row["sent"]
    return counts


def served(stats: dict[str, dict[int, int]]) -> dict[str, int]:
    """What the mock counted: endpoint → requests."""
    return {endpoint: sum(by_status.values()) for endpoint, by_status in stats.items()}
