"""The engine: greenlets that run a plan. It knows no YAML and no reports."""

from loadspec.engine.bounds import Bounds
from loadspec.engine.engine import Engine
from loadspec.engine.phases import PhaseEnd

__all__ = ["Bounds", "Engine", "PhaseEnd"]
