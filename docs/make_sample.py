"""`make sample`: the sample report in reports/, from a run on the mock platform with an outage in the middle."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

from loadspec.mock import MockConfig, start

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "reports" / "sample-report.html"
OUTAGE, RECOVERY = 24.0, 34.0
"""Seconds after the start at which the provider fails, and at which it is back."""


def main() -> None:
    """Run, break the provider meanwhile, keep the report."""
    run = TARGET.with_name("sample")
    with start(MockConfig(seed=3)) as mock:
        threading.Timer(OUTAGE, mock.configure, kwargs={"error_rate": 0.85}).start()
        threading.Timer(RECOVERY, mock.configure, kwargs={"error_rate": 0.0}).start()
        options = ["--var", "await_image=true", "--seed", "3", "--run-id", run.name]
        stages = ["--stages", "10s:10,40s:20,10s:0", "--env", f"API_BASE={mock.url}"]
        spec = str(Path("specs") / "image-generation.yaml")
        subprocess.run([sys.executable, "-m", "loadspec", "run", spec, *options, *stages], cwd=ROOT, check=False)
    shutil.copyfile(run / "report.html", TARGET)
    shutil.rmtree(run)
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
