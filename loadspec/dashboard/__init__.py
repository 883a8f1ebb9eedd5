"""The live page of a run: its report as far as it has come, at an address of this machine, with a button to end it."""

from loadspec.dashboard.address import DEFAULT
from loadspec.dashboard.dashboard import Dashboard

__all__ = ["DEFAULT", "Dashboard"]
