"""What the caller of a run decides beside the spec."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field

from loadspec.errors import UsageError
from loadspec.output_kinds import Out
from loadspec.results.head import Place
from loadspec.spec.limits import Limits

LATEST = "latest"
"""The link to the newest run."""
_RUN_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def new_run_id(now: datetime | None = None) -> str:
    """UTC time and four hex digits: `20261123T175400Z-1f3a`."""
    moment = now or datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def checked_run_id(text: str) -> str:
    """The name of a run's folder. Raises UsageError for what is none, and for that of the link to the newest run."""
    if not re.fullmatch(_RUN_ID, text):
        raise UsageError(f"--run-id `{text}` is no folder name", "use letters, digits, dot, dash and underscore")
    if text.lower() == LATEST:
        raise UsageError(f"--run-id `{text}` is the link to the newest run", "name it otherwise")
    return text


class RunOptions(Struct, frozen=True):
    """How to run a spec. `seed` and `run_id` are chosen where they are not given."""

    report_dir: Path = Path("reports")
    run_id: str = field(default_factory=new_run_id)
    seed: int = field(default_factory=lambda: secrets.randbelow(2**32))
    profile: str | None = None
    command: str = "loadspec run"
    outs: Sequence[Out] = ()
    """What --out asked for."""
    quiet: bool = False
    colour: bool | None = None
    workers: int = 1
    """Processes that share the load, at most: see `run.workers`."""
    log_http: Path | None = None
    """Where every exchange is written."""
    allow_saturated: bool = False
    """A generator at its own limit spoils no verdict: it is told, and thresholds are judged as ever."""
    stop_on_write_error: bool = False
    """A journal that can be written no longer ends the load; else it goes on and is judged as ever."""
    limits: Limits = field(default_factory=Limits)
    """What whoever runs the spec allows; the spec has been held against it."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """A threshold's title → where it stands in the spec."""

    @property
    def directory(self) -> Path:
        """Where this run writes."""
        return self.report_dir / self.run_id
