"""An installed Chromium, which prints pages and takes pictures of them. It asks the network for nothing.

A page's own policy has to keep scripts from running, as pages show what servers answered: a browser that is told to run
none prints nothing, and as root it has no sandbox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from loadspec.errors import OutputError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_PATIENCE = 120.0
"""Seconds; a page takes one or two."""
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find_browser(environment: Mapping[str, str] = os.environ) -> str:
    """The program: what CHROME_PATH names, else the first that is installed. Raises OutputError where there is none."""
    named = environment.get("CHROME_PATH")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, (*NAMES, _MAC))), None)
    if found is None:
        why = f"CHROME_PATH names {named}, which is no program" if named else "no Chromium is installed"
        hint = "apt-get install chromium, or let CHROME_PATH name a Chrome or Edge"
        raise OutputError(f"PDF and PNG are made by Chromium: {why}", hint)
    return found


def printed(page: str) -> bytes:
    """An HTML document as PDF. Raises OutputError."""
    return _made(page, "page.pdf", ["--no-pdf-header-footer"], "--print-to-pdf")


def pictured(page: str, width: int, height: int) -> bytes:
    """The first so many pixels of an HTML document as PNG, twice as sharp. Raises OutputError."""
    flags = [f"--window-size={width},{height}", "--force-device-scale-factor=2"]
    return _made(page, "page.png", flags, "--screenshot")


def _made(page: str, target: str, flags: list[str], action: str) -> bytes:
    browser = find_browser()
    with TemporaryDirectory(prefix="loadspec-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / "page.html"
        source.write_text(page, encoding="utf-8", errors="backslashreplace")
        if os.geteuid() == 0:  # as root, Chromium starts without its sandbox or not at all
            flags = [*flags, "--no-sandbox"]
        own = [f"--user-data-dir={folder / 'profile'}", f"{action}={folder / target}", source.as_uri()]
        line = [browser, *_FLAGS, *flags, *own]
        try:
            done = subprocess.run(line, check=False, capture_output=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL)
            return (folder / target).read_bytes()
        except subprocess.TimeoutExpired:
            raise OutputError(f"{browser} took more than {_PATIENCE:.0f} s") from None
        except FileNotFoundError:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise OutputError(f"{browser} made nothing: {said[-1][:300] if said else 'it said nothing'}") from None
        except OSError as error:
            raise OutputError(f"{browser} cannot be used: {error.strerror}") from None
