"""`run_spec` from its first file to its last, with a signal in between."""

from __future__ import annotations

import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from loadspec.run import RunOptions, run_spec
from loadspec.run import run as module
from loadspec.spec import load_bytes

SPEC = """\
loadspec: 1
target: {base_url: "http://127.0.0.1:9"}
endpoints: {root: {path: /}}
flow: [{call: root}]
vus: 1
iterations: 1
"""


@pytest.mark.parametrize(
    "moment", ["try_targets", "environment", "live_outputs", "Journal", "_point_latest", "start_fleet"]
)
def test_a_signal_leaves_no_folder_without_results(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment on from which there is a folder."""
    real = getattr(module, moment)

    def interrupted(*args: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        return real(*args)

    monkeypatch.setattr(module, moment, interrupted)
    options = RunOptions(report_dir=tmp_path, run_id="r", seed=1)
    result, files = run_spec(load_bytes(SPEC.encode(), "spec.yaml").spec, options, io.StringIO())
    assert (int(result.exit_code), result.verdict) == (105, "INTERRUPTED")
    assert {"results.json", "junit.xml", "report.html"} <= {path.name for path in files}
    assert json.loads((tmp_path / "r" / "results.json").read_text())["exit_code"] == 105
    assert result.stores["load"].series == {}
