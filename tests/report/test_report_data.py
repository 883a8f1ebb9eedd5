"""What the script draws from: the figures of results.json, and columns that are there."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from support_html import read
from support_results import make_result

from loadspec.outputs.results_json import document
from loadspec.report import assets, build
from loadspec.results.model import RunResult


def embedded(result: RunResult) -> tuple[Any, list[Any]]:
    page = read(build(result))
    plots = [json.loads(attrs["data-plot"] or "") for _, attrs in page.tags if "data-plot" in attrs]
    return json.loads(zlib.decompress(base64.b64decode(page.data))), plots


@pytest.mark.parametrize("seconds", [1, 70])
def test_the_figures_are_those_of_results_json(seconds: int) -> None:
    result = make_result(seconds)
    data, plots = embedded(result)
    points = document(result)["points"]
    assert data["points"] == points
    for plot in plots:
        assert plot["end"] == seconds
        for trace in plot["traces"]:
            assert trace["column"] in points or trace["column"] in data["planned"]
            assert all(name in points["errors"] for name in trace.get("of", ()))


def test_limits_and_moments_are_in_units_of_the_chart() -> None:
    plots = embedded(make_result())[1]
    assert [limit for plot in plots for limit in plot["limits"]] == [[800, "{endpoint:generate}: p(95) < 800ms"]]
    assert plots[0]["moments"] == [[38.0, "failing since 00:38"]]


def test_all_failures_are_in_some_trace() -> None:
    failing = next(point for point in make_result().points if point.failed)
    many = [replace(failing, errors={f"class {i}": i + 1 for i in range(9)})]
    plots = embedded(make_result(points=many, thresholds=[]))[1]
    of = [name for trace in plots[-1]["traces"] for name in trace["of"]]
    assert sorted(of) == [f"class {i}" for i in range(9)]


@pytest.mark.parametrize("names", [assets.SCRIPTS, assets.TABLES], ids=["charts", "tables"])
def test_the_script_fits_into_a_page(names: Any) -> None:
    script = assets.script(names)
    assert "</script" not in script
    assert "<!--" not in script
    assert not [line for line in script.splitlines() if line.startswith("//")]
    assert ("Permission is hereby granted" in script) == (names is assets.SCRIPTS)
    assert ("uPlot (v1.6.32)" in script) == (names is assets.SCRIPTS)
