"""The main job: the reference spec against the mock platform, in all the ways the issue names."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_cli import REFERENCE, Done, books, run, served

from loadspec.mock import MockProcess

SHORT = "1s:5, 1s:8, 1s:0"
QUICK = ("--stages", SHORT)


def counter(done: Done, name: str) -> int:
    return int(done.results["metrics"][name]["total"]["count"])


def test_the_reference_spec_passes_and_its_books_balance(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path, REFERENCE, *QUICK, url=mock.url)
    assert done.code == 0, done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("✓ PASS")
    assert books(done) == served(mock.stats())
    phases = done.results["requests"]["by_phase"]
    assert phases["setup"]["sent"] == 1
    assert phases["load"]["sent"] == sum(books(done).values()) - 1
    iterations = done.results["iterations"]
    assert iterations["started"] == iterations["completed"] + iterations["interrupted"] > 0
    files = {"report.html", "results.json", "junit.xml", "load-performance.json", "journal", "spec.resolved.yaml"}
    assert {path.name for path in done.run.iterdir()} == files


def test_provider_errors_fail_the_run_and_are_counted(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(error_rate=0.2)
    done = run(tmp_path, REFERENCE, "--stages", "1s:10, 2s:10", "--seed", 1, url=mock.url)
    by_status = mock.stats()["generate"]
    assert counter(done, "provider_errors") == sum(n for status, n in by_status.items() if status >= 500) > 0
    assert counter(done, "credit_errors") == counter(done, "other_errors") == 0
    assert books(done) == served(mock.stats())
    errors = done.threshold("errors: rate < 10%")
    if errors["status"] == "fail":  # a share of few requests: nearly always above a tenth
        assert done.code == 99
        assert "✗ FAIL" in done.stdout.rstrip().split("\n\n")[-1]
        assert "errors" in done.stdout.rstrip().split("\n\n")[-1]
        assert errors["margin_ratio"] < 0
        assert errors["failing_since_s"] is not None
        assert "errors: rate &lt; 10%" in done.html


def test_all_generations_failing_name_threshold_margin_and_time(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(error_rate=1.0)
    done = run(tmp_path, REFERENCE, *QUICK, url=mock.url)
    assert done.code == 99
    verdict = done.stdout.rstrip().split("\n\n")[-1]
    assert verdict.startswith("✗ FAIL")
    assert "100.00%" in done.stdout
    assert "limit" in done.stdout
    assert done.threshold("errors: rate < 10%")["actual"] == 1.0
    assert done.threshold("generation_success: rate > 80%")["actual"] == 0.0
    failures = {case.get("name") for case in done.junit.iter("testcase") if case.find("failure") is not None}
    assert any("errors" in (name or "") for name in failures)
    assert done.results["errors"][0]["kind"] == "status"
    assert "Authorization: ***" in done.results["errors"][0]["sample"]["request"]


def test_credits_that_run_out_are_told_apart(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(credits=5)
    done = run(tmp_path, REFERENCE, *QUICK, url=mock.url)
    stats = mock.stats()["generate"]
    assert stats[202] == 5
    assert counter(done, "credit_errors") == stats[402] > 0
    assert counter(done, "provider_errors") == 0
    assert done.code == 99


def test_no_server_fails_in_setup_with_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, REFERENCE, url="http://127.0.0.1:9")
    assert done.code == 107
    last = done.stdout.rstrip().splitlines()[-1]
    assert "setup failed" in last
    assert "127.0.0.1:9" in last
    assert "Traceback" not in done.stderr
    assert done.results["requests"]["by_phase"]["load"]["sent"] == 0
    assert done.results["verdict"] == "INVALID"


def test_no_server_without_setup_is_never_a_pass(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    text = REFERENCE.read_text()
    start = text.index("\nsetup:")
    spec.write_text(text[:start] + text[text.index("\nflow:") :])
    done = run(tmp_path / "out", spec, "--vus", 2, "--duration", "1s", url="http://127.0.0.1:9")
    assert done.code == 99
    assert "none of" in done.stdout.rstrip().splitlines()[-1]
    assert done.threshold("http_req_duration: p(95) < 30s")["actual"] is None


@pytest.mark.parametrize(
    ("options", "executor", "most"),
    [
        (("--stages", "1s:3,500ms:0"), "ramping-vus", 3),
        (("--vus", "3", "--duration", "1s"), "constant-vus", 3),
        (("--duration", "1s"), "constant-vus", 1),
        (("--profile", "smoke", "--duration", "1s"), "constant-vus", 1),
        (("-s", "500ms:2", "-s", "500ms:0"), "ramping-vus", 2),
        (("--iterations", "3", "--vus", "2"), "shared-iterations", 2),
    ],
)
def test_load_options_do_what_they_say(
    tmp_path: Path, mock: MockProcess, options: tuple[str, ...], executor: str, most: int
) -> None:
    done = run(tmp_path, REFERENCE, *options, url=mock.url)
    assert done.code == 0, done.stdout
    (scenario,) = done.results["scenarios"]
    assert scenario["executor"] == executor
    assert scenario["max_users"] == most
    if "--iterations" in options:
        assert done.results["iterations"]["completed"] == 3


def test_vars_await_the_image(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(service_median=0.05)
    done = run(tmp_path, REFERENCE, "--vus", 2, "-i", 2, "--var", "await_image=true", url=mock.url)
    assert done.code == 0, done.stdout
    waited = done.results["metrics"]["time_to_image"]["total"]
    assert waited["count"] == 2
    assert books(done) == served(mock.stats())
    assert books(done)["image_status"] >= 2


def test_out_writes_the_results_once_more(tmp_path: Path, mock: MockProcess) -> None:
    target = tmp_path / "mine.json"
    done = run(tmp_path / "r", REFERENCE, "-i", 1, "--vus", 1, "--out", f"json={target}", "--quiet", url=mock.url)
    assert done.code == 0
    assert target.read_text() == (done.run / "results.json").read_text()
    assert done.stdout.startswith("PASS: ")
    assert done.stderr == ""


def test_the_secret_is_nowhere(tmp_path: Path, mock: MockProcess) -> None:
    mock.configure(error_rate=1.0)
    done = run(tmp_path, REFERENCE, "--vus", 2, "-i", 3, url=mock.url, LOAD_PASS="geheim-4711-xyz")
    everything = [done.stdout, done.stderr, *done.texts.values()]
    assert all("geheim-4711-xyz" not in text for text in everything)
    assert any("***" in text for text in everything)


@pytest.mark.drill
def test_the_whole_seventy_seconds(tmp_path: Path, mock: MockProcess) -> None:
    done = run(tmp_path, REFERENCE, url=mock.url)
    assert done.code == 0, done.stdout
    assert done.results["times"]["duration_s"] >= 68
    assert books(done) == served(mock.stats())
    assert done.results["iterations"]["interrupted"] == 0
    assert max(done.results["points"]["users"]) == 10
