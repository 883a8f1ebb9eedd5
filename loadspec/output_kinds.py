"""What `--out NAME=TARGET` and `outputs:` can name: one row for each output. Words only; the code is in `outputs`.

A package adds outputs of its own by the entry-point group `loadspec.outputs`: name → an `Output`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

GROUP = "loadspec.outputs"

Kind = Literal["file", "live", "samples", "notify"]
"""file: `render(result, **options) -> str | bytes`, of a folder a mapping of names to texts, written once at the end.
live: a class, `__init__(target, head)`, `send(tick)`, `close()`; see `outputs.pump.LiveOutput`.
samples: a `samples.Member`, a file of every request.
notify: `tell(result, target)`, called once when all files are written."""

Place = Literal["file", "folder", "url", "address", "listen"]
"""What a target's text is: a file, a folder of files, the URL of a server, `host:port` of one (or unix:/path), or where
to listen."""

PLACES: tuple[Place, ...] = ("file", "folder", "url", "address", "listen")

OptionType = Literal["text", "number", "size", "flag", "duration", "metric", "figures", "texts"]
"""`size` is a whole number above 0, `metric` one with a selector, as thresholds name it, `figures` are a trend's, as
`metrics.figures` reads them, `texts` a mapping of texts."""


class Option(NamedTuple):
    """A setting of an output beside its target."""

    type: OptionType
    about: str
    example: Any = None
    secret: bool = False
    """Whether its value is hidden wherever loadspec writes."""
    among: tuple[str, ...] = ()
    """The texts that it can be; none where it can be any."""


class Output(Struct, frozen=True):
    """One row. `code` is module:name of what makes it; see `Kind`."""

    kind: Kind
    code: str
    about: str
    """One sentence, for help and editors."""
    place: Place = "file"
    example: str = ""
    """A target's text."""
    options: Mapping[str, Option] = field(default_factory=dict)
    needs: tuple[str, str] = ("", "")
    """(module that it cannot do without, how to install it)."""
    secret: bool = False
    """Whether who knows the target may write to it: its path is hidden wherever loadspec writes."""
    suffixes: tuple[str, ...] = ()
    """What a file's name ends in, where it says what is written; `render` is told which, as `suffix`."""
    browser: tuple[str, ...] = ()
    """Names with these endings are written by an installed Chromium; "" is any."""

    @property
    def missing(self) -> str:
        """How to install what it lacks, "" where it lacks nothing."""
        module, install = self.needs
        return install if module and find_spec(module) is None else ""

    @property
    def on_disk(self) -> bool:
        """Whether a target's text is a path."""
        return self.place in ("file", "folder")

    def name_problem(self, text: str) -> str:
        """Why nothing can be written to a file of this name; "" where it can."""
        known = not self.suffixes or text.lower().endswith(self.suffixes)
        return "" if known else f"does not end in {' or '.join(self.suffixes)}"


class Out(Struct, frozen=True):
    """One output that is asked for: by `--out NAME=TEXT`, or by the spec, whose texts may be templates."""

    name: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)
    of_spec: bool = False


class BrokenOutputError(Exception):
    """A package says that it has an output, and does not: the message is a sentence."""


_HTTP = {
    "headers": Option("texts", "Headers to send as well.", {"X-Scope-OrgID": "tenant"}),
    "token": Option("text", "A bearer token.", "{{ env.TOKEN }}", secret=True),
    "insecure_skip_verify": Option("flag", "Whether to accept any certificate."),
}
_LIVE = {
    "period": Option("duration", "How often to send; whole seconds.", "5s"),
    "patience": Option("duration", "How long the end of the run waits for what is not sent yet.", "2s"),
    "prefix": Option("text", "What names of metrics begin with.", "loadtest_"),
}
_TREND_STATS = {
    "trend_stats": Option("figures", "What trends are boiled down to, as k6 spells it.", "avg, p(95), p(99)")
}
_DATAGRAMS = {
    **_LIVE,
    **_TREND_STATS,
    "max_datagram": Option("size", "Bytes of a datagram; 1432 by UDP, 8192 by a Unix socket.", 1432),
}
_TOLD = {**_HTTP, "link": Option("text", "Where to read more; by default the CI job.", "https://ci.example.com/run/7")}

