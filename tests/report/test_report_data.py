"""What the script draws from: the figures of results.json, and columns that are there."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

import pytest
from msgspec.structs import replace
from support_hostile import NAMES, TEXTS, poisoned
from support_html import read
from support_results import make_result

from loadspec.outputs.results_json import document
from loadspec.report import assets, build
from loadspec.results.model import RunResult


def embedded(result: RunResult) -> tuple[Any, list[Any]]:
    page = read(build(result))
    plots = [json.loads(attrs["data-plot"] or "") for _, attrs in page.tags if "data-plot" in attrs]
    return json.loads(gzip.decompress(base64.b64decode(page.data["figures"]))), plots


def shortened(column: list[float | None]) -> list[Any]:
    """With four digits, None as it is."""
    return [value if value is None else pytest.approx(value, rel=5e-4) for value in column]


@pytest.mark.parametrize("seconds", [1, 70])
def test_the_figures_are_those_of_results_json(seconds: int) -> None:
    result = make_result(seconds)
    data, plots = embedded(result)
    written = document(result)
    assert data["points"].keys() == written["points"].keys()
    for name, column in written["points"].items():
        assert data["points"][name] == (shortened(column) if name.endswith("_ms") else column), name
    assert data["generator"]["lag_p99_ms"] == written["health"][0]["seconds"]["lag_p99_ms"]
    assert [row.keys() for row in data["endpoints"]] == [row.keys() for row in written["endpoints"]]
    for row, known in zip(data["endpoints"], written["endpoints"], strict=True):
        floats = {name: value for name, value in known.items() if isinstance(value, float)}
        assert row == {**known, **dict(zip(floats, shortened([*floats.values()]), strict=True))}
    assert {name: written[name] for name in ("run_id", "verdict", "sentence", "target")}.items() <= data["run"].items()
    for plot in plots:
        assert plot["end"] == seconds
        for trace in plot["traces"]:
            assert trace["column"] in {**data[plot["table"]], **data["planned"]}
            assert all(name in data["points"]["errors"] for name in trace.get("of", ()))


def test_limits_and_moments_are_in_units_of_the_chart() -> None:
    plots = embedded(make_result())[1]
    assert [limit for plot in plots for limit in plot["limits"]] == [[800, "{endpoint:generate}: p(95) < 800ms"]]
    assert plots[0]["moments"] == [[38.0, "failing since 00:38"]]
    assert plots[0]["shades"] == [[0.0, 10.0, False], [10.0, 30.0, False], [30.0, 60.0, True], [60.0, 70.0, False]]


def test_all_failures_are_in_some_trace() -> None:
    failing = next(point for point in make_result().points if point.failed)
    many = [replace(failing, errors={f"class {i}": i + 1 for i in range(9)})]
    plots = embedded(make_result(points=many, thresholds=[]))[1]
    of = [name for plot in plots for trace in plot["traces"] for name in trace.get("of", ())]
    assert sorted(of) == [f"class {i}" for i in range(9)]


@pytest.mark.parametrize("names", [assets.SCRIPTS, assets.TABLES], ids=["charts", "tables"])
def test_the_script_fits_into_a_page(names: Any) -> None:
    script = assets.script(names)
    assert "</script" not in script
    assert "<!--" not in script
    assert not [line for line in script.splitlines() if line.startswith("//")]
    for text in (script, assets.boot(names)):
        assert ("Permission is hereby granted" in text) == (names is assets.SCRIPTS)
    assert ("uPlot (v1.6.32)" in script) == (names is assets.SCRIPTS)


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_what_is_embedded_is_letters_of_ascii_and_gives_hostile_texts_back(text: str) -> None:
    page = read(build(poisoned(text)))
    written = gzip.decompress(base64.b64decode(page.data["figures"])).decode("ascii")
    assert re.fullmatch("[ -~]*", written)
    data = json.loads(written)
    assert data["run"]["target"] == text
    assert list(data["points"]["errors"]) == [text]
    assert {row["path"] for row in data["endpoints"]} == {text}


def test_spectra_are_those_of_the_charts() -> None:
    result = make_result()
    page = read(build(result))
    data, _ = embedded(result)
    ids = {attrs.get("id") for _, attrs in page.tags}
    assert {f"chart-{name}" for name in data["spectra"]} <= ids
    for own in data["spectra"].values():
        assert own["nines"] == sorted(set(own["nines"]))
        assert all(len(curve["ms"]) == len(own["nines"]) for curve in own["curves"])
    assert [curve["name"] for curve in data["spectra"]["spectrum"]["curves"]] == ["all requests", "login", "generate"]
