"""A dashboard without a run, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support_journal import head, records

from loadspec.dashboard.dashboard import Dashboard
from loadspec.results.assemble import assemble
from loadspec.results.head import Head
from loadspec.results.ledger import Ledger
from loadspec.results.model import RunResult

PATIENCE = 30.0


class Shown:
    """A dashboard at a free port; `asked` counts how often the run was asked to end."""

    def __init__(self, own: Head | None = None) -> None:
        self.head = own or head()
        self.ledger = Ledger(self.head.thresholds)
        self.dashboard = Dashboard("127.0.0.1:0")
        self.asked = 0
        self.dashboard.begin(self.head, self._ask)
        self.port = self.dashboard.place.port
        self.host = f"127.0.0.1:{self.port}"

    def _ask(self) -> None:
        self.asked += 1

    def second(self, count: int = 1) -> None:
        """Some seconds of load: the first calls begin it."""
        for record in [*records(count)][: count + 1]:
            self.take(record)

    def take(self, record: Any) -> None:
        self.ledger.take(record)
        self.dashboard.take(record)

    def finish(self) -> RunResult:
        result = assemble(self.head, self.ledger)
        self.dashboard.finish(result)
        return result

    def ask(
        self, path: str = "/", method: str = "GET", host: str | None = None, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        """→ status, body, headers (lower case)."""
        with self.connected(path, method, host, **headers) as sock:
            return split(b"".join(iter(lambda: sock.recv(65536), b"")))

    @contextmanager
    def connected(
        self, path: str, method: str = "GET", host: str | None = None, **headers: str
    ) -> Iterator[socket.socket]:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host if host is None else host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as sock:
            sock.sendall("\r\n".join([*lines, "", ""]).encode())
            yield sock

    def token(self) -> str:
        """The page's."""
        _, body, _ = self.ask()
        return body.partition('data-token="')[2].partition('"')[0]

    @contextmanager
    def events(self) -> Iterator[Iterator[dict[str, Any]]]:
        """The news, one after another; it ends when the stream does."""
        with self.connected("/events") as sock, sock.makefile("rb") as file:
            yield (json.loads(line[6:]) for line in file if line.startswith(b"data: "))


@contextmanager
def shown(own: Head | None = None) -> Iterator[Shown]:
    made = Shown(own)
    try:
        yield made
    finally:
        made.dashboard.close()


def split(data: bytes) -> tuple[int, str, dict[str, str]]:
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    return int(first.split()[1]), body.decode(), {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
