"""loadspec for notebooks and tests: `load` reads a spec, `run` runs it and gives back what was measured."""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from loadspec.errors import LoadspecError
from loadspec.results import RunResult
from loadspec.run.options import RunOptions, checked_run_id, new_run_id
from loadspec.spec import Loaded, Overrides, SpecError
from loadspec.spec import load as load_file

__all__ = ["Loaded", "LoadspecError", "RunResult", "SpecError", "load", "run"]


def load(
    path: str | Path,
    *,
    profile: str | None = None,
    vus: int | None = None,
    duration: str | float | None = None,
    stages: str | None = None,
    rate: str | None = None,
    rate_stages: str | None = None,
    iterations: int | None = None,
    vars: Mapping[str, str | float] | None = None,
    env: Mapping[str, str] | None = None,
) -> Loaded:
    """Read a spec, with the changes that the options of `loadspec run` can make. Sends nothing.

    `duration` is a text like "30s", or seconds. `env` goes over this process's environment, as `--env` does. What is
    odd about the spec is in `warnings` of what is given back. Raises SpecError, whose `diagnostics` are all that is
    wrong with the file, each with its place.
    """
    overrides = Overrides(
        profile=profile,
        vus=vus,
        duration=duration if duration is None or isinstance(duration, str) else f"{duration}s",
        stages=stages,
        rate=rate,
        rate_stages=rate_stages,
        iterations=iterations,
        vars={name: _yaml(value) for name, value in (vars or {}).items()},
        env=env or {},
    )
    return load_file(path, overrides, os.environ)


def _yaml(value: str | float) -> str:
    """A value as YAML text, as `--var NAME=VALUE` has it; a text is taken for YAML, too."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def run(
    spec: Loaded | str | Path,
    *,
    workers: int = 1,
    seed: int | None = None,
    report_dir: str | Path | None = None,
    run_id: str | None = None,
    progress: bool = False,
    allow_saturated: bool = False,
) -> RunResult:
    """Run a spec (a path is loaded as it stands) in processes of their own → all that was measured, with its verdict.

    A threshold that fails is no error: look at `passed`, `verdict`, `sentence`, `thresholds`, `value(...)`. Report and
    files are written below `report_dir`, or nowhere. `progress` shows on stderr what `loadspec run` shows. Ctrl-C ends
    the load as it does there: its result is INTERRUPTED. Raises LoadspecError where nothing could be run.
    """
    from loadspec.run import run_spec

    loaded = spec if isinstance(spec, Loaded) else load(spec)
    with ExitStack() as stack:
        if report_dir is None:
            report_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix="loadspec-"))
        options = RunOptions(
            report_dir=Path(report_dir),
            run_id=checked_run_id(run_id) if run_id else new_run_id(),
            seed=secrets.randbelow(2**32) if seed is None else seed,
            profile=loaded.profile,
            command="loadspec.run",
            quiet=not progress,
            allow_saturated=allow_saturated,
            workers=workers,
            limits=loaded.limits,
        )
        result, _ = run_spec(loaded.spec, options, None if progress else io.StringIO())
    return result