OUTPUTS: dict[str, Output] = {
    "json": Output(
        "file",
        "loadspec.outputs.results_json:render",
        "Everything that was measured, as results.json.",
        example="all.json",
    ),
    "junit": Output(
        "file",
        "loadspec.outputs.junit:render",
        "JUnit XML: a test case for each threshold and check.",
        example="tests.xml",
    ),
    "html": Output("file", "loadspec.outputs.html:render", "The report, one page in one file.", example="page.html"),
    "html-dir": Output(
        "file",
        "loadspec.outputs.html_dir:render",
        "The report as a folder, its style and script beside it, as Jenkins wants it.",
        place="folder",
        example="page",
    ),
    "pdf": Output(
        "file",
        "loadspec.outputs.pdf:render",
        "The report as PDF, printed by an installed Chromium.",
        example="report.pdf",
        browser=("",),
    ),
    "md": Output(
        "file",
        "loadspec.outputs.markdown:render",
        "A summary in Markdown.",
        example="summary.md",
    ),
    "chart": Output(
        "file",
        "loadspec.outputs.chart:render",
        "One picture for a chat: the verdict, headline figures, latency and throughput.",
        example="chart.svg",
        suffixes=(".svg", ".png"),
        browser=(".png",),
    ),
    "csv": Output(
        "samples",
        "loadspec.samples:CSV",
        "A row for each request, as CSV; compressed where the file ends in .gz.",
        example="samples.csv.gz",
    ),
    "jsonl": Output(
        "samples",
        "loadspec.samples:JSONL",
        "Each request, iteration, failed check and other sample, as lines of JSON; compressed where it ends in .gz.",
        example="samples.jsonl.gz",
    ),
    "parquet": Output(
        "samples",
        "loadspec.samples:PARQUET",
        "A row for each request, as Parquet.",
        example="samples.parquet",
        needs=("pyarrow", "pip install 'loadspec[parquet]'"),
    ),
    "openmetrics": Output(
        "file",
        "loadspec.outputs.openmetrics:render",
        "OpenMetrics text, which Prometheus and GitLab read.",
        example="metrics.txt",
    ),
    "k6-summary": Output(
        "file",
        "loadspec.outputs.k6_summary:render",
        "What k6's --summary-export writes; GitLab's load performance report.",
        example="summary.json",
    ),
    "github": Output(
        "file",
        "loadspec.outputs.markdown:render",
        "The same as `md`, which GitHub shows of a job.",
        example="summary.md",
    ),
    "hgrm": Output(
        "file",
        "loadspec.outputs.hgrm:render",
        "The percentiles of a metric, as HdrHistogram writes and plots them.",
        example="latency.hgrm",
        options={"metric": Option("metric", "Of which trend.", "http_req_duration{endpoint:login}")},
    ),
    "benchmark": Output(
        "file",
        "loadspec.outputs.benchmark:render",
        "Figures for github-action-benchmark, which draws their history.",
        example="benchmark.json",
    ),
    "badge": Output(
        "file",
        "loadspec.outputs.badge:render",
        "A badge with the verdict, for shields.io.",
        example="badge.json",
        options={"label": Option("text", "What stands on its left.", "load test")},
    ),
    "prometheus": Output(
        "live",
        "loadspec.outputs.prometheus:PrometheusEndpoint",
        "An address at which Prometheus scrapes live figures while the load runs.",
        place="listen",
        example="127.0.0.1:9464",
    ),
    "prometheus-rw": Output(
        "live",
        "loadspec.outputs.prometheus_rw:PrometheusRemoteWrite",
        "Live figures to a server that takes Prometheus's remote writes.",
        place="url",
        example="http://127.0.0.1:9090/api/v1/write",
        options={
            **_HTTP,
            **_LIVE,
            **_TREND_STATS,
            "native_histograms": Option("flag", "Whether trends are sent as native histograms."),
        },
    ),
    "otel": Output(
        "live",
        "loadspec.outputs.otel:OpenTelemetry",
        "Live figures to an OpenTelemetry collector, by OTLP over HTTP.",
        place="url",
        example="http://127.0.0.1:4318",
        options={
            **_HTTP,
            **_LIVE,
            "temporality": Option("text", "Of sums.", "delta", among=("cumulative", "delta")),
        },
        needs=("opentelemetry", "pip install 'loadspec[otel]'"),
    ),
    "influxdb": Output(
        "live",
        "loadspec.outputs.influxdb:InfluxDB",
        "Live figures to InfluxDB.",
        place="url",
        example="http://127.0.0.1:8086/loadtest",
        options={
            **_HTTP,
            **_LIVE,
            **_TREND_STATS,
            "bucket": Option("text", "The bucket to write to, by the API of version 2.", "loadtest"),
            "org": Option("text", "The organisation of the bucket.", "acme"),
        },
    ),
    "statsd": Output(
        "live",
        "loadspec.outputs.statsd:StatsD",
        "Live figures to a StatsD server.",
        place="address",
        example="127.0.0.1:8125",
        options=_DATAGRAMS,
    ),
    "dogstatsd": Output(
        "live",
        "loadspec.outputs.statsd:DogStatsD",
        "Live figures with tags to a Datadog agent.",
        place="address",
        example="127.0.0.1:8125",
        options=_DATAGRAMS,
    ),
    "webhook": Output(
        "notify",
        "loadspec.outputs.webhook:tell",
        "The verdict as JSON to a URL, when the run has ended.",
        place="url",
        example="https://ci.example.com/hook",
        options=_TOLD,
        secret=True,
    ),
    "slack": Output(
        "notify",
        "loadspec.outputs.slack:tell",
        "The verdict to a Slack channel, when the run has ended.",
        place="url",
        example="https://hooks.slack.com/services/T000/B000/XXX",
        options=_TOLD,
        secret=True,
    ),
}
"""Name → output."""

