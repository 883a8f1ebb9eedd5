"""Our own reading of the schema against jsonschema's, which is slow to import and right."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, ValidationError
from support_mutations import mutated

from loadspec.spec.compose import compose
from loadspec.spec.conform import _HOLDS, _NESTED, _SILENT, findings
from loadspec.spec.plain import with_plain_texts
from loadspec.spec.schema import spec_schema
from loadspec.spec.source import Source

SPECS = Path(__file__).parents[2] / "specs"
FILES = [*sorted((Path(__file__).parent / "broken").glob("*.yaml")), *sorted(SPECS.glob("*.yaml"))]

Found = set[tuple[tuple[str | int, ...], str, bool]]


@cache
def reference() -> Draft7Validator:
    return Draft7Validator(spec_schema())


def theirs(document: Any) -> Found:
    return {_row(error) for error in reference().iter_errors(document)}


def _row(error: ValidationError) -> tuple[tuple[str | int, ...], str, bool]:
    return tuple(error.absolute_path), str(error.validator), "propertyNames" in error.absolute_schema_path


def ours(document: Any) -> Found:
    return {(each.path, each.keyword, each.is_name) for each in findings(spec_schema(), document)}


def read(path: Path) -> Any:
    source = Source(str(path), path.read_bytes().decode("utf-8-sig", "replace"))
    compose(source)
    return with_plain_texts(source.root) if source.root else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_findings_for_every_file(path: Path) -> None:
    document = read(path)
    assert ours(document) == theirs(document)


@given(st.sampled_from([path for path in FILES if path.parent == SPECS]), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_same_findings_for_mutated_documents(path: Path, random: Any) -> None:
    document = mutated(read(path), random)
    assert ours(document) == theirs(document)


@pytest.mark.parametrize(
    ("value", "kind", "conforms"),
    [
        (True, "integer", False),
        (1.0, "integer", True),
        (1.5, "integer", False),
        (False, "number", False),
        (None, "null", True),
        ("", "string", True),
    ],
)
def test_types_are_json_s(value: Any, kind: str, conforms: bool) -> None:
    assert (not list(findings({"type": kind}, value))) == conforms
    assert Draft7Validator({"type": kind}).is_valid(value) == conforms


def test_true_is_not_one() -> None:
    assert list(findings({"const": 1}, True))
    assert list(findings({"enum": [0, "a"]}, False))
    assert not list(findings({"enum": [0, False]}, False))


def test_the_grammar_uses_no_other_keyword() -> None:
    known = {*_HOLDS, *_NESTED, *_SILENT, "$ref"}

    def walk(schema: Any) -> None:
        if not isinstance(schema, dict):
            return
        assert set(schema) <= known
        for keyword in ("if", "then", "else", "items", "additionalProperties", "propertyNames"):
            walk(schema.get(keyword))
        for keyword in ("properties", "definitions"):
            for below in schema.get(keyword, {}).values():
                walk(below)
        for option in schema.get("anyOf", []):
            walk(option)

    walk(spec_schema())


def test_a_foreign_keyword_is_a_bug() -> None:
    with pytest.raises(KeyError):
        list(findings({"oneOf": []}, 1))
