"""The system's clock is set back in mid-run: nothing that was measured depends on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support_cli import HANG, Done, environment, run_command

from loadspec.mock import MockProcess

SHIM = Path(__file__).with_name("clock_set_back.c")
SPEC = """\
loadspec: 1
name: clock
env: {API_BASE: {default: "http://127.0.0.1:9"}}
target: {base_url: "{{ env.API_BASE }}"}
endpoints: {login: {method: POST, path: /api/auth/login, json: {email: a@b.c}}}
flow: [call: login]
rate: 50/s
duration: 6s
"""


@pytest.mark.skipif(shutil.which("cc") is None and not os.environ.get("CI"), reason="there is no C compiler")
def test_a_clock_that_is_set_back_changes_no_duration_no_rate_and_no_order(tmp_path: Path, mock: MockProcess) -> None:
    shim, set_back, spec = tmp_path / "shim.so", tmp_path / "set-back", tmp_path / "spec.yaml"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM)], check=True)
    spec.write_text(SPEC)
    fake = {"LD_PRELOAD": str(shim), "CLOCK_SET_BACK": str(set_back)}
    (tmp_path / "r").mkdir()
    line = run_command(tmp_path / "r", spec, "--workers", 2)
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(API_BASE=mock.url, **fake)
    )
    try:
        for _ in range(HANG * 20):
            if mock.stats():
                break
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        set_back.touch()
        stdout, stderr = process.communicate(timeout=HANG)
    finally:
        process.kill()
    done = Done(process.returncode, stdout, stderr, tmp_path / "r")
    assert done.code == 0, stderr
    results = done.results
    assert results["iterations"]["started"] + results["iterations"]["dropped"] == 300
    assert 5.9 <= results["times"]["duration_s"] < 60
    at = results["points"]["at_s"]
    assert at == sorted(at)
    assert [event["at_s"] for event in results["events"]] == sorted(event["at_s"] for event in results["events"])
    latency = results["metrics"]["http_req_duration"]["total"]
    assert latency["min"] >= 0
    assert latency["max"] < 60_000
