"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from loadspec.errors import OutputError


def attempt(*steps: Callable[[], Iterable[Path]]) -> tuple[list[Path], OutputError | None]:
    """Write one thing after another, whatever becomes of those before → the files written, and what failed."""
    written: list[Path] = []
    failed: list[OutputError] = []
    for step in steps:
        try:
            written += step()
        except OutputError as error:
            failed.append(error)
    if not failed:
        return written, None
    return written, OutputError("; ".join(error.message for error in failed), failed[0].hint)


def write_file(path: Path, content: str | bytes) -> Path:
    """Write bytes, or text as UTF-8, beside `path` and rename it into place. Raises OutputError.

    Missing folders are made. A link is followed; what is no regular file (a pipe, /dev/stdout) is written to as it is.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
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


def try_file(path: Path) -> None:
    """Find out whether a file could be written, and leave everything as it is. Raises OutputError."""
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if path.exists() and not path.is_file():
            with open(path, "ab" if not path.is_fifo() else "rb+", buffering=0):
                return
        probe = path.resolve().with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            probe.write_bytes(b"x" * 4096)
        finally:
            probe.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(f"cannot write {path}: {reason}", "name a file in a folder that is there") from None


def try_folder(path: Path) -> None:
    """The same of a folder of files, whose own folder is there. Raises OutputError."""
    if path.exists() and not path.is_dir():
        raise OutputError(f"cannot write {path}: it is a file", "name a folder")
    try_file((path if path.exists() else path.parent) / "probe")


def make_folder(path: Path) -> None:
    """Raises OutputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot make the folder {path}: {error}") from None


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
