"""A real Prometheus and a real InfluxDB, from Debian's packages, on loopback, ended afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support_nginx import free_ports


def _needs(program: str) -> pytest.MarkDecorator:
    """Tests that need it are skipped where it is not installed, but not in CI, where they fail."""
    missing = not (os.environ.get("CI") or shutil.which(program))
    return pytest.mark.skipif(missing, reason=f"{program} is missing")


needs_prometheus = _needs("prometheus")
needs_influxdb = _needs("influxd")

_INFLUX = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {auth}
"""


@contextmanager
def prometheus(folder: Path, scrapes: str = "") -> Iterator[str]:
    """Prometheus that takes remote writes, native histograms too, and scrapes `scrapes` (host:port) often → its URL."""
    config = folder / "prometheus.yml"
    jobs = f"scrape_configs: [{{job_name: loadspec, static_configs: [{{targets: ['{scrapes}']}}]}}]" if scrapes else ""
    config.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n{jobs}\n")
    (port,) = free_ports(1)
    line = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/tsdb"]
    line += [f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver"]
    line += ["--enable-feature=native-histograms", "--log.level=warn"]
    with _running(line, folder / "prometheus.log", f"http://127.0.0.1:{port}/-/ready"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def influxdb(folder: Path, auth: bool = False) -> Iterator[str]:
    """InfluxDB 1.x with a database `loadtest` → its URL; with `auth`, its user and password are `tester`, `s3cret`."""
    port, rpc = free_ports(2)
    config = folder / "influxdb.conf"
    config.write_text(_INFLUX.format(folder=folder, port=port, rpc=rpc, auth=str(auth).lower()))
    url = f"http://127.0.0.1:{port}"
    with _running(["influxd", "run", "-config", str(config)], folder / "influxdb.log", f"{url}/ping"):
        if auth:
            influx_query(url, "CREATE USER tester WITH PASSWORD 's3cret' WITH ALL PRIVILEGES")
        influx_query(url, "CREATE DATABASE loadtest", **({"u": "tester", "p": "s3cret"} if auth else {}))
        yield url


def query(url: str, promql: str, at: float | None = None) -> list[dict[str, Any]]:
    """What Prometheus finds, at a moment or now: `metric` and `value` of each series."""
    found = _get(f"{url}/api/v1/query", {"query": promql, **({"time": str(at)} if at is not None else {})})
    assert found["status"] == "success", found
    result: list[dict[str, Any]] = found["data"]["result"]
    return result


def influx_query(url: str, question: str, **parameters: str) -> list[dict[str, Any]]:
    """InfluxDB's series: `name`, `tags`, `columns`, `values`."""
    asked = urllib.parse.urlencode({"q": question, "db": "loadtest", **parameters})
    with urllib.request.urlopen(f"{url}/query?{asked}", data=b"", timeout=20) as answer:
        result = json.load(answer)["results"][0]
    assert "error" not in result, result
    series: list[dict[str, Any]] = result.get("series", [])
    return series


def _get(url: str, parameters: Mapping[str, str]) -> Any:
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(parameters)}", timeout=20) as answer:
        return json.load(answer)


@contextmanager
def _running(line: list[str], log: Path, ready: str) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(line, stdout=out, stderr=out, start_new_session=True)
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            try:
                with urllib.request.urlopen(ready, timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError(f"{line[0]} did not become ready: {log.read_text()}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
