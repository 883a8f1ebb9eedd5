"""nginx with a configuration of a test's own, on loopback, ended afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_nginx = pytest.mark.skipif(not (os.environ.get("CI") or shutil.which("nginx")), reason="nginx is missing")
"""Tests that need it are skipped where it is not installed, but not in CI, where they fail."""

CONFIG = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    default_type text/plain;
    client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
{servers}
}}
"""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


@contextmanager
def folder() -> Iterator[Path]:
    """For its files. Not tmp_path: its parents are closed to the user that nginx becomes when root starts it."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@contextmanager
def nginx(where: Path, servers: str, port: int) -> Iterator[None]:
    """nginx with these `server` blocks, listening on `port` when this yields."""
    config = where / "nginx.conf"
    config.write_text(CONFIG.format(folder=where, servers=servers))
    line = ["nginx", "-p", str(where), "-e", str(where / "error.log"), "-c", str(config)]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, start_new_session=True, text=True)
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.communicate()


def _wait(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(1000):
        if process.poll() is not None:
            raise RuntimeError(f"nginx did not start: {process.communicate()[1]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("nginx does not listen")
