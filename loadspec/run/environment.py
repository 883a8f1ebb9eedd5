"""What the report says about the machine and the state of the code."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from loadspec import __version__

_LIBRARIES = ("gevent", "greenlet", "orjson")


def environment() -> dict[str, str]:
    """Label → text. Never the environment variables."""
    facts = {
        "loadspec": __version__,
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processor": _processor(),
        "Usable cores": str(usable_cores()),
        "Libraries": ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        "Git": _git(),
    }
    return {label: text for label, text in facts.items() if text}


def usable_cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # lazily: its imports cost more than its use

    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()


def _git() -> str:
    """`<sha> (branch)`, with a mark if there are changes; empty outside a repository."""

    def ask(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=5, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        sha = ask("rev-parse", "--short=12", "HEAD")
        if not sha:
            return ""
        dirty = ", uncommitted changes" if ask("status", "--porcelain", "--untracked-files=no") else ""
        return f"{sha} ({ask('rev-parse', '--abbrev-ref', 'HEAD')}{dirty})"
    except (OSError, subprocess.TimeoutExpired):
        return ""
