"""How many worker processes run a spec."""

from __future__ import annotations

from collections.abc import Mapping

from loadspec.errors import ExitCode, LoadspecError, UsageError
from loadspec.load import crews_of
from loadspec.machine import cpu_quota, usable_cores, whole_cores
from loadspec.spec.model import Spec, WaitUntilStep, all_steps

VARIABLE = "LOADSPEC_WORKERS"
AUTO = "auto"
_MOST = 256


def workers_asked_for(option: str | None, environ: Mapping[str, str]) -> int:
    """What `--workers` says, else LOADSPEC_WORKERS, else 1. Raises UsageError, or LoadspecError (104) likewise."""
    text, called, joint = (environ.get(VARIABLE, ""), VARIABLE, "=") if option is None else (option, "--workers", " ")
    text = text.strip()
    if text == AUTO:
        return whole_cores(usable_cores(), cpu_quota())
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= _MOST:
        return int(text)
    if option is None and not text:
        return 1
    message = f"{called} takes a number of processes, 1 to {_MOST}, or `{AUTO}`, not `{text[:40]}`"
    hint = f"for example {called}{joint}{AUTO}: as many as there are usable cores"
    if option is None:
        raise LoadspecError(message, hint, ExitCode.INVALID_SPEC)
    raise UsageError(message, hint)


def fleet_size(spec: Spec, asked: int, logs_http: bool = False) -> tuple[int, str]:
    """How many workers run a spec, and why only one does where more were asked for. Each has a user, at least."""
    most = min(asked, max(crew.load.max_vus for crew in crews_of(spec.scenarios)))  # each crew's are dealt out anew
    if most <= 1:
        return 1, ""
    steps = (step for scenario in spec.scenarios for step in all_steps(scenario.flow))
    reason = ""
    if any(isinstance(step, WaitUntilStep) for step in steps):
        reason = "`wait_until` counts the users of one worker"
    elif logs_http:
        reason = "--log-http is written by one worker"
    return (1, f"the load runs on 1 worker instead of {most}: {reason}") if reason else (most, "")
