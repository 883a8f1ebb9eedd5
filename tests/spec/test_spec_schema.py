from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from loadspec.metrics.catalog import BUILTIN, MetricInfo
from loadspec.spec.grammar import STEPS
from loadspec.spec.grammar.snippets import SNIPPETS, SPEC_SNIPPETS, STEP_SNIPPETS
from loadspec.spec.grammar.thresholds import METRICS
from loadspec.spec.schema import schema_text, spec_schema
from loadspec.thresholds import read_thresholds

PUBLISHED = resources.files("loadspec.schemas") / "loadspec.schema.json"


def test_published_schema_is_the_generated_one() -> None:
    """`make schemas` writes it."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_is_draft_7() -> None:
    Draft7Validator.check_schema(spec_schema())
    assert spec_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_accepts_the_reference_as_an_editor_reads_it() -> None:
    document = yaml.safe_load((resources.files("loadspec.specs") / "image-generation.yaml").read_text("utf-8"))
    assert list(Draft7Validator(spec_schema()).iter_errors(document)) == []


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from schemas(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from schemas(value)


def test_no_one_of() -> None:
    assert not any("oneOf" in schema for schema in schemas(spec_schema()))


def test_every_key_is_described() -> None:
    for schema in schemas(spec_schema()):
        for name, value in schema.get("properties", {}).items():
            if isinstance(value, dict) and "$ref" not in value:
                assert value.get("description"), name


def test_defaults_and_examples_are_legal() -> None:
    definitions = spec_schema()["definitions"]
    for schema in schemas(spec_schema()):
        legal = Draft7Validator({**{k: v for k, v in schema.items() if k != "$id"}, "definitions": definitions})
        for value in [*schema.get("examples", []), *([schema["default"]] if "default" in schema else [])]:
            if isinstance(schema.get("examples", []), list) and not isinstance(schema.get("default"), dict):
                assert list(legal.iter_errors(value)) == [], schema
                assert not isinstance(value, dict), "an editor offers it as [object Object]; `examples` makes a snippet"


def test_each_built_in_metric_is_offered_with_a_legal_threshold() -> None:
    assert set(METRICS) == set(BUILTIN)
    for metric, schema in spec_schema()["definitions"]["thresholds"]["properties"].items():
        for example in schema["examples"]:
            kinds = {**BUILTIN, "credit_errors": MetricInfo("counter")}
            assert read_thresholds({metric: example}, kinds, lambda _key: {}, ["login"])


PLACEHOLDER = re.compile(r"\$\{\d+:([^}]*)\}")


def filled(body: Any) -> Any:
    """A snippet's body as an editor inserts it when nobody types over it."""
    if isinstance(body, dict):
        return {filled(key): filled(value) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value) for value in body]
    return yaml.safe_load(text) if isinstance(body, str) and (text := PLACEHOLDER.sub(r"\1", body)) != body else body


@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_chosen_by_its_action(action: str) -> None:
    validator = Draft7Validator({"$ref": "#/definitions/step", "definitions": spec_schema()["definitions"]})
    body = next(body for label, _, body in STEP_SNIPPETS if label == action)
    errors = list(validator.iter_errors({**filled(body), "nonsense": 1}))
    assert errors
    assert all("nonsense" in error.message for error in errors)


def test_snippets_are_legal() -> None:
    definitions = spec_schema()["definitions"]
    rows = [(schema, row["body"]) for schema in schemas(spec_schema()) for row in schema.get("defaultSnippets", [])]
    rows += [(definitions["step"], row[2]) for row in STEP_SNIPPETS]
    assert len(rows) > len(SPEC_SNIPPETS) + len(STEP_SNIPPETS) + len(SNIPPETS)
    for schema, body in rows:
        legal = Draft7Validator({**schema, "definitions": definitions})
        assert list(legal.iter_errors(filled(body))) == []


def test_every_kind_of_step_has_a_snippet() -> None:
    assert {label for label, _, _ in STEP_SNIPPETS} >= set(STEPS)
