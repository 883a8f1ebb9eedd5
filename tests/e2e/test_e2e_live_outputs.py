"""Live outputs of real runs: what a server is sent, and that one which fails, hangs or is slow changes no load."""

from __future__ import annotations

import bz2
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support_cli import Done, books, finish, run, served, start
from support_databases import influx_query, influxdb, needs_influxdb, needs_prometheus, prometheus, query
from support_nginx import free_ports

from loadspec.mock import MockProcess

SPEC = """\
loadspec: 1
name: watched
env: {{API_BASE: {{default: "http://127.0.0.1:9"}}, SECRET: {{default: "", secret: true}}}}
target: {{base_url: "{{{{ env.API_BASE }}}}"}}
endpoints:
  credits: {{path: /api/credits, expected_statuses: [401]}}
flow: [call: credits]
rate: 40/s
duration: {seconds}s
thresholds: {{http_req_failed: rate < 50%}}
outputs: {outputs}
"""


def spec(folder: Path, outputs: object = None, seconds: int = 3) -> Path:
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(outputs=json.dumps(outputs or {}), seconds=seconds))
    return path


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted: (path, headers, body); answers `status` after `delay` seconds."""

    daemon_threads = True

    def __init__(self, status: int = 204, delay: float = 0.0) -> None:
        self.posted: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.delay = status, delay
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.posted.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.server.released.wait(self.server.delay)
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(status: int = 204, delay: float = 0.0) -> Iterator[Receiver]:
    server = Receiver(status, delay)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def all_that_is_left(done: Done) -> str:
    """What a run printed and wrote, its journal's compressed segments too."""
    files = [path.read_bytes() for path in sorted(done.run.rglob("*")) if path.is_file()]
    plain = [bz2.decompress(data) if data.startswith(b"BZh") else data for data in files]
    return done.stdout + done.stderr + "".join(data.decode("utf-8", "replace") for data in plain)


def warnings(done: Done) -> list[str]:
    return [str(text) for text in done.results["warnings"]]


def requests(done: Done) -> int:
    return sum(row["sent"] for row in done.results["requests"]["by_endpoint"])


def unharmed(done: Done, mock: MockProcess, seconds: int = 3) -> None:
    """The load was all that was planned, on time, and the books balance."""
    assert done.code == 0, done.stderr
    assert books(done) == served(mock.stats())
    assert requests(done) == 40 * seconds
    assert done.results["iterations"]["dropped"] == 0


@needs_prometheus
@needs_influxdb
def test_what_databases_hold_is_what_the_results_say(tmp_path, mock):
    (tmp_path / "p").mkdir()
    (tmp_path / "i").mkdir()
    with prometheus(tmp_path / "p") as metrics, influxdb(tmp_path / "i", auth=True) as lines:
        inflow = lines.replace("//", "//tester:s3cret@") + "/loadtest"
        outs = ("--out", f"prometheus-rw={metrics}/api/v1/write", "--out", f"influxdb={inflow}")
        done = run(tmp_path / "r", spec(tmp_path), *outs, url=mock.url)
        unharmed(done, mock)
        (total,) = query(metrics, "sum(max_over_time(loadspec_http_reqs_total[5m]))")
        (users,) = query(metrics, "max_over_time(loadspec_vus_max[5m])")
        p99 = query(metrics, "max_over_time(loadspec_http_req_duration_p99[5m])")
        assert query(metrics, "loadspec_http_req_duration_p99") == [], "the run has ended, and its series with it"
        (written,) = influx_query(lines, "SELECT sum(value) FROM http_reqs", u="tester", p="s3cret")
    assert float(total["value"][1]) == requests(done) == written["values"][0][1]
    assert float(users["value"][1]) > 0
    assert p99[0]["metric"]["endpoint"] == "credits"
    assert warnings(done) == []
    assert "s3cret" not in all_that_is_left(done)


def test_a_statsd_server_is_sent_each_second(tmp_path, mock):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.01)
        place = f"127.0.0.1:{server.getsockname()[1]}"
        done = run(tmp_path / "r", spec(tmp_path, {"statsd": place, "dogstatsd": place}), url=mock.url)
        lines = []
        while True:
            try:
                lines += server.recv(65536).decode().splitlines()
            except TimeoutError:
                break
    unharmed(done, mock)
    plain = [int(line.split(":")[1].split("|")[0]) for line in lines if line.startswith("loadspec.http_reqs:")
             and "|#" not in line]  # fmt: skip
    tagged = [line for line in lines if line.startswith("loadspec.http_reqs:") and "|#" in line]
    assert sum(plain) == requests(done)
    assert all("endpoint:credits" in line for line in tagged)
    assert any(line.startswith("loadspec.http_req_duration.p95:") for line in lines)


