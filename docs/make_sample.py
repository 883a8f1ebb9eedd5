"""`make sample`: the sample report, from a run on the mock platform with an outage in the middle, and its picture."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from loadspec.mock import MockConfig, MockProcess, start

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "reports" / "sample-report.html"
PICTURE = ROOT / "docs" / "report.png"
WINDOW = 1280, 1000
"""Pixels of the picture: what one sees of the report first."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OUTAGE, RECOVERY = 24.0, 34.0
"""Seconds after the start at which the provider fails, and at which it is back."""


def main() -> None:
    """Run, break the provider meanwhile, keep the report and a picture of it."""
    run = TARGET.with_name("sample")
    with start(MockConfig(seed=3)) as mock:
        outage(mock)
        options = ["--var", "await_image=true", "--seed", "3", "--run-id", run.name]
        stages = ["--stages", "10s:10,10s:20,40s:20,10s:0", "--env", f"API_BASE={mock.url}"]
        spec = str(Path("specs") / "image-generation.yaml")
        subprocess.run([sys.executable, "-m", "loadspec", "run", spec, *options, *stages], cwd=ROOT, check=False)
    keep(run)
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes\n{picture()}\n")


def keep(run: Path, target: Path = TARGET) -> None:
    """Make the run's report the sample, and remove the run; exits where the figures show the generator's own limit."""
    limited = json.loads((run / "results.json").read_bytes())["generator_limited"]
    if not limited:
        shutil.copyfile(run / "report.html", target)
    shutil.rmtree(run)
    if limited:
        sys.exit("the generator was at its limit, so the sample is left as it is: try again on a machine that is idle")


def outage(mock: MockProcess) -> None:
    """Let the provider fail for a while."""
    threading.Timer(OUTAGE, mock.configure, kwargs={"error_rate": 0.85}).start()
    threading.Timer(RECOVERY, mock.configure, kwargs={"error_rate": 0.0}).start()


def picture() -> str:
    """The report's top as a PNG, for the README, by an installed Chromium → what became of it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return f"{PICTURE.relative_to(ROOT)}: left as it is, there is no Chromium"
    size = ",".join(map(str, WINDOW))
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
        line = [browser, *flags, f"--window-size={size}", f"--screenshot={PICTURE}", TARGET.as_uri()]
        subprocess.run(line, capture_output=True, timeout=100, check=True)
    return f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes"


if __name__ == "__main__":
    main()
