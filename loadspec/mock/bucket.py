"""A token bucket: a steady rate with a burst of one second."""

from __future__ import annotations


class TokenBucket:
    """Lets `rate` takes a second through (None: all of them), and up to one second's worth at once."""

    def __init__(self, rate: float | None, now: float) -> None:
        self.rate = rate
        self._burst = max(1.0, rate or 0.0)
        self._tokens = self._burst
        self._filled = now

    def take(self, now: float) -> float:
        """Take one token: 0 if there was one, else the seconds until there will be."""
        if self.rate is None:
            return 0.0
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self.rate)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.rate
        self._tokens -= 1
        return 0.0
