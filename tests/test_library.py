"""`from loadspec import load, run`: a run from Python, and its result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support_cli import REPOSITORY

import loadspec
from loadspec import LoadspecError, RunResult, SpecError, load, run
from loadspec.metrics import Counter, Rate, Trend
from loadspec.mock import MockConfig, MockProcess, start
from loadspec.thresholds import ThresholdError

HELLO = REPOSITORY / "specs" / "hello.yaml"


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with start(MockConfig(seed=7)) as process:
        yield process


def hello(mock: MockProcess, **changes: object) -> loadspec.Loaded:
    """The smallest spec, for a second."""
    return load(HELLO, env={"API_BASE": mock.url}, **{"duration": 1, **changes})  # type: ignore[arg-type]


def test_importing_it_loads_nothing() -> None:
    code = "import sys, loadspec; print(sorted(n for n in sys.modules if n.startswith(('loadspec.', 'gevent'))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_name_is_there() -> None:
    assert all(hasattr(loadspec, name) for name in loadspec.__all__)
    assert dir(loadspec) == sorted(loadspec.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = loadspec.nothing


def test_packages_of_the_same_name_do_not_hide_functions() -> None:
    code = "import loadspec.load, loadspec.run.run; from loadspec import load, run; print(load.__name__, run.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "load run\n"


def test_a_run_gives_typed_results_and_leaves_no_file(
    mock: MockProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    result = run(hello(mock, vus=3), seed=5, allow_saturated=True)
    assert isinstance(result, RunResult)
    assert result.passed, result.sentence
    assert (result.verdict, result.seed, result.command) == ("PASS", 5, "loadspec.run")
    login = result.value("http_req_duration{endpoint:login}")
    requests = result.value("http_reqs")
    failed = result.value("http_req_failed")
    assert isinstance(login, Trend)
    assert isinstance(requests, Counter)
    assert isinstance(failed, Rate)
    assert login.count == requests.value == failed.total > 0
    assert 0 < login.percentile(50) <= login.percentile(95) <= login.max
    assert msgspec.structs.replace(result, seed=6).seed == 6
    assert msgspec.structs.asdict(result)["verdict"] == "PASS"
    assert list(tmp_path.iterdir()) == []


def test_reports_are_written_where_asked(mock: MockProcess, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(hello(mock), report_dir=tmp_path, run_id="mine", progress=True)
    assert (tmp_path / "mine" / "report.html").is_file()
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "hello" in shown.err


def test_a_failed_threshold_is_a_result(mock: MockProcess, tmp_path: Path) -> None:
    spec = tmp_path / "s.yaml"
    spec.write_text(HELLO.read_text() + "  http_req_duration: p(95) < 1us\n")
    result = run(load(spec, env={"API_BASE": mock.url}, duration="1s"), allow_saturated=True)
    assert not result.passed
    assert (result.verdict, result.exit_code) == ("FAIL", 99)
    assert [row.passed for row in result.thresholds] == [True, False]


def test_a_path_is_loaded_as_it_stands(mock: MockProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_BASE", mock.url)
    monkeypatch.setenv("LOADSPEC_DURATION", "1s")
    assert run(HELLO, allow_saturated=True).passed
    assert run(str(HELLO), allow_saturated=True).passed


def test_what_is_wrong_is_an_error(tmp_path: Path, mock: MockProcess) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("loadspec: 1\nflow: []\n")
    with pytest.raises(SpecError) as caught:
        load(wrong)
    assert caught.value.diagnostics
    assert issubclass(SpecError, LoadspecError)
    result = run(hello(mock), allow_saturated=True)
    with pytest.raises(ThresholdError, match="there is no metric `http_req_durtion`"):
        result.value("http_req_durtion")
    with pytest.raises(ThresholdError, match="there is no endpoint `log`"):
        result.value("http_req_duration{endpoint:log}")


def test_a_profile_and_variables(tmp_path: Path) -> None:
    spec = tmp_path / "s.yaml"
    extra = "vars: {who: a, n: 1, odd: false}\nprofiles: {big: {vus: 7}}\n"
    spec.write_text(HELLO.read_text().replace("anything", "'{{ vars.who }} {{ vars.n }} {{ vars.odd }}'") + extra)
    loaded = load(spec, profile="big", vars={"who": "b", "n": "2", "odd": True})
    assert loaded.spec.document["vars"] == {"who": "b", "n": 2, "odd": True}
    assert (loaded.profile, loaded.spec.document["vus"]) == ("big", 7)


def test_it_runs_in_a_thread(mock: MockProcess) -> None:
    """As notebooks and web servers do: signals are the main thread's."""
    results: list[RunResult] = []
    thread = threading.Thread(target=lambda: results.append(run(hello(mock), allow_saturated=True)))
    thread.start()
    thread.join(60)
    assert [result.passed for result in results] == [True]


def test_ctrl_c_ends_the_load_and_is_a_result(mock: MockProcess) -> None:
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        result = run(hello(mock, duration=60), allow_saturated=True)
    finally:
        timer.cancel()
    assert (result.verdict, result.exit_code) == ("INTERRUPTED", 105)
    assert signal.getsignal(signal.SIGINT) is before
