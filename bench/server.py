"""The server under load: nginx on one core, with canned answers, so that what is measured is the client.

Each variant is a loopback port with the same two routes: `plain` answers short JSON with a Content-Length, `gzip` 4 kB
of JSON, compressed and chunked; `tls` and `http2` answer as `plain` does, over TLS, the one by HTTP/1.1 and the other
by HTTP/2 only. `/status` on the plain port is nginx's own count of requests, the neutral judge.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import resource
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import cpu_so_far, descendants

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsb2FkdGVzdCJ9.5c0d1b6f3a7e4928"
BODY_SIZE = 4096

VARIANTS: Mapping[str, str] = {"plain": "http", "gzip": "http", "tls": "https", "http2": "https"}
"""Variant → scheme."""

ANSWERS: Mapping[str, tuple[str, int, Mapping[str, str]]] = {
    "login": ("/api/auth/login", 200, {"token": TOKEN}),
    "generate": (
        "/api/images/seedream4/generate",
        202,
        {"session_id": "3f6c2a54-9d0e-4b7b-8a51-0c1d2e3f4a5b", "clientKey": "ck_7d1f0b9a2c"},
    ),
}
"""Route → path, status, body."""

CONFIG = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; multi_accept on; }}
http {{
    access_log off;
    default_type application/json;
    server_tokens off;
    etag off;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
    open_file_cache max=10; open_file_cache_valid 1h;
    server {{
        listen 127.0.0.1:{plain_port} backlog=4096;
        location = /status {{ stub_status; }}
{plain_routes}
    }}
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    server {{
        listen 127.0.0.1:{tls_port} ssl backlog=4096;
{plain_routes}
    }}
    server {{
        listen 127.0.0.1:{http2_port} ssl http2 backlog=4096;
        if ($http2 = "") {{ return 505; }}
{plain_routes}
    }}
    server {{
        listen 127.0.0.1:{gzip_port} backlog=4096;
{gzip_routes}
        # A compressed file, so that nginx does not pay for deflate; sub_filter never matches, but it takes the
        # Content-Length away, so that the answer is chunked.
        location /bodies/ {{
            internal; root {folder}; gzip_static always;
            sub_filter_types application/json; sub_filter "\\\\never in a compressed body\\\\" "";
        }}
    }}
}}
"""
PLAIN_ROUTE = "        location = {path} {{ return {status} '{body}'; }}"
GZIP_ROUTE = "        location = {path} {{ error_page 418 ={status} /bodies/{name}.json; return 418; }}"


@dataclass(frozen=True, slots=True)
class Server:
    """A running nginx: where its variants answer, and its own books."""

    urls: Mapping[str, str]
    pid: int

    def requests(self) -> int:
        """Requests nginx has read since it started, this one left out."""
        with urllib.request.urlopen(f"{self.urls['plain']}/status", timeout=10) as answer:
            return parse_status(answer.read().decode()) - 1

    def cpu(self) -> float:
        """Seconds that master and worker have taken since they started."""
        return cpu_so_far([self.pid, *descendants(self.pid)])


def parse_status(text: str) -> int:
    """nginx's stub_status page → the total of requests, the one for the page included."""
    found = re.search(r"^\s*\d+ \d+ (\d+)\s*$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"not a stub_status page: {text[:80]!r}")
    return int(found[1])


def big_body(values: Mapping[str, str], size: int = BODY_SIZE) -> bytes:
    """A JSON object with `values` among plausible other fields, padded to exactly `size` bytes."""
    draw = random.Random(2)
    words = ["sunset", "skyline", "forest", "lighthouse", "ramen", "lake", "robot", "poster", "queued", "preview"]
    history: list[dict[str, object]] = []
    body = b""
    while True:
        text = json.dumps({**values, "history": history, "note": ""}, separators=(",", ":")).encode()
        if len(text) > size:
            return body[:-2] + b"." * (size - len(body)) + b'"}'
        body = text
        entry = {"id": f"{draw.getrandbits(64):016x}", "tags": draw.sample(words, 3), "cost": draw.randrange(100)}
        history.append(entry)


def config_text(folder: Path, ports: Mapping[str, int], files: int) -> str:
    """The whole nginx configuration: variant → port; `files` is how many descriptors its worker may open."""
    plain = [PLAIN_ROUTE.format(path=p, status=s, body=json.dumps(body)) for p, s, body in ANSWERS.values()]
    zipped = [GZIP_ROUTE.format(path=p, status=s, name=name) for name, (p, s, _) in ANSWERS.items()]
    return CONFIG.format(
        folder=folder,
        files=files,
        connections=files - 64,
        **{f"{variant}_port": port for variant, port in ports.items()},
        plain_routes="\n".join(plain),
        gzip_routes="\n".join(zipped),
    )


def make_certificate(folder: Path) -> None:
    """A certificate for the loopback address, and its key, as nginx reads them."""
    import trustme  # lazily: reading the page's figures needs no cryptography

    issued = trustme.CA().issue_cert("127.0.0.1", "localhost")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    for link in issued.cert_chain_pems:
        link.write_to_path(folder / "cert.pem", append=True)


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


@contextmanager
def running(folder: Path, core: int) -> Iterator[Server]:
    """nginx with its files in `folder`, pinned to `core`, answering when this yields; ended afterwards.

    Raises RuntimeError with nginx's words if it does not start.
    """
    folder.chmod(0o755)  # started by root, nginx reads the bodies as nobody
    (folder / "bodies").mkdir()
    (folder / "tmp").mkdir()
    for name, (_, _, values) in ANSWERS.items():
        (folder / "bodies" / f"{name}.json.gz").write_bytes(gzip.compress(big_body(values), mtime=0))
    make_certificate(folder)
    ports = dict(zip(VARIANTS, free_ports(len(VARIANTS)), strict=True))
    files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65_536)
    config = folder / "nginx.conf"
    config.write_text(config_text(folder, ports, files))
    nginx = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *nginx], stderr=subprocess.PIPE, start_new_session=True, text=True
    )
    try:
        urls = {variant: f"{scheme}://127.0.0.1:{ports[variant]}" for variant, scheme in VARIANTS.items()}
        server = Server(urls, process.pid)
        wait_until_up(server, process)
        yield server
    finally:
        process.terminate()
        process.communicate(timeout=10)


def wait_until_up(server: Server, process: subprocess.Popen[str], seconds: float = 5.0) -> None:
    """Return when `server` answers. Raises RuntimeError if nginx ends or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"nginx did not start: {process.communicate()[1].strip()}")
        try:
            server.requests()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx did not answer on {server.urls['plain']} within {seconds:g} s")
