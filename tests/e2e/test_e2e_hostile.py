"""A server that answers with injections, and a spec that is called by them: a whole run, and all that it leaves."""

from __future__ import annotations

import csv
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support_cli import run
from support_hostile import TEXTS
from support_pages import browser, keep, opened

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
FOR_HEADERS = re.compile("[^\x20-\x7e]")
"""What no header can carry."""


class Hostile(BaseHTTPRequestHandler):
    """`/n` is answered with the n-th text: as the reason, in a header, in the body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        text = TEXTS[int(self.path[1:])]
        body = json.dumps({"error": text}).encode() + text.encode("utf-8", "surrogatepass")
        plain = FOR_HEADERS.sub("", text)
        self.send_response(500, plain)
        self.send_header("X-Error", plain)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def hostile_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def hostile_spec(path: Path) -> Path:
    """One endpoint and one check for each text, those for terminals first: the page shows samples of the first ones.

    JSON is YAML. Names are what the grammar lets through.
    """
    endpoints = {
        f"e{n}": {"path": f"/{n}", "checks": {f"c{n} {FOR_HEADERS.sub('', text)}".strip(): "status == 200"}}
        for n, text in sorted(enumerate(TEXTS), key=lambda row: "\x1b" not in row[1])
    }
    spec = {
        "loadspec": 1,
        "name": FOR_HEADERS.sub("", TEXTS[0]),
        "env": {"API_BASE": {}},
        "target": {"base_url": "{{ env.API_BASE }}"},
        "endpoints": endpoints,
        "flow": [{"call": name} for name in endpoints],
        "iterations": 2,
        "thresholds": {"http_req_failed": "rate < 1%"},
    }
    path.write_text(json.dumps(spec))
    return path


def test_a_hostile_server_leaves_nothing_that_comes_alive(tmp_path: Path) -> None:
    samples = tmp_path / "samples.csv"
    with hostile_server() as url:
        spec = hostile_spec(tmp_path / "spec.yaml")
        done = run(tmp_path / "runs", spec, "--out", f"csv={samples}", "--summary-mode", "full", url=url)
    assert done.code == 99, done.stderr
    assert len(done.results["errors"]) >= len(TEXTS)
    assert not CONTROL.search(done.stdout + done.stderr)
    for name in ("report.html", "junit.xml", "results.json", "load-performance.json"):
        assert not CONTROL.search((done.run / name).read_text()), name
    assert done.junit.tag == "testsuites"
    with samples.open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r")) or CONTROL.search(cell)]
    with browser() as started, opened(started, (done.run / "report.html").as_uri()) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        keep(seen.page, "report-hostile", tmp_path)
        assert (seen.said, seen.asked) == ([], [])
        assert seen.page.evaluate("window.owned") is None
        assert seen.page.title().endswith("· loadspec")
        assert seen.page.locator("img, iframe, object, form, link, base").count() == 0
        shown = seen.page.locator("main").inner_text()
        assert "<script>" in shown
        assert "\\x1b[2J" in shown, "written out, not dropped"
