"""A run from end to end: spec in, worker driven, results judged and written."""

from loadspec.run.options import RunOptions
from loadspec.run.run import run_spec

__all__ = ["RunOptions", "run_spec"]
