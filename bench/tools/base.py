"""What the harness and a load generator tell each other."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPECS = HERE.parent / "specs"


@dataclass(frozen=True, slots=True)
class Job:
    """One run to make. All users start at once if `ramp` is 0, else evenly over its seconds; `seconds` is the whole."""

    spec: str
    """Stem of the loadspec file; the others build the same from the fields below."""
    url: str
    folder: Path
    """Scratch space of this run."""
    users: int
    seconds: int
    ramp: int = 0
    variant: str = "plain"
    """Which of the server's variants answers: plain, gzip, tls or http2."""
    think: tuple[int, int] = (0, 0)
    """Seconds between two iterations, drawn evenly; (0, 0) is none."""

    @property
    def gzip(self) -> bool:
        """Whether compressed answers are asked for."""
        return self.variant == "gzip"

    @property
    def encrypted(self) -> bool:
        """Whether the server is reached over TLS, with a certificate that nobody vouches for."""
        return self.variant in ("tls", "http2")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a tool says about its own run; latencies in ms, by its own clock."""

    requests: int
    p50: float
    p99: float
    failures: int
    """Failed checks, or failed requests where the tool has no checks."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One load generator. `parse` reads what a run left in its folder or on stdout; it raises when there is nothing."""

    name: str
    command: Callable[[Job], list[str]]
    parse: Callable[[Job, str], Figures]
    version: Callable[[], str]


def program(name: str) -> str:
    """The program beside this interpreter, else on the PATH, else its bare name."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def package_version(*packages: str) -> Callable[[], str]:
    """A function that says `NAME VERSION` of installed packages; of those that are missing, nothing."""

    def say() -> str:
        found = []
        for name in packages:
            try:
                found.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                continue
        return ", ".join(found)

    return say


def first_line(*command: str) -> Callable[[], str]:
    """A function that runs `command` and returns the first line it prints, on stdout or stderr, without a copyright."""

    def say() -> str:
        answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
        return next(iter((answer.stdout + answer.stderr).splitlines()), "").partition(" Copyright")[0].strip()

    return say
