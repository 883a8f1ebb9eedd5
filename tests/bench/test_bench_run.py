from __future__ import annotations

import shutil

import pytest

from bench import run
from bench.cases import cases

ALL = cases(50, 8)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        ([], "RESULTS.md"),
        (["--rounds", "3"], "RESULTS.md"),
        (["--rounds", "5"], None),
        (["--only", "flow"], None),
        (["--seconds", "2"], None),
        (["--only", "flow", "--out", "x.md"], "x.md"),
    ],
)
def test_only_a_full_run_writes_the_results_unasked(argv, name):
    out = run.parse_args(argv).out
    assert (out and out.name) == name


@pytest.mark.parametrize(
    ("only", "kept"),
    [
        ("", {"flow": 4, "flow-gzip": 4, "flow-tls": 3, "flow-http2": 2, "flow-http2-shared": 2, "users-10k": 2}),
        ("flow", {"flow": 4}),
        ("flow,k6", {"flow": 1}),
        (
            "wrk, k6",
            {"flow": 2, "flow-gzip": 2, "flow-tls": 2, "flow-http2": 1, "flow-http2-shared": 1, "users-10k": 1},
        ),
    ],
)
def test_only_keeps_what_it_names(only, kept):
    assert {case.name: len(case.tools) for case in run.select(ALL, only)} == kept


def test_only_refuses_a_name_that_it_does_not_know():
    with pytest.raises(SystemExit, match="not jmeter"):
        run.select(ALL, "flow,jmeter")


@pytest.mark.parametrize("missing", ["nginx", "wrk"])
def test_without_wrk_it_goes_on_without_nginx_it_does_not(missing, monkeypatch, capsys):
    monkeypatch.setattr(run.os, "sched_getaffinity", lambda pid: {0, 1})
    monkeypatch.setattr(shutil, "which", lambda name: None if name.endswith(missing) else f"/usr/bin/{name}")
    if missing == "nginx":
        with pytest.raises(SystemExit):
            run.available(ALL)
    else:
        left = [case.tools for case in run.available(ALL)]
        assert left == [["loadspec", "k6", "locust"]] * 2 + [["loadspec", "k6"]] * 4
    assert "apt-get install nginx wrk" in capsys.readouterr().err


def test_commands_show_no_folder_of_this_machine():
    lines = [line for found in run.command_lines(ALL).values() for line in found]
    assert len(lines) == sum(len(case.tools) for case in ALL if not case.lacks)
    assert [line for line in lines if str(run.ROOT) in line] == []
    assert [line for line in lines if "flow-tls" in line and "https://127.0.0.1:PORT" not in line] == []
    assert lines[0].startswith("loadspec run bench/specs/flow.yaml --env API_BASE=http://127.0.0.1:PORT --quiet")
