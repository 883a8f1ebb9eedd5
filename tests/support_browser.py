"""Opens pages in a real Chromium without a window, and tells what it showed, said and asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_OWN = ("google.com", "googleapis.com", "gvt1.com")
"""Where Chromium itself calls home, whatever the page."""


@dataclass(frozen=True)
class Page:
    """What became of a page: its document after loading, its console, and the addresses it asked for."""

    dom: str
    console: list[str]
    asked: list[str]


def chromium() -> str:
    """The browser's path. Without one the test fails in CI and is skipped elsewhere."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        message = "Chromium is missing: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def visit(page: Path, scratch: Path, *flags: str) -> Page:
    """Open a file and wait until it is loaded."""
    log = scratch / "net.json"
    command = [chromium(), *FLAGS, f"--user-data-dir={scratch / 'profile'}", f"--log-net-log={log}", *flags]
    done = subprocess.run([*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=100)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Page(done.stdout, console, _asked(log))


def picture(url: str, scratch: Path, *flags: str) -> bytes:
    """A PNG of the page."""
    image = scratch / "page.png"
    command = [chromium(), *FLAGS, f"--user-data-dir={scratch / 'profile'}", "--window-size=1280,2400", *flags]
    subprocess.run([*command, f"--screenshot={image}", url], capture_output=True, timeout=100, check=True)
    return image.read_bytes()


def _asked(log: Path) -> list[str]:
    text = log.read_text()
    try:
        events = json.loads(text)["events"]
    except json.JSONDecodeError:  # cut off when the browser ended
        events = [{"params": {"url": url}} for url in re.findall(r'"url":"(https?://[^"]+)"', text)]
    urls = {str(event.get("params", {}).get("url", "")) for event in events}
    asked = (url for url in urls if url.startswith(("http://", "https://", "ws")))
    return sorted(url for url in asked if not (urlsplit(url).hostname or "").endswith(_OWN))


MEASURE = """<!doctype html><title>?</title><iframe id=f src="{name}" width="{width}" height="2000" style="border:0">
</iframe><script>onload = () => {{ const d = document.getElementById('f').contentDocument;
document.title = d.documentElement.scrollWidth; }}</script>"""


def scroll_width(page: Path, scratch: Path, width: int) -> int:
    """How wide a page's content is in a window of `width` pixels: wider means that it overflows."""
    frame = page.parent / f"frame-{width}.html"
    frame.write_text(MEASURE.format(name=page.name, width=width))
    dom = visit(frame, scratch, "--allow-file-access-from-files").dom
    found = re.search(r"<title>(\d+)</title>", dom)
    assert found, dom[:300]
    return int(found[1])


JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
"""Jenkins' default policy for what builds leave behind: no script, no inline style."""


@contextmanager
def served(folder: Path, policy: str) -> Iterator[str]:
    """The folder on a loopback port, every file with this Content-Security-Policy."""

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
