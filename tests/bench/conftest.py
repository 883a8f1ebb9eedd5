"""The benchmark is no part of the package: it is imported from the repository's root."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


@pytest.fixture
def recorded():
    """Reads what a tool once printed or wrote: two users, one second."""
    return lambda name: (Path(__file__).parent / "fixtures" / name).read_text()
