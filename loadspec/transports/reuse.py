"""`http.no_connection_reuse`: a connection for each request."""

from __future__ import annotations

from functools import cache
from typing import Any

from loadspec.transports.base import KEEP, Deadlines


@cache
def single_use(kind: Any) -> Any:
    """A kind of channel that opens a connection for each exchange and closes it afterwards."""

    class SingleUse(kind):  # type: ignore[misc]  # a class made of a parameter
        __slots__ = ()

        def exchange(self, request: bytes, deadlines: Deadlines, idempotent: bool = False, body: int = KEEP) -> bool:
            answered: bool = super().exchange(request, deadlines, idempotent, body)
            self.disconnect()
            return answered

    return SingleUse
