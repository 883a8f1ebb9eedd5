"""The report: a RunResult as one self-contained HTML page, drawn on this side, readable without JavaScript."""

from loadspec.report.build import build, build_folder, build_paper

__all__ = ["build", "build_folder", "build_paper"]
