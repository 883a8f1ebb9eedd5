"""Captures and checks: from the document to the model, types kept, files read, warnings given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loadspec.spec import load, load_bytes
from loadspec.spec.model import UNSET, Capture, Check, Request

SPEC = """\
loadspec: 1
target: {{base_url: "http://127.0.0.1:1"}}
endpoints:
  e:
    path: /e
    {what}: {{x: {value}}}
flow: [{{call: e}}]
"""


def text_of(what: str, value: str) -> bytes:
    return SPEC.format(what=what, value=value).encode()


def request(what: str, value: str) -> Request:
    step: Any = load_bytes(text_of(what, value), "s.yaml").spec.scenarios[0].flow[0]
    found: Request = step.request
    return found


@pytest.mark.parametrize(
    ("value", "capture"),
    [
        ("$.a", Capture("x", "jsonpath", "$.a")),
        ("{jsonpath: $.a, optional: true, secret: true}", Capture("x", "jsonpath", "$.a", True, True)),
        ("{css: p, attribute: id, all: true}", Capture("x", "css", "p", all=True, attribute="id")),
        ("{xpath: //p, pick: random, default: 1.10}", Capture("x", "xpath", "//p", default=1.1, pick="random")),
        ("{regex: a, default: null}", Capture("x", "regex", "a", default=None)),
        ("{cookie: sid, default: [1, no]}", Capture("x", "cookie", "sid", default=[1, "no"])),
        ("{body: true}", Capture("x", "body", "")),
        ("{status: true, default: 0}", Capture("x", "status", "", default=0)),
        ("{duration: true}", Capture("x", "duration", "")),
    ],
)
def test_captures(value: str, capture: Capture) -> None:
    (found,) = request("capture", value).captures
    assert found == capture
    assert found.default is not UNSET or "default" not in value


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ("status == 200", "status == 200"),
        ("{expression: status == 200}", "status == 200"),
        ("{max_duration: 1m30s}", Check("max_duration", 90.0)),
        ("{min_size: 1.5kB}", Check("min_size", 1500)),
        ("{max_size: 2MiB}", Check("max_size", 2 << 20)),
        ("{header: X-Id}", Check("header", "X-Id")),
        ("{header: {name: X-Id, equals: 1.10}}", Check("header", "X-Id", "1.10")),
        ("{header: {name: X-Id, matches: 'a+'}}", Check("header", "X-Id", None, "a+")),
        ("{content_type: image/*}", Check("content_type", "image/*")),
        ("{md5: 1234567812345678912345678912345a}", Check("md5", "1234567812345678912345678912345a")),
        ("{schema: {const: {form: 1.10, headers: 5}}}", Check("schema", {"const": {"form": 1.1, "headers": 5}})),
        ("{schema: false}", Check("schema", False)),
    ],
)  # fmt: skip
def test_checks(value: str, check: Any) -> None:
    assert request("checks", value).checks == {"x": check}


def test_a_schema_file_is_read_below_the_specs_folder_and_the_document_stays(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "e.json").write_text('{"type": "object"}')
    path = tmp_path / "s.yaml"
    path.write_bytes(
        text_of("checks", "{schema_file: schemas/e.json}")
        + b"setup: [{call: e, checks: {y: {schema_file: schemas/e.json}, x: null}}]\n"
    )
    spec: Any = load(path).spec
    assert (
        spec.endpoints["e"].checks
        == spec.scenarios[0].flow[0].request.checks
        == {"x": Check("schema", {"type": "object"})}
    )
    assert spec.setup[0].request.checks == {"y": Check("schema", {"type": "object"})}
    assert spec.document["endpoints"]["e"]["checks"] == {"x": {"schema_file": "schemas/e.json"}}


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"{", "LS044", "holds no JSON"),
        (b'{"type": "list"}', "LS078", "in `e.json` at /type"),
        (b'{"$ref": "other.json"}', "LS078", "nothing is fetched"),
        (b" " * (1 << 20) + b"{}", "LS044", "more than 1 MiB"),
    ],
)
def test_a_schema_file_that_is_none(content: bytes, code: str, message: str, tmp_path: Path) -> None:
    from loadspec.spec import SpecError

    (tmp_path / "e.json").write_bytes(content)
    path = tmp_path / "s.yaml"
    path.write_bytes(text_of("checks", "{schema_file: e.json}"))
    with pytest.raises(SpecError) as caught:
        load(path)
    (found,) = caught.value.diagnostics
    assert (found.code, message in found.message) == (code, True)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    from loadspec.spec import SpecError

    (tmp_path / "out.json").write_text(json.dumps({}))
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "in.json").symlink_to(tmp_path / "out.json")
    path = tmp_path / "specs" / "s.yaml"
    path.write_bytes(text_of("checks", "{schema_file: in.json}"))
    with pytest.raises(SpecError, match="outside the spec's folder"):
        load(path)


def test_a_keyword_that_is_most_likely_misspelt_is_a_warning() -> None:
    inner = "properties: {minLenght: {}, a: {anyOf: [{maximun: 1}]}}, const: {typ: 1}, x-note: y"
    value = f"{{schema: {{requierd: [id], {inner}}}}}"
    loaded = load_bytes(text_of("checks", value), "s.yaml")
    assert [(found.code, found.label) for found in loaded.warnings] == [
        ("LS079", "did you mean `required`?"),
        ("LS079", "did you mean `maximum`?"),
    ]
    assert all(SPEC and found.text[found.column - 1 :].startswith(("requierd", "maximun")) for found in loaded.warnings)
