"""Unix sockets that a spec may reach: a stranger's must not talk to the services of this machine."""

from __future__ import annotations

import os
from pathlib import Path

from loadspec.wire.hosts import HostLimit


def allowed_socket(path: str, folder: str, hosts: HostLimit | None, below: bool = True) -> str | None:
    """The path to connect to, its links resolved; None where that is not allowed.

    Allowed is what `--allow-host` names and, with `below`, what lies below the spec's folder, where relative paths
    begin.
    """
    whole = os.path.abspath(os.path.join(folder, path))
    try:
        real = Path(whole).resolve()
        inside = real.is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError):  # links that lead round and round
        return None
    if (hosts is not None and hosts.names_socket(whole)) or (below and inside):
        return str(real)
    return None
