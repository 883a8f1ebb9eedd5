from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from loadspec.clock import FakeClock
from loadspec.mock import MockConfig, MockProcess, start
from loadspec.mock.config import OPTIONS
from loadspec.mock.platform import Platform


class Fake:
    """A platform on a fake clock that starts at 1000 s."""

    def __init__(self, keep: int, **settings: Any) -> None:
        self.clock = FakeClock(1000.0)
        self.config = MockConfig(**{"seed": 1, **settings})
        self.platform = Platform(self.config, self.clock, Random(self.config.seed), keep)


@pytest.fixture
def fake() -> Callable[..., Fake]:
    def build(keep: int = 1000, **settings: Any) -> Fake:
        return Fake(keep, **settings)

    return build


@pytest.fixture(scope="session")
def shared_mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=1)) as process:
        yield process


@pytest.fixture
def mock(shared_mock: MockProcess) -> MockProcess:
    """A mock with the default settings and empty books; one process serves all tests."""
    defaults = MockConfig()
    shared_mock.configure(**{option.field: getattr(defaults, option.field) for option in OPTIONS if option.live})
    shared_mock.reset()
    return shared_mock
