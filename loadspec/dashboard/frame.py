"""The state of a live page as one value, and what of it is new to somebody who has seen an earlier one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from msgspec import Struct, field


class Frame(Struct, frozen=True):
    """`parts`: section → (the number of the frame in which it last changed, its HTML)."""

    number: int = 0
    title: str = ""
    stopping: bool = False
    over: bool = False
    parts: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def followed_by(self, parts: Mapping[str, str], title: str, stopping: bool, over: bool) -> Frame:
        """The next frame. Sections that are what they were keep their number."""
        number = self.number + 1
        known = {name: (at, html) for name, (at, html) in self.parts.items() if parts.get(name) == html}
        return Frame(number, title, stopping, over, {name: known.get(name, (number, parts[name])) for name in parts})

    def since(self, seen: int) -> dict[str, str]:
        """The sections that changed after frame `seen`; after 0, all."""
        return {name: html for name, (at, html) in self.parts.items() if at > seen}


def event(run: str, frame: Frame, seen: int) -> bytes:
    """As a server-sent event (HTML Living Standard, §9.2), for a page that has seen frame `seen`."""
    news = {
        "run": run,
        "title": frame.title,
        "stopping": frame.stopping,
        "over": frame.over,
        "parts": frame.since(seen),
    }
    return b"data: " + orjson.dumps(news) + b"\n\n"  # JSON has no line break, which would end the field


def failed(reason: str) -> bytes:
    """The last event of a page that cannot go on."""
    return b"event: failed\ndata: " + orjson.dumps(reason.encode(errors="replace").decode()) + b"\n\n"
