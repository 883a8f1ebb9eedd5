"""What the report says about the machine and the state of the code."""

from __future__ import annotations

import os
import platform
import subprocess

from loadspec import __version__
from loadspec.ci import job_link
from loadspec.machine import usable_cores, version_of

_LIBRARIES = ("gevent", "greenlet", "orjson")


def environment() -> dict[str, str]:
    """Label → text. Of the environment variables none but what links to the CI job."""
    facts = {
        "loadspec": __version__,
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processor": _processor(),
        "Usable cores": str(usable_cores()),
        "Libraries": ", ".join(f"{name} {version_of(name)}" for name in _LIBRARIES),
        "Git": _git(),
        "CI job": job_link(os.environ),
    }
    return {label: text for label, text in facts.items() if text}


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
