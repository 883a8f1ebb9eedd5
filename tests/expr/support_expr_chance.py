"""A user's chance that tests can read: 64 bits a call, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable


def chance(seed: int = 1) -> Callable[[], int]:
    generator = random.Random(seed)
    return lambda: generator.getrandbits(64)
