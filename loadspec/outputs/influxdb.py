"""`influxdb`: live figures to InfluxDB as lines, by the API of version 1 or 2.

Version 1: `http://HOST:8086/DATABASE`, as with k6. Version 2: `http://HOST:8086` with `org`, `bucket` and `token`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import unquote, urlencode, urlsplit

from msgspec.structs import replace

from loadspec.outputs.line_protocol import lines
from loadspec.outputs.posting import Poster
from loadspec.outputs.settings import figures_of, period_of, wrong
from loadspec.outputs.target import Target
from loadspec.outputs.tick import Tick
from loadspec.results.head import Head

_BATCH = 5000
"""Lines of one request, as InfluxData advises."""


class InfluxDB:
    """Posts each tick's lines. What is sent again after an error overwrites itself."""

    def __init__(self, target: Target, _head: Head) -> None:
        self.period = period_of(target, 1)
        self._figures = figures_of(target)
        self._prefix = str(target.options.get("prefix", ""))
        self._poster = Poster(writing(target), content_type="text/plain; charset=utf-8")

    def send(self, tick: Tick) -> None:
        """See `pump.LiveOutput`."""
        for body in batches(lines(tick, self._figures, self._prefix), _BATCH):
            self._poster.post(body)

    def close(self) -> None:
        """Hang up."""
        self._poster.close()


def batches(every: Iterable[str], size: int) -> Iterator[bytes]:
    """Bodies of so many lines."""
    left = iter(every)
    while batch := list(islice(left, size)):
        yield "\n".join(batch).encode()


def writing(target: Target) -> Target:
    """The URL that takes lines. Raises LoadspecError (104) where database or bucket is missing."""
    parts, options = urlsplit(target.text), dict(target.options)
    asked = {"precision": "ms"}
    if "bucket" in options:
        asked |= {"org": str(options.get("org", "")), "bucket": str(options["bucket"])}
        path = parts.path.rstrip("/") + "/api/v2/write"
        if token := options.pop("token", None):
            options["headers"] = {"Authorization": f"Token {token}", **options.get("headers", {})}
    else:
        before, _, database = parts.path.rstrip("/").rpartition("/")
        if not database:
            raise wrong(target, "url", "the URL names no database, as http://127.0.0.1:8086/DATABASE does")
        asked["db"] = unquote(database)
        path = before + "/write"
    url = parts._replace(path=path, query="&".join(filter(None, (parts.query, urlencode(asked))))).geturl()
    return replace(target, text=url, options=options)
