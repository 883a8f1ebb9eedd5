"""Real servers for the tests: nginx and nghttpd from the system, HTTP/3 by aioquic. Loopback only."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

NGINX = """\
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 500; }}
http {{
  access_log off; client_max_body_size 20m; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/json;
  server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}
  server {{
    listen 127.0.0.1:{port} ssl http2; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    keepalive_requests {keepalive}; http2_max_concurrent_streams {streams};
    location / {{ return 200 '{{"a": 1}}'; add_header Set-Cookie a=1; add_header X-Echo $http_x_echo; }}
    location /missing {{ return 404 '{{}}'; }}
    location /slow {{ proxy_pass http://127.0.0.1:{slow}; }}
  }}
}}
"""


def needs(program: str) -> Any:
    """Skips a test where a program is not installed; in CI it fails instead."""
    there = os.environ.get("CI") or shutil.which(program)
    return pytest.mark.skipif(not there, reason=f"{program} is missing")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A server process, from when it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            if listens(port):
                break
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def folder_with(ca: trustme.CA) -> Iterator[Path]:
    """cert.pem, key.pem and ca.pem, in a folder that the user nginx becomes may read."""
    with tempfile.TemporaryDirectory(prefix="loadspec-server-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        leaf = ca.issue_cert("127.0.0.1")
        leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
        for pem in leaf.cert_chain_pems:
            pem.write_to_path(str(folder / "cert.pem"), append=True)
        ca.cert_pem.write_to_path(str(folder / "ca.pem"))
        yield folder


class Nginx:
    """A running nginx: `accepted` counts the connections that others made."""

    def __init__(self, port: int, status: int) -> None:
        self.port = port
        self._status = status
        self._own = self._count()

    def accepted(self) -> int:
        self._own += 1
        return self._count() - self._own

    def _count(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._status}/") as answer:
            return int(answer.read().split()[7])


@contextmanager
def nginx(folder: Path, slow: int = 9, keepalive: int = 1000, streams: int = 128) -> Iterator[Nginx]:
    port, status = free_port(), free_port()
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, status=status, slow=slow, keepalive=keepalive, streams=streams)
    )
    with running(["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")], port):
        yield Nginx(port, status)


@contextmanager
def nghttpd(folder: Path, tls: bool) -> Iterator[int]:
    port = free_port()
    (folder / "index.html").write_text("hello h2")
    secrets = [str(folder / "key.pem"), str(folder / "cert.pem")] if tls else ["--no-tls"]
    with running(["nghttpd", "-d", str(folder), "-a", "127.0.0.1", "--trailer", "x-sum: 1", str(port), *secrets], port):
        yield port


@contextmanager
def http3(folder: Path) -> Iterator[int]:
    """An HTTP/3 server in a thread of its own; it sends the body back, or "hello h3" where there is none."""
    from aioquic.asyncio import QuicConnectionProtocol, serve
    from aioquic.h3.connection import H3_ALPN, H3Connection
    from aioquic.h3.events import DataReceived, HeadersReceived
    from aioquic.quic.configuration import QuicConfiguration
    from aioquic.quic.events import ProtocolNegotiated

    class Server(QuicConnectionProtocol):
        def quic_event_received(self, event: Any) -> None:
            if isinstance(event, ProtocolNegotiated):
                self.http = H3Connection(self._quic)
                self.bodies: dict[int, bytes] = {}
            for each in self.http.handle_event(event) if hasattr(self, "http") else ():
                if isinstance(each, DataReceived):
                    self.bodies[each.stream_id] = self.bodies.get(each.stream_id, b"") + each.data
                if isinstance(each, DataReceived | HeadersReceived) and each.stream_ended:
                    body = self.bodies.pop(each.stream_id, b"hello h3")
                    self.http.send_headers(each.stream_id, [(b":status", b"200"), (b"set-cookie", b"a=1")])
                    self.http.send_data(each.stream_id, body, end_stream=True)
            self.transmit()

    port = free_port(socket.SOCK_DGRAM)
    configuration = QuicConfiguration(alpn_protocols=H3_ALPN, is_client=False)
    configuration.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
    loop, ready = asyncio.new_event_loop(), threading.Event()
    running_server: list[Any] = []

    async def begin() -> None:
        options: Any = {"configuration": configuration, "create_protocol": Server}
        running_server.append(await serve("127.0.0.1", port, **options))
        ready.set()

    def live() -> None:
        loop.create_task(begin())
        loop.run_forever()

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield port
    loop.call_soon_threadsafe(running_server[0].close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
