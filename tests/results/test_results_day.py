"""A day of load, and ten minutes: what is kept stays bounded, in memory and on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadspec.results.journal import rebuild

SCRIPT = Path(__file__).parents[1] / "support_day.py"
DAY = 86_400
MB = 1_000_000


def simulated(seconds: int, requests: int, folder: Path) -> dict[str, Any]:
    line = [sys.executable, str(SCRIPT), str(seconds), str(requests), str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def check(told: dict[str, Any], folder: Path, seconds: int, requests: int) -> None:
    sizes = told["sizes"]
    assert sizes["results.json"] + sizes["report.html"] <= 5 * MB, sizes
    assert sizes["journal"] <= 100 * MB, sizes
    assert "journal.tail" not in sizes
    result = rebuild(folder)
    assert result.stores["load"].total("http_reqs") == 20 * seconds * requests
    assert (result.duration, result.verdict) == (seconds, "PASS")


def test_ten_minutes_take_their_share_of_a_days_bounds(tmp_path: Path) -> None:
    told = simulated(600, 5, tmp_path)
    check(told, tmp_path, 600, 5)
    assert told["sizes"]["journal"] <= 600 * 5_000, "an hour of seconds, and a day of tens, are 100 MB"


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_a_day_of_twenty_endpoints_stays_within_its_bounds(tmp_path: Path) -> None:
    told = simulated(DAY, 10, tmp_path)
    check(told, tmp_path, DAY, 10)
    memory = told["memory"]
    assert max(memory[10:]) <= memory[10] * 1.05, "after the first tenth"
