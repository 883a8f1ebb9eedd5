"""The plan: a spec compiled to closures, byte templates and a load schedule. It knows no sockets and no time of day."""

from loadspec.plan.compile import compile_plan
from loadspec.plan.model import Flow, Phase, Plan, ScenarioPlan

__all__ = ["Flow", "Phase", "Plan", "ScenarioPlan", "compile_plan"]
