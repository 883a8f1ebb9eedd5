"""The file of `--log-http` as the parent sees it: it knows nothing of what the worker writes there."""

from __future__ import annotations

from pathlib import Path

from loadspec.errors import OutputError


def begin_log(path: Path) -> None:
    """Empty a log before anything is sent, for its owner's eyes. Raises OutputError where it cannot be written."""
    try:
        path.write_bytes(b"")
        if path.is_file():  # what is behind a device, such as /dev/null, is everybody's
            path.chmod(0o600)  # secrets are masked, what the server says about people is not
    except OSError as error:
        help = "name a file in a folder that is there"
        raise OutputError(f"--log-http cannot write to {path}: {error.strerror}", help) from None
