"""The sample report is kept where its run can be trusted."""

from __future__ import annotations

import json
from pathlib import Path
from runpy import run_path

import pytest

KEEP = run_path(str(Path(__file__).parents[2] / "docs" / "make_sample.py"))["keep"]


@pytest.mark.parametrize("limited", [False, True])
def test_a_run_at_the_generators_limit_is_no_sample(limited: bool, tmp_path: Path) -> None:
    run, target = tmp_path / "sample", tmp_path / "sample-report.html"
    run.mkdir()
    (run / "results.json").write_text(json.dumps({"generator_limited": limited}))
    (run / "report.html").write_text("new")
    target.write_text("old")
    if limited:
        with pytest.raises(SystemExit, match="the generator was at its limit"):
            KEEP(run, target)
    else:
        KEEP(run, target)
    assert target.read_text() == ("old" if limited else "new")
    assert not run.exists()
