"""Nothing that a user can write is left out of the documentation."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from support_docs_blocks import ROOT

from loadspec.cli import COMMANDS, main
from loadspec.errors import ExitCode
from loadspec.expr.functions import FUNCTIONS
from loadspec.load import EXECUTORS
from loadspec.metrics.catalog import BUILTIN
from loadspec.mock.config import OPTIONS
from loadspec.mock.routes import ROUTES
from loadspec.output_kinds import OUTPUTS
from loadspec.spec.semantics.names import RESERVED
from loadspec.thresholds.selector import SELECTOR_TAGS

SCHEMA = json.loads((ROOT / "schemas" / "loadspec.schema.json").read_text())
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def code_of(page: str) -> str:
    """What a page shows as code."""
    return "\n".join(_CODE.findall((ROOT / "docs" / page).read_text()))


def keys_of(schema: object) -> set[str]:
    """Every key that the schema names, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own).union(*(keys_of(value) for value in schema.values()))


def options_of(command: str) -> list[str]:
    """The long options of a command's help."""
    return sorted(set(re.findall(r"(?m)(--[a-z][a-z-]+)", CliRunner().invoke(main, [command, "--help"]).output)))


def mentions(code: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code) is not None


def test_the_search_looks_at_whole_words_in_code_only():
    assert mentions("`--vus N`", "--vus")
    assert not mentions("`start_vus`", "vus")
    assert "vus" not in "".join(_CODE.findall("vus and `x`"))


SCHEMA["definitions"].pop("thresholds")  # its keys are metrics: a test below finds them in metrics.md
KEYS = sorted(keys_of(SCHEMA))


def test_the_schema_has_the_keys_one_knows():
    assert {"loadspec", "flow", "call", "until", "jsonpath", "that", "start_vus", "basic"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_schema_is_in_spec_md(key):
    assert mentions(code_of("spec.md") + code_of("transports.md") + code_of("outputs.md"), key)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_every_name_is_in_spec_md(name):
    assert mentions(code_of("spec.md"), name)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_in_expressions_md(name):
    assert mentions(code_of("expressions.md"), name)


@pytest.mark.parametrize("metric", sorted(BUILTIN))
def test_every_built_in_metric_has_a_row_in_metrics_md(metric):
    assert f"| `{metric}` |" in (ROOT / "docs" / "metrics.md").read_text()


@pytest.mark.parametrize("tag", SELECTOR_TAGS)
def test_every_tag_is_in_metrics_md(tag):
    assert mentions(code_of("metrics.md"), tag)


@pytest.mark.parametrize("code", [int(code) for code in ExitCode])
def test_every_exit_code_has_a_row_in_running_md(code):
    assert re.search(rf"(?m)^\| {code} \|", (ROOT / "docs" / "running.md").read_text())


@pytest.mark.parametrize(
    ("command", "option"), [(c, o) for c in COMMANDS if c != "mock" for o in options_of(c) if o != "--help"]
)
def test_every_option_is_in_running_md(command, option):
    assert mentions(code_of("running.md"), option)


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_output_has_a_section_in_outputs_md(name):
    assert re.search(rf"(?m)^## .*`{name}`", (ROOT / "docs" / "outputs.md").read_text())


@pytest.mark.parametrize("option", [option.flag for option in OPTIONS])
def test_every_option_of_the_mock_is_in_mock_md(option):
    assert mentions(code_of("mock.md"), option)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_of_the_mock_is_in_mock_md(route):
    assert f"`{route.method} {route.path}`" in (ROOT / "docs" / "mock.md").read_text()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_executor_is_in_load_md(executor):
    assert mentions(code_of("load.md"), executor)


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            # bench/RESULTS.md is what `make bench` writes
            assert (page.parent / target).exists() or target.endswith("bench/RESULTS.md"), f"{page.name}: {target}"
