from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from loadspec.cli import main
from loadspec.cli.init import KINDS, Answers, draft
from loadspec.mock import start
from loadspec.run import run_spec
from loadspec.run.options import RunOptions
from loadspec.spec import Overrides, load_bytes


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_runs_as_it_is_written(kind: str, tmp_path: Path) -> None:
    with start() as mock:
        text = draft(Answers(kind, mock.url, users=2, duration=1))
        loaded = load_bytes(text.encode(), "loadspec.yaml", Overrides(iterations=2))
        assert loaded.warnings == ()
        result, _ = run_spec(loaded.spec, RunOptions(tmp_path, quiet=True, allow_saturated=True))
    assert (result.verdict, result.exit_code) == ("PASS", 0)


@given(
    st.sampled_from(list(KINDS)),
    st.text("abz09/?=&'\"#:{}é-_.%,", min_size=1).filter(lambda text: "{{" not in text),
    st.integers(1, 100_000),
    st.floats(1, 1e6),
)
def test_any_answer_gives_a_valid_spec(kind: str, path: str, users: int, duration: float) -> None:
    loaded = load_bytes(draft(Answers(kind, "http://h:1", "/" + path, users, duration)).encode(), "loadspec.yaml")
    request = list(loaded.spec.endpoints.values())[1 if KINDS[kind].login else 0]
    assert request.path == "/" + path
    (scenario,) = loaded.spec.scenarios
    assert scenario.load.max_vus == users
    assert scenario.load.duration == pytest.approx(duration, abs=0.01)


def run(*arguments: str, input: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["init", *arguments], input=input)
    return result.exit_code, result.output


def test_questions_have_defaults_and_are_asked_again(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    answers = "nothing\nlogin\nno url\nhttp://127.0.0.1:9\n/api/cart\n0\n7\n5\n10s\n"
    code, output = run(str(file), "--ask", input=answers)
    assert code == 0, output
    for told in (
        "`nothing` is none of request, login, job",
        "'no url' does not start with http://",
        "`0` is no number of users",
        "give it a unit",
    ):
        assert told in output
    assert f"loadspec run {file}" in output
    text = file.read_text()
    assert 'name: "shop"' in text
    assert "stages: 2s:7, 7s:7, 1s:0" in text
    assert "- call: cart" in text


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "loadspec.yaml"
    assert run(str(file), "--vus", "3", "--duration", "10s")[0] == 0
    assert "2s:3, 7s:3, 1s:0" in file.read_text()


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "loadspec.yaml"
    file.write_text("mine")
    code, output = run(str(file))
    assert (code, file.read_text()) == (2, "mine")
    assert "--force" in output
    assert run(str(file), "--force")[0] == 0
    assert "loadspec: 1" in file.read_text()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/api/result", "/login", "/null", "/True", "/" + "a" * 3000, "/jobs/1/result?x=y"])
def test_the_main_request_has_a_name_of_its_own(kind: str, path: str) -> None:
    assert load_bytes(draft(Answers(kind, path=path)).encode(), "loadspec.yaml").warnings == ()


def test_the_mock_is_named_only_where_it_would_answer(tmp_path: Path) -> None:
    assert "loadspec mock" in run(str(tmp_path / "a.yaml"), "--ask", input="job\n\n\n\n\n")[1]
    assert "loadspec mock" not in run(str(tmp_path / "b.yaml"), "--ask", input="job\nhttp://127.0.0.1:9\n\n\n\n")[1]


def test_a_full_disk_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "loadspec.yaml"
    file.write_text("mine")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, output = run(str(file), "--force")
    assert (code, file.read_text()) == (94, "mine")
    assert "No space left on device" in output
    assert list(tmp_path.iterdir()) == [file]


def test_a_device_is_written_to_as_it_is() -> None:
    ours, theirs = os.openpty()
    assert run(os.ttyname(theirs), "--force")[0] == 0
    assert b"# Each user sends" in os.read(ours, 100)


def test_to_stdout() -> None:
    code, output = run("-", "--kind", "job")
    assert code == 0
    assert load_bytes(output.encode(), "-").spec.name == "my-api"


def test_the_end_of_the_answers_is_told(tmp_path: Path) -> None:
    code, output = run(str(tmp_path / "s.yaml"), "--ask", input="job\n")
    assert code == 2
    assert "error: there are no more answers\nhelp: --yes takes the defaults\n" in output
    assert not (tmp_path / "s.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["-", "--url", "ftp://x"], 2, "--url: "),
        (["-", "--path", "x"], 2, "--path: `x` is no path"),
        (["-", "--duration", "5"], 2, "give it a unit"),
        (["-", "--duration", "10ms"], 2, "shorter than a second"),
        (["-", "--vus", "0"], 2, "1<=x<=100000"),
        (["nowhere/there/loadspec.yaml"], 94, "cannot be written"),
    ],
)
def test_refused(arguments: list[str], code: int, told: str) -> None:
    exit_code, output = run(*arguments)
    assert (exit_code, told in output) == (code, True), output
