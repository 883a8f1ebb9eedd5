"""Reports of loadspec, k6 and Locust for the same run: what docs/reports-compared.md is made of.

    .venv/bin/pip install -c constraints.txt -e '.[bench]' && .venv/bin/python docs/make_compared.py FOLDER

The pages go to FOLDER, and what can be counted is printed; what cannot, somebody has to look at.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from make_sample import outage

from bench.tools.base import program
from loadspec.mock import MockConfig, start

ROOT = Path(__file__).parents[1]
USERS, SECONDS = 20, 60
PACED = """\
import sys

sys.path.insert(0, "{tools}")

from locust import between
from locustfile import User


class Paced(User):
    wait_time = between(1, 3)
"""
"""The benchmark's flow, with the think time that the others have."""


def commands(folder: Path, url: str) -> Mapping[str, tuple[list[str], Mapping[str, str]]]:
    """Tool → (its command line, variables that it is given)."""
    spec, script = "specs/image-generation.yaml", "bench/tools/k6_flow.js"
    paced = folder / "paced.py"
    paced.write_text(PACED.format(tools=ROOT / "bench" / "tools"))
    load = ["--vus", str(USERS), "--duration", f"{SECONDS}s", "--report-dir", str(folder), "--run-id", "loadspec"]
    k6 = {"API_BASE": url, "VUS": str(USERS), "DURATION": f"{SECONDS}s", "THINK": "1,3"}
    k6_options = [word for name, value in k6.items() for word in ("--env", f"{name}={value}")]
    locust = ["--headless", "--only-summary", "-u", str(USERS), "-r", str(USERS), "-t", f"{SECONDS}s", "--host", url]
    return {
        "loadspec": ([program("loadspec"), "run", spec, "--env", f"API_BASE={url}", *load], {}),
        "k6": (
            [program("k6"), "run", "--no-usage-report", "--address=", *k6_options, script],
            {
                "K6_WEB_DASHBOARD": "true",
                "K6_WEB_DASHBOARD_PORT": "-1",
                "K6_WEB_DASHBOARD_PERIOD": "2s",
                "K6_WEB_DASHBOARD_EXPORT": str(folder / "k6.html"),
            },
        ),
        "locust": (
            [program("locust"), "-f", str(paced), *locust, "--html", str(folder / "locust.html"), "Paced"],
            {},
        ),
    }


def facts(page: Path) -> str:
    """Size, and how much text there is before any script has run."""
    text = page.read_text(encoding="utf-8")
    body = re.sub(r"(?s)<(script|style|template)\b.*?</\1>|<!--.*?-->", "", text)
    words = re.sub(r"(?s)<[^>]*>", " ", body).split()
    asked = re.findall(r'(?:src|href)="(https?://[^"]+)"', body)
    return (
        f"{page.stat().st_size / 1000:.0f} kB, {len(words)} words without JavaScript, asks elsewhere: {asked or 'no'}"
    )


def main(folder: Path) -> None:
    """Run all three, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for tool in ("loadspec", "k6", "locust"):
        with start(MockConfig(seed=3)) as mock:
            line, variables = commands(folder, mock.url)[tool]
            outage(mock)
            done = subprocess.run(line, cwd=ROOT, env={**os.environ, **variables}, check=False)
        page = folder / "loadspec" / "report.html" if tool == "loadspec" else folder / f"{tool}.html"
        told = facts(page) if page.exists() else "no page"
        sys.stdout.write(f"{tool}: exit code {done.returncode}, {told}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
