"""The load generators: one file and one row each."""

from __future__ import annotations

from collections.abc import Mapping

from bench.tools import k6, loadspec, locust, wrk
from bench.tools.base import Figures, Job, Tool

__all__ = ["TOOLS", "Figures", "Job", "Tool"]

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in (loadspec.TOOL, k6.TOOL, locust.TOOL, wrk.TOOL)}
