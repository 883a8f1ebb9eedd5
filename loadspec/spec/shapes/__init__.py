"""Load shapes: the keys of a document → one of `loadspec.load`'s executors, by k6's shortcuts.

iterations (+vus, +duration as limit) shares iterations, iterations_per_vu gives each user its own, duration (+vus)
loops users, stages ramps them; rate (+duration) starts iterations, rate_stages ramps that rate; nothing at all is one
iteration of one user.
"""

from __future__ import annotations

from loadspec.spec.shapes.build import build_load, read_rate_stages, read_stages
from loadspec.spec.shapes.keys import COMPANIONS, LOAD_KEYS, OPEN, SHAPES, own_load, replaced
from loadspec.spec.shapes.problems import Problem, problems

__all__ = [
    "COMPANIONS",
    "LOAD_KEYS",
    "OPEN",
    "SHAPES",
    "Problem",
    "build_load",
    "own_load",
    "problems",
    "read_rate_stages",
    "read_stages",
    "replaced",
]
