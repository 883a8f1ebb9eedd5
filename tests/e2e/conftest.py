"""A mock platform for the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loadspec.mock import MockConfig, MockProcess, start


@pytest.fixture
def mock() -> Iterator[MockProcess]:
    """A fresh mock platform: nothing counted yet."""
    with start(MockConfig(seed=7)) as process:
        yield process
