"""Results: snapshots collected into one `RunResult`, and the verdict on it."""

from loadspec.results.collect import Collector
from loadspec.results.model import RunResult
from loadspec.results.progress import Progress
from loadspec.results.verdict import Facts, judge_run

__all__ = ["Collector", "Facts", "Progress", "RunResult", "judge_run"]
