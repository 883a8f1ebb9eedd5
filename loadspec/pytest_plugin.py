"""A spec as a test: files that fit `loadspec_files` are collected by pytest, and fail unless their run passes.

Nothing is collected before `loadspec_files` is set, so that nobody puts load on anything by accident. The fixture
`loadspec_run` is there in any case: `loadspec.run`, for tests that look at figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings `loadspec_files` and `loadspec_reports`, and the options of the same names."""
    group = parser.getgroup("loadspec", "specs as load tests")
    group.addoption("--loadspec-files", action="append", metavar="PATTERN", help="specs that are tests: '*.load.yaml'")
    group.addoption("--loadspec-reports", metavar="DIR", help="where their runs write; nowhere if not given")
    parser.addini("loadspec_files", "patterns of specs that are tests, for example *.load.yaml", type="args")
    parser.addini("loadspec_reports", "where runs of specs write; nowhere if not given")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """A file whose name fits one of the patterns, or that is named on the command line and fits."""
    patterns = parent.config.getoption("loadspec_files") or parent.config.getini("loadspec_files")
    if any(fnmatch(file_path.name, pattern) for pattern in patterns):
        return SpecFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def loadspec_run() -> Callable[..., Any]:
    """`loadspec.run`: takes a spec or what `loadspec.load` made of it, gives back a RunResult."""
    from loadspec import run

    return run


class SpecFile(pytest.File):
    """A spec; its test is its run."""

    def collect(self) -> Iterator[SpecItem]:
        """One test."""
        yield SpecItem.from_parent(self, name=self.path.name.partition(".")[0])


class SpecItem(pytest.Item):
    """Fails unless the run passes, and then shows the summary instead of a traceback."""

    def runtest(self) -> None:
        """Run the spec. Raises SpecFailed, or LoadspecError where nothing could be run."""
        from loadspec import run
        from loadspec.errors import ExitCode

        result = run(self.path, report_dir=self._reports())
        self.add_report_section("call", "loadspec", _summary(result))
        self.user_properties.append(("loadspec_run_id", result.run_id))
        if result.exit_code == ExitCode.INTERRUPTED:  # whoever pressed Ctrl-C wants no further load either
            self.session.shouldstop = f"{self.name}: {result.sentence}"
        if not result.passed:
            raise SpecFailed(_summary(result))

    def _reports(self) -> str | None:
        config = self.config
        return config.getoption("loadspec_reports") or config.getini("loadspec_reports") or None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **named: Any) -> Any:
        """What a person can do something about: the summary, or the diagnostics of a spec that is wrong."""
        from loadspec.errors import LoadspecError

        if isinstance(excinfo.value, SpecFailed):
            return str(excinfo.value)
        if isinstance(excinfo.value, LoadspecError):
            from loadspec.cli.errors import text_of

            return text_of(excinfo.value, False)
        return super().repr_failure(excinfo, *args, **named)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test is, for pytest's lines."""
        return self.path, None, f"load test: {self.name}"


class SpecFailed(Exception):  # noqa: N818 - what happened
    """The run did not pass; the text is its summary."""


def _summary(result: Any) -> str:
    from loadspec.ui import summary

    return summary(result, "compact", False, 100)
