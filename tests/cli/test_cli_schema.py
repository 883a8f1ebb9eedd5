from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from loadspec.cli import main
from loadspec.outputs.results_schema import results_schema_text
from loadspec.spec.schema import schema_text


@pytest.mark.parametrize(
    ("arguments", "text"), [([], schema_text), (["spec"], schema_text), (["results"], results_schema_text)]
)
def test_prints_a_schema(arguments, text) -> None:
    result = CliRunner().invoke(main, ["schema", *arguments])
    assert (result.exit_code, result.output) == (0, text())
    assert json.loads(result.output)["$schema"].startswith("http://json-schema.org/")


def test_another_word_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["schema", "report"]).exit_code == 2