def test_opentelemetry_is_decoded_by_its_own_messages(tmp_path, mock):
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    with receiving() as collector:
        done = run(tmp_path / "r", spec(tmp_path), "--out", f"otel={collector.url}", url=mock.url)
    unharmed(done, mock)
    assert {path for path, _, _ in collector.posted} == {"/v1/metrics"}
    last = ExportMetricsServiceRequest.FromString(collector.posted[-1][2])
    (resource,) = last.resource_metrics
    assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "loadspec"
    metrics = {metric.name: metric for metric in resource.scope_metrics[0].metrics}
    sums = metrics["loadspec.http_reqs"].sum
    assert (sums.is_monotonic, sums.aggregation_temporality) == (True, 2)
    assert sum(point.as_double or point.as_int for point in sums.data_points) == requests(done)
    (point,) = metrics["loadspec.http_req_duration"].exponential_histogram.data_points
    assert metrics["loadspec.http_req_duration"].unit == "s"
    assert point.count == sum(point.positive.bucket_counts) + point.zero_count == requests(done)
    base = 2**2**-point.scale
    low, high = base**point.positive.offset, base ** (point.positive.offset + len(point.positive.bucket_counts))
    assert low / 1.01 <= point.min <= point.max <= high * 1.01


@pytest.mark.parametrize(
    ("status", "why"), [(500, "answered 500"), (400, "answered 400"), (302, "a redirect, which is not followed")]
)
def test_a_server_that_answers_with_an_error_is_told_once_and_counted(tmp_path, mock, status, why):
    with receiving(status) as server:
        done = run(tmp_path / "r", spec(tmp_path), "--out", f"influxdb={server.url}/db", url=mock.url)
    unharmed(done, mock)
    (warning,) = warnings(done)
    assert warning.startswith("influxdb: ")
    assert "snapshots were not sent" in warning
    assert why in warning
    (event,) = [event["text"] for event in done.results["events"] if event["text"].startswith("influxdb")]
    assert event.endswith("; the load goes on")
    assert event in done.stderr


def test_nobody_who_listens_is_told_and_the_load_goes_on(tmp_path, mock):
    (port,) = free_ports(1)
    out = f"influxdb=http://user:hunter22@127.0.0.1:{port}/db"
    done = run(tmp_path / "r", spec(tmp_path), "--out", out, "--out", f"statsd=127.0.0.1:{port}", url=mock.url)
    unharmed(done, mock)
    told = warnings(done)
    assert any(text.startswith("influxdb: ") and "not sent: connection refused" in text for text in told)
    assert any(text.startswith("statsd: ") for text in told)
    assert "hunter22" not in "".join((*told, done.stdout, done.stderr, done.html))


def test_a_server_that_never_answers_holds_up_neither_load_nor_end(tmp_path, mock):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and never reads
        out = f"prometheus-rw=http://127.0.0.1:{silent.getsockname()[1]}/write"
        outputs = {"influxdb": {"url": f"http://127.0.0.1:{silent.getsockname()[1]}/db", "patience": "100ms"}}
        done = run(tmp_path / "r", spec(tmp_path, outputs), "--out", out, url=mock.url)
    unharmed(done, mock)
    assert sorted(text.partition(":")[0] for text in warnings(done)) == ["influxdb", "prometheus-rw"]
    assert all("snapshots were not sent: no answer" in text for text in warnings(done))


def test_a_slow_server_gets_all_there_is(tmp_path, mock):
    with receiving(204, delay=0.4) as server:
        outputs = {"influxdb": {"url": f"{server.url}/db", "patience": "60s"}}
        done = run(tmp_path / "r", spec(tmp_path, outputs), url=mock.url)
        lines = b"\n".join(body for _, _, body in server.posted).decode().splitlines()
    unharmed(done, mock)
    values = [line.split(" ")[1] for line in lines if line.startswith("http_reqs,")]
    assert sum(float(value.removeprefix("value=")) for value in values) == requests(done)
    assert warnings(done) == []


NAMES = """import socket, time
known = socket.getaddrinfo
def slow(host, *given, **named):
    if host == "slow.example.com":
        time.sleep(600)
    return known(host, *given, **named)
socket.getaddrinfo = slow
"""


def test_a_name_server_that_takes_for_ever_holds_up_nothing(tmp_path, mock):
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(NAMES)
    outs = ("--out", "influxdb=http://slow.example.com/db", "--out", "statsd=slow.example.com:8125")
    outs += ("--out", "webhook=http://slow.example.com/hook")
    done = run(tmp_path / "r", spec(tmp_path), *outs, url=mock.url, PYTHONPATH=str(tmp_path / "slow"))
    unharmed(done, mock)
    assert sorted(text.partition(":")[0] for text in warnings(done)) == ["influxdb", "statsd"]
    assert "webhook was not told of the verdict: no answer in time" in done.stdout


def test_a_second_signal_waits_for_no_output(tmp_path, mock):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outputs = {"influxdb": {"url": f"http://127.0.0.1:{silent.getsockname()[1]}/db", "patience": "100s"}}
        process = start(tmp_path / "r", spec(tmp_path, outputs, seconds=60), url=mock.url)
        while not any(mock.stats().values()):
            time.sleep(0.05)
        silent.accept()
        process.terminate()
        time.sleep(0.3)
        process.terminate()
        done = finish(process, tmp_path / "r")
    assert done.code == 105
    assert any("influxdb" in text for text in warnings(done))