DEFAULT: Mapping[str, str] = {
    "results.json": "json",
    "junit.xml": "junit",
    "load-performance.json": "k6-summary",
    "report.html": "html",
}
"""The files that each run writes into its folder → the output that they are."""

RESOLVED = "spec.resolved.yaml"
"""What each run writes into its folder before the load."""

PDF = "report.pdf"
"""What `--pdf` writes there."""

RESERVED = (*DEFAULT, "journal", "journal.tail", RESOLVED)
"""Files of a run's folder that no output of a spec may write over."""


def find_output(name: str) -> Output | None:
    """The output of this name, of loadspec or of an installed package. Raises BrokenOutputError."""
    return OUTPUTS.get(name) or _installed(name)


def output_names() -> list[str]:
    """All that can be named, those of installed packages last."""
    from importlib.metadata import entry_points  # lazily: its imports cost more than its use

    return [*OUTPUTS, *sorted({point.name for point in entry_points(group=GROUP)} - OUTPUTS.keys())]


def _installed(name: str) -> Output | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        try:
            found = point.load()
        except Exception as error:  # a package's own code: anything may come
            raise BrokenOutputError(f"output `{name}` cannot be loaded from {point.value}: {error}") from error
        if not isinstance(found, Output):
            raise BrokenOutputError(f"output `{name}` cannot be loaded: {point.value} is no loadspec.outputs.Output")
        return found
    return None


def file_problem(text: str) -> str:
    """Why a spec's output cannot be written to this file of its run's folder; "" where it can.

    A spec may come from a stranger, so that it writes nowhere else.
    """
    path = PurePosixPath(text)
    if not text.strip() or not path.parts or "\0" in text or text.endswith("/"):
        return "is no name of a file"
    if path.is_absolute() or ".." in path.parts or text.startswith("~"):
        return "lies outside the run's folder, where the outputs of a spec are written"
    if path.parts[0].startswith("."):
        return "is hidden"
    return "is a file that each run writes" if path.parts[0] in RESERVED else ""
