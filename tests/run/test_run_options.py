"""What the caller of a run decides: the name of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from support_cli import REFERENCE

import loadspec
from loadspec.cli import main
from loadspec.errors import UsageError
from loadspec.run.options import checked_run_id, new_run_id


@pytest.mark.parametrize("text", ["a", "2026-11-30", "v1.2_b", "x" * 100, "latest-2", "not-latest"])
def test_names_of_folders(text: str) -> None:
    assert checked_run_id(text) == text


def test_a_name_of_our_own_is_one() -> None:
    assert checked_run_id(text := new_run_id()) == text


@pytest.mark.parametrize(
    "text", ["..", ".", ".x", "a/b", "../a", "a b", "ä", "x" * 101, "a\n", "-q", "latest", "Latest"]
)
def test_what_is_none_is_refused_on_the_command_line_and_from_python(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        checked_run_id(text)
    done = CliRunner().invoke(main, ["run", str(REFERENCE), f"--run-id={text}", "--report-dir", str(tmp_path / "r")])
    assert (done.exit_code, "Traceback" in done.output) == (2, False)
    with pytest.raises(loadspec.LoadspecError):
        loadspec.run(REFERENCE, run_id=text, report_dir=tmp_path / "r")
    assert [*tmp_path.iterdir()] == []
