"""Shares the builders beside this file with the tests of every package; no property test fails by how long it took."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("loadspec", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loadspec")
