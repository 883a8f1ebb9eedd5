"""What the mock holds while it runs: the platform and the books, and how both start again."""

from __future__ import annotations

from random import Random

from loadspec.clock import Clock
from loadspec.mock.books import Books
from loadspec.mock.config import MockConfig
from loadspec.mock.platform import Platform
from loadspec.mock.protected import Vault


class State:
    """One running mock. `clock` gives seconds since the epoch and never runs backwards."""

    def __init__(self, config: MockConfig, clock: Clock) -> None:
        self._clock = clock
        self.platform = Platform(config, clock, Random(config.seed))
        self.books = Books()
        self.vault = Vault()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    def reset(self) -> None:
        """Back to the beginning: no sessions, full credits, empty books, the seed's first draw. Settings stay."""
        config = self.platform.config
        self.platform = Platform(config, self._clock, Random(config.seed))
        self.books = Books()
