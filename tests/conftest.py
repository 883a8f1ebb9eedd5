"""Shares the builders beside this file with the tests of every package; no property test fails by how long it took.

`make test` gives each file to one of several workers. Half of the time a test waits, for a run or a browser, so there
are two workers to a core; and the files that wait longest begin first, so that none of them is left for the end.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a script's `&`: programs under test would ignore it, too
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("loadspec", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loadspec")

WORKERS_PER_CORE = 1.5
"""Many tests wait; with two to a core those that mind the time fail now and then."""
LONGEST = ("docs", "e2e", "report", "ui")
"""The folders whose tests start programs, in the order in which they begin."""


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    cores = yield
    return int(WORKERS_PER_CORE * cores)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.path))


def pytest_collection_finish() -> None:
    """What thousands of collected tests are made of is looked through by no later collection of garbage."""
    gc.collect()
    gc.freeze()


def _turn(path: Path) -> int:
    folder = path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)
