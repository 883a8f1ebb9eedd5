"""Files and the bytes in them; warnings; the resolved document as YAML."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.spec import Overrides, Spec, SpecError, load, load_bytes, resolved_yaml
from loadspec.spec.compose import MAX_BYTES, compose
from loadspec.spec.dump import mask
from loadspec.spec.source import Source

MINIMAL = "loadspec: 1\nflow: [{think: 1s}]\n"


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(SpecError) as caught:
        load(path)
    (found,) = caught.value.diagnostics
    return found.code, found.message


def test_missing_folder_unreadable(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.yaml") == ("LS001", f"`{tmp_path / 'no.yaml'}` does not exist")
    assert refused(tmp_path) == ("LS001", f"`{tmp_path}` is a folder, not a spec")
    assert refused(Path("nul\0l"))[0] == "LS001"
    if os.getuid():
        (tmp_path / "secret.yaml").write_text(MINIMAL)
        (tmp_path / "secret.yaml").chmod(0)
        assert refused(tmp_path / "secret.yaml")[0] == "LS001"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "LS002", "not UTF-8"),
        (b"a: \x00", "LS002", "binary"),
        ("a: ü".encode("latin-1"), "LS002", "line 1"),
        (MINIMAL.encode("utf-16"), "LS002", "UTF-16"),
        (b"#" * (MAX_BYTES + 1), "LS008", "1 MiB"),
    ],
)
def test_not_text(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    (tmp_path / "f.yaml").write_bytes(data)
    found, message = refused(tmp_path / "f.yaml")
    assert found == code
    assert words in message


@pytest.mark.parametrize("text", [MINIMAL, "\ufeff" + MINIMAL, MINIMAL.replace("\n", "\r\n")])
def test_minimal(tmp_path: Path, text: str) -> None:
    (tmp_path / "tiny.yaml").write_bytes(text.encode())
    spec = load(tmp_path / "tiny.yaml").spec
    assert spec.name == "tiny"
    assert spec.document == {"loadspec": 1, "flow": [{"think": "1s"}]}


def test_warnings() -> None:
    text = (
        'loadspec: 1\ntarget: {base_url: "http://127.0.0.1:1"}\n'
        'endpoints:\n  a: {path: /a}\n  b: {path: "/b/{{ pool.p }}/{{ x }}", capture: {x: $.x}}\n'
        "pools: {p: {items: [1]}, q: {items: [2]}}\nflow: [{call: a}]\n"
    )
    found = load_bytes(text.encode(), "f.yaml").warnings
    assert [(each.level, each.code, each.line, each.column) for each in found] == [
        ("warning", "LS050", 5, 3),
        ("warning", "LS051", 6, 26),
    ]


SECRETS = """\
loadspec: 1
name: uses s3cr3t-default
env:
  PASS: {default: s3cr3t-default, secret: true}
  PIN: {default: "007", secret: true}
  OPEN: {default: open-value}
vars: {a: "x s3cr3t-default y", b: [12345678], open: open-value}
flow: [{think: 1s}]
"""


def test_secrets_are_masked() -> None:
    spec = load_bytes(SECRETS.encode(), "f.yaml", Overrides(env={"PASS": "12345678"})).spec
    text = resolved_yaml(spec)
    assert "s3cr3t" not in text
    assert "12345678" not in text
    assert "007" not in text
    assert text.count("open-value") == 2
    assert spec.document["env"]["PASS"]["default"] == "s3cr3t-default"


def value_of(text: str) -> Any:
    source = Source("x", text)
    whole, found = compose(source)
    assert whole
    assert found == []
    assert source.root is not None
    return source.root.value


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "no",
        "on",
        "1:50",
        "010",
        "0o17",
        "0x1f",
        "~",
        "null",
        "1e3",
        ".inf",
        "<<",
        "=",
        "- a",
        "a: b",
        "a\nb\n",
        " a\n",
        "a\n b",
        "\n",
        "*x",
        "&x",
        "!x",
        "|",
        ">",
        "%",
        "@",
        "`",
        "#",
        "",
        "2001-12-14",
        "yes",
        "1_000",
        "{{ a }}",
    ]
)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(texts, documents, max_size=4))
def test_resolved_yaml_reads_back(data: dict[str, Any]) -> None:
    base = load_bytes(MINIMAL.encode(), "f.yaml").spec
    document = {**base.document, "vars": data}
    spec = Spec(**{name: getattr(base, name) for name in Spec.__struct_fields__} | {"document": document})
    assert mask(spec) == document
    assert value_of(resolved_yaml(spec)) == document