def test_the_verdict_is_posted_and_slack_is_told(tmp_path, mock):
    with receiving(200) as server:
        outputs = {"webhook": f"{server.url}/hook/sesame-abc", "slack": "{{ env.SECRET }}"}
        done = run(tmp_path / "r", spec(tmp_path, outputs, 1), url=mock.url, SECRET=f"{server.url}/services/T0/B0/xyz")
    unharmed(done, mock, 1)
    posted = {path: json.loads(body) for path, _, body in server.posted}
    verdict = posted["/hook/sesame-abc"]
    assert (verdict["verdict"], verdict["exit_code"], verdict["requests"]) == ("PASS", 0, 40)
    assert verdict["thresholds"][0]["threshold"] == "http_req_failed: rate < 50%"
    assert posted["/services/T0/B0/xyz"]["text"] == "PASS: watched"
    everything = all_that_is_left(done)
    assert "sesame-abc" not in everything
    assert "T0/B0/xyz" not in everything


def test_who_cannot_be_told_is_a_warning(tmp_path, mock):
    with receiving(403) as server:
        done = run(tmp_path / "r", spec(tmp_path, {"slack": f"{server.url}/services/T0/B0/xyz"}, 1), url=mock.url)
    unharmed(done, mock, 1)
    host = server.url.removeprefix("http://")
    assert f"slack was not told of the verdict: {host} answered 403" in done.stdout
    assert "B0/xyz" not in done.stdout + done.stderr


def scrape(port: int, accept: str = "*/*") -> tuple[str, str]:
    """(content type, body), as soon as the load is under way."""
    while True:
        try:
            asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"accept": accept})
            with urllib.request.urlopen(asked, timeout=20) as answer:
                kind, body = answer.headers["content-type"], answer.read().decode()
        except OSError:  # nobody listens yet
            body = ""
        if "http_reqs" in body:
            return kind, body
        time.sleep(0.05)


def test_figures_are_scraped_while_the_load_runs(tmp_path, mock):
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as openmetrics

    (port,) = free_ports(1)
    process = start(tmp_path / "r", spec(tmp_path, {"prometheus": f"127.0.0.1:{port}"}), url=mock.url)
    kind, new = scrape(port, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    old_kind, old = scrape(port)
    done = finish(process, tmp_path / "r")
    unharmed(done, mock)
    assert kind.startswith("application/openmetrics-text; version=1.0.0")
    assert old_kind.startswith("text/plain; version=0.0.4")
    for families in (
        {f.name: f for f in openmetrics.text_string_to_metric_families(new)},
        {f.name: f for f in parser.text_string_to_metric_families(old)},
    ):
        assert families["loadspec_http_reqs"].type == "counter"
        assert 0 < sum(sample.value for sample in families["loadspec_http_reqs"].samples) <= requests(done)
        assert families["loadspec_http_req_duration_seconds"].type == "summary"
        assert families["loadspec_vus_max"].samples[0].value > 0
    assert warnings(done) == []


@needs_prometheus
def test_a_real_prometheus_scrapes_it(tmp_path, mock):
    (port,) = free_ports(1)
    (tmp_path / "p").mkdir()
    with prometheus(tmp_path / "p", scrapes=f"127.0.0.1:{port}") as metrics:
        out = ("--out", f"prometheus=127.0.0.1:{port}")
        process = start(tmp_path / "r", spec(tmp_path, seconds=60), *out, url=mock.url)
        while not (total := query(metrics, "sum(max_over_time(loadspec_http_reqs_total[5m]))")):
            assert process.poll() is None
            time.sleep(0.1)
        process.terminate()
        done = finish(process, tmp_path / "r")
    assert done.code == 105
    assert 0 < float(total[0]["value"][1]) <= requests(done)


def test_a_port_that_is_taken_is_found_before_the_load(tmp_path, mock):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        out = f"prometheus=127.0.0.1:{taken.getsockname()[1]}"
        done = run(tmp_path / "r", spec(tmp_path), "--out", out, url=mock.url)
    assert done.code == 94
    assert "address already in use" in done.stderr
    assert mock.stats() == {}


@pytest.mark.parametrize(
    ("outputs", "why"),
    [
        ({"prometheus": "0.0.0.0:9464"}, "other machines could ask there"),
        ({"influxdb": "http://127.0.0.1:8086"}, "names no database"),
        ({"otel": {"url": "http://127.0.0.1:4318", "temporality": "both"}}, "neither cumulative nor delta"),
        ({"prometheus-rw": {"url": "http://127.0.0.1:9090", "trend_stats": "p95"}}, "`p95` is no figure of a trend"),
    ],
)
def test_what_cannot_be_is_said_before_the_load(tmp_path, mock, outputs, why):
    done = run(tmp_path / "r", spec(tmp_path, outputs), url=mock.url)
    assert done.code == 104
    assert why in done.stderr
    assert mock.stats() == {}
