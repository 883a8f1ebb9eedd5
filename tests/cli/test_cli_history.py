"""`loadspec history`: the list, the page with trends, and pruning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from support_results import make_result

from loadspec.cli import main
from loadspec.outputs.results_json import render


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["history", *map(str, arguments)])


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs of two specs, the newest with a hostile name."""
    for number, name in enumerate(("images", "images", "<b>\x1b[31mnews\u202e")):
        run = tmp_path / "reports" / f"run-{number}"
        run.mkdir(parents=True)
        result = replace(
            make_result(),
            run_id=run.name,
            spec_name=name,
            started_at=f"2026-04-1{number}T08:09:10.000+00:00",
            environment={"Git": "0123456789ab (main)"},
        )
        (run / "results.json").write_text(render(result))
    (tmp_path / "reports" / "latest").symlink_to("run-2", target_is_directory=True)
    return tmp_path / "reports"


def test_a_line_a_run(runs: Path) -> None:
    told = ask(runs)
    assert told.exit_code == 0, told.output
    head, *lines = told.stdout.splitlines()
    assert head.split() == ["started", "(UTC)", "run", "spec", "verdict", "requests", "rate", "failed", "p95", "git"]
    assert [line.split()[2] for line in lines] == ["run-0", "run-1", "run-2"]
    assert all(" FAIL " in line and line.endswith("01234567") for line in lines)
    assert "\x1b" not in told.stdout
    assert "\u202e" not in told.stdout


def test_some_of_them(runs: Path) -> None:
    assert len(ask(runs, "--spec", "ima*").stdout.splitlines()) == 3
    assert [row["run_id"] for row in json.loads(ask(runs, "--json", "-n", 1).stdout)["runs"]] == ["run-2"]
    assert ask(runs, "--spec", "nothing").stdout == f"no runs in {runs}\n"


def test_for_programs(runs: Path) -> None:
    document = json.loads(ask(runs, "--json").stdout)
    assert (document["loadspec"], document["version"]) == ("history", 1)
    row = document["runs"][0]
    assert row["verdict"] == "FAIL"
    assert row["started_at"] == "2026-04-10T08:09:10.000+00:00"
    assert row["p95_ms"] > row["p50_ms"] > 0


def test_the_page_has_a_chart_a_spec_with_runs_and_links_to_reports(runs: Path) -> None:
    (runs / "run-1" / "report.html").touch()
    assert ask(runs, "--html", runs / "trend.html").exit_code == 0
    page = (runs / "trend.html").read_text()
    assert page.count('<a href="run-') == 1
    assert '<a href="run-1/report.html">' in page
    assert page.count("<figure") == 3
    assert "<b>\\x1b" not in page
    assert "&lt;b&gt;" in page


def test_an_empty_folder_has_a_page_too(tmp_path: Path) -> None:
    assert ask(tmp_path, "--html", tmp_path / "trend.html").exit_code == 0
    assert "There is no run" in (tmp_path / "trend.html").read_text()


def test_pruning_says_what_it_does(runs: Path) -> None:
    would = ask(runs, "--prune-keep", 1, "--dry-run")
    assert would.stdout == f"would delete {runs / 'run-0'}\n1 run\n"
    assert (runs / "run-0").is_dir()
    assert ask(runs, "--prune-keep", 1).stdout == f"deleted {runs / 'run-0'}\n1 run\n"
    assert sorted(path.name for path in runs.iterdir()) == ["latest", "run-1", "run-2"]


def test_the_link_to_a_run_that_went_goes_too(runs: Path) -> None:
    assert ask(runs, "--prune-older", "1w").exit_code == 0
    assert list(runs.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--prune-older", "soon"], ["--prune-keep", "-1"], ["--last", "0"]])
def test_wrong_usage(runs: Path, arguments: list[str]) -> None:
    told = ask(runs, *arguments)
    assert told.exit_code == 2
    assert len(list(runs.iterdir())) == 4
