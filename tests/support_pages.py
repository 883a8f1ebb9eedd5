"""Pages in Debian's Chromium, driven by Playwright: any window, any scheme, on paper, with and without scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support_browser import FLAGS, chromium

ROOT = Path(__file__).parents[1]
AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def browser(*flags: str) -> Iterator[Browser]:
    """The browser, without a window; of flags that are given twice Chromium takes the last."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Seen:
    """A page that is open, and all that it said and asked for since."""

    page: Page
    said: list[str] = field(default_factory=list)
    """Console, errors and dialogs."""
    asked: list[str] = field(default_factory=list)
    """Addresses, the page's own left out."""


@contextmanager
def opened(started: Browser, url: str, print_media: bool = False, **context: Any) -> Iterator[Seen]:
    """Open an address in a fresh context, whose options are Playwright's."""
    made = started.new_context(**context)
    seen = Seen(made.new_page())
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("dialog", lambda dialog: (seen.said.append(dialog.message), dialog.dismiss()))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    if print_media:
        seen.page.emulate_media(media="print")
    try:
        seen.page.goto(url)
        seen.asked.remove(url.partition("#")[0])
        yield seen
    finally:
        made.close()


def keep(page: Page, name: str, scratch: Path) -> None:
    """A picture of the whole page, in $SCREENSHOTS where that is set: CI keeps what is there."""
    folder = Path(os.environ.get("SCREENSHOTS") or scratch)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def barriers(page: Page) -> dict[str, list[str]]:
    """What axe-core finds serious or critical: rule → some of the elements. The page's context needs `bypass_csp`."""
    if not AXE.is_file():
        message = "axe-core is missing: run `make axe` (it needs npm)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"]][:3]
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    }
