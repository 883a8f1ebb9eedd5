"""Files that are either whole or not there, and the targets of `--out`."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from loadspec.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class Out:
    """One `--out name=target`."""

    name: str
    target: str


def parse_target(text: str, known: Collection[str]) -> Out:
    """`name=target` → Out. Raises UsageError if the name is not known or the target is missing."""
    name, equals, target = text.partition("=")
    name, target = name.strip(), target.strip()
    names = ", ".join(known)
    if name not in known:
        raise UsageError(f"--out knows no `{name}`", f"it knows {names}, as in --out {next(iter(known))}=FILE")
    if not equals or not target:
        raise UsageError(f"--out {name} needs a file", f"write --out {name}=FILE")
    return Out(name, target)


def write_file(path: Path, text: str) -> Path:
    """Write UTF-8 text beside `path` and rename it into place; missing folders are made. Raises OutputError.

    A link is followed; what is no regular file (a pipe, /dev/stdout) is written to as it is.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
        else:
            replace_file(path.resolve(), data)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(
            f"cannot write {path}: {reason}", "free space or permissions may be missing; --report-dir writes elsewhere"
        ) from error
    return path


def replace_file(path: Path, data: bytes) -> None:
    """Readers see the old file or the new one, never a part; a failed attempt leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
