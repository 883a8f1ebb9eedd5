"""Where a live page is: `HOST:PORT` → where to listen, its URL, and who else can look at it. Pure."""

from __future__ import annotations

from typing import NamedTuple

from loadspec.errors import LoadspecError, UsageError
from loadspec.outputs.reach import split_address
from loadspec.wire.addresses import parse_address

DEFAULT = "127.0.0.1:5665"
"""The port of k6's dashboard."""


class Place(NamedTuple):
    """A host (without brackets) and a port, 0 for any that is free."""

    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether no other machine can ask there."""
        address = parse_address(self.host)
        return self.host == "localhost" if address is None else address.is_loopback

    @property
    def url(self) -> str:
        """For a browser of this machine."""
        address = parse_address(self.host)
        host = self.host
        if address is not None and address.is_unspecified:
            host = "::1" if address.version == 6 else "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def warning(self) -> str:
        """Who else can see the page; empty if nobody."""
        if self.is_local:
            return ""
        return (
            f"whoever reaches {self.host}:{self.port} can see the run, its spec and samples of answers, "
            "and can end it; nothing asks for a password"
        )


def parse_place(text: str) -> Place:
    """Raises UsageError."""
    try:
        host, port = split_address(text, least=0)
    except LoadspecError:
        raise UsageError(f"--dashboard takes HOST:PORT, not `{text}`", f"for example --dashboard {DEFAULT}") from None
    return Place(host.lower(), port)
