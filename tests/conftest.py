"""Shares the builders beside this file with the tests of every package; no property test fails by how long it took."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a script's `&`: programs under test would ignore it, too
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("loadspec", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loadspec")
