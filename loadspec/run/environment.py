"""What the report says about the machine and the state of the code."""

from __future__ import annotations

import os
import platform
import subprocess

from loadspec import __version__
from loadspec.ci import job_link
from loadspec.doctor.facts import look
from loadspec.doctor.model import Facts
from loadspec.machine import usable_cores, version_of
from loadspec.units import format_count

_LIBRARIES = ("gevent", "greenlet", "orjson")


def environment() -> dict[str, str]:
    """Label → text. Of the environment variables none but what links to the CI job."""
    machine = look()
    facts = {
        "loadspec": __version__,
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processor": _processor(),
        "Usable cores": str(usable_cores()),
        "Limits": limits(machine),
        "Clock": machine.clock,
        "Libraries": ", ".join(f"{name} {version_of(name)}" for name in _LIBRARIES),
        "Git": _git(),
        "CI job": job_link(os.environ),
    }
    return {label: text for label, text in facts.items() if text}


def limits(machine: Facts) -> str:
    """`1 024 open files, up to 20 000; 28 232 ports to connect from`, as far as they are known."""
    told = []
    if machine.files_soft is not None:
        most = machine.files_hard if machine.files_hard != machine.files_soft else None
        told.append(f"{format_count(machine.files_soft)} open files{f', up to {format_count(most)}' if most else ''}")
    if machine.ports:
        told.append(f"{format_count(machine.ports[1] - machine.ports[0] + 1)} ports to connect from")
    if machine.quota is not None:
        told.append(f"the time of {machine.quota:g} cores")
    return "; ".join(told)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()


def _git() -> str:
    """`<sha> (branch)`, with a mark if there are changes; empty outside a repository. No lock is left behind."""
    command = ["git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _git_state(done.stdout) if done.returncode == 0 else ""


def _git_state(status: str) -> str:
    """Of `git status --porcelain=v2 --branch`; empty before the first commit."""
    lines = status.splitlines()
    facts = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
    sha = facts.get("branch.oid", "(initial)")
    if sha == "(initial)":
        return ""
    branch = facts["branch.head"].replace("(detached)", "HEAD")
    dirty = ", uncommitted changes" if any(not line.startswith("#") for line in lines) else ""
    return f"{sha[:12]} ({branch}{dirty})"
