"""What the report says about the state of the code."""

from __future__ import annotations

from importlib import metadata

import pytest

from loadspec.doctor.facts import look
from loadspec.doctor.model import Facts
from loadspec.machine import version_of
from loadspec.run.environment import _git_state, environment, limits

SHA = "59ac7dc0123456789abcdef0123456789abcdef0"


@pytest.mark.parametrize(
    ("oid", "head", "more", "said"),
    [
        (SHA, "main", "", "59ac7dc01234 (main)"),
        (SHA, "a/b", "# branch.upstream origin/main\n# branch.ab +0 -3\n", "59ac7dc01234 (a/b)"),
        (SHA, "main", "1 .M N... 100644 100644 100644 aa bb f.py\n", "59ac7dc01234 (main, uncommitted changes)"),
        (SHA, "(detached)", "# stash 2\n", "59ac7dc01234 (HEAD)"),
        ("(initial)", "main", "", ""),
    ],
)
def test_what_git_status_says(oid: str, head: str, more: str, said: str) -> None:
    assert _git_state(f"# branch.oid {oid}\n# branch.head {head}\n{more}") == said


def test_git_is_left_out_where_there_is_no_repository(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    facts = environment()
    assert "Git" not in facts
    assert facts["loadspec"]


def test_the_ci_job_is_told_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "CI job" not in environment()
    monkeypatch.setenv("CI_JOB_URL", "https://gitlab.com/a/-/jobs/1")
    assert environment()["CI job"] == "https://gitlab.com/a/-/jobs/1"


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (Facts(), ""),
        (Facts(files_soft=1024, files_hard=20_000), "1 024 open files, up to 20 000"),
        (Facts(files_soft=99, files_hard=99, ports=(32768, 60999)), "99 open files; 28 232 ports to connect from"),
        (Facts(quota=1.5), "the time of 1.5 cores"),
    ],
)
def test_what_limits_are_told(machine: Facts, said: str) -> None:
    assert limits(machine).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{THIN SPACE}", " ") == said


def test_limits_and_the_clock_of_this_machine_are_told() -> None:
    facts = environment()
    assert "open files" in facts["Limits"]
    assert facts.get("Clock", "") == look().clock


@pytest.mark.parametrize("library", ["gevent", "greenlet", "orjson", "pytest"])
def test_a_version_is_the_one_that_is_installed(library: str) -> None:
    assert version_of(library) == metadata.version(library)


def test_what_is_not_installed_has_no_version() -> None:
    assert version_of("no_such_library") == "?"
