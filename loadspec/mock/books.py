"""The server's own count of requests: what a load test's books must equal."""

from __future__ import annotations


class Books:
    """Answers by endpoint and status."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[int, int]] = {}

    def count(self, endpoint: str, status: int) -> None:
        """Count one request whose answer is decided."""
        by_status = self.counts.setdefault(endpoint, {})
        by_status[status] = by_status.get(status, 0) + 1
