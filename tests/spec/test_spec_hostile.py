"""Inputs that try to cost time or memory, with libyaml and with PyYAML's own parser: caps end them, not clocks.

What is counted is the work: characters that are parsed, events that are looked at, files that are opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadspec.spec import SpecError, compose, load, load_bytes, render
from loadspec.spec.source import Source

LOADERS = {"libyaml": getattr(yaml, "CSafeLoader", yaml.SafeLoader), "PyYAML": yaml.SafeLoader}
MANY = 1 << 18

HOSTILE: dict[str, tuple[str, str]] = {
    "brackets": ("[" * MANY, "LS008"),
    "braces": ("{a: " * MANY, "LS008"),
    "keys in a line": ("a: " * MANY, "LS003"),
    "anchors in a line": ("&a " * MANY, "LS003"),
    "anchors in lists": ("&a [*a" * MANY, "LS003"),
    "anchors": ("- &a [x]\n" + "- &a [*a, *a]\n" * MANY, "LS008"),
    "one word": ("x" * MANY, "LS013"),
    "one line of words": ("x " * MANY, "LS013"),
    "one quoted text": ('"' + "x" * MANY, "LS003"),
    "escapes": ('"' + "\\n" * MANY, "LS003"),
    "one block": ("name: |\n" + "  x y\n" * MANY, "LS014"),
    "keys": ("".join(f"k{n}: {n}\n" for n in range(MANY // 2)), "LS008"),
    "one key": ("k: 1\n" * MANY, "LS008"),
    "rows": ("- {a: 1}\n" * MANY, "LS008"),
    "a wide list": ("[" + "a," * MANY, "LS008"),
    "dashes": ("- " * MANY, "LS008"),
    "questions": ("? " * MANY, "LS008"),
    "comments": ("#\n" * MANY, "LS013"),
    "spaces": (" " * MANY, "LS013"),
    "documents": ("---\n" * MANY, "LS007"),
    "tabs": ("a:\n" + "\tb\n" * MANY, "LS003"),
    "mistakes": ("a: @\n" * MANY, "LS003"),
    "bad lines": ("a: 'b' c\n" * MANY, "LS003"),
    "templates": ("a: {{ b }}\n" * MANY, "LS010"),
}


@pytest.fixture(params=LOADERS)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(compose, "_Loader", LOADERS[request.param])
    return str(request.param)


class Count:
    """Stands in for `yaml.parse`: how many characters and events there were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.characters = self.events = 0
        self.parse = yaml.parse
        monkeypatch.setattr(yaml, "parse", self)

    def __call__(self, text: str, Loader: Any) -> Iterator[Any]:  # noqa: N803 (yaml's name)
        self.characters += len(text)
        for event in self.parse(text, Loader=Loader):
            self.events += 1
            yield event


@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_bounded(name: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, code = HOSTILE[name]
    limit = compose.max_bytes()
    count = Count(monkeypatch)
    with pytest.raises(SpecError) as caught:
        load_bytes(text[:limit].encode(), "f.yaml")
    found = {each.code for each in caught.value.diagnostics}
    assert code in found or (loader == "PyYAML" and found)  # its limit is reached before a cap
    assert len(render(caught.value.diagnostics)) < 100_000
    assert count.characters <= (2 * limit if loader == "libyaml" else 3 * limit)
    assert count.events <= 3 * compose.MAX_NODES


def test_the_limit_without_libyaml_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "_Loader", yaml.SafeLoader)
    with pytest.raises(SpecError) as caught:
        load_bytes(b"#" * ((1 << 16) + 1), "f.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("LS008", "`f.yaml` is larger than 64 KiB, and no spec needs to be")
    assert "libyaml" in found.help


BROKEN = sorted((Path(__file__).parent / "broken").glob("yaml_*.yaml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_both_parsers_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for each in LOADERS.values():
        monkeypatch.setattr(compose, "_Loader", each)
        with pytest.raises(SpecError) as caught:
            load_bytes(path.read_bytes(), path.name)
        found.append(render(caught.value.diagnostics))
    assert found[0] == found[1]


HERE = Path(__file__).parent
SINGLE = sorted([*BROKEN, *(HERE.parents[1] / "specs").glob("*.yaml")])
FOLDERS = sorted(path.parent for path in (HERE / "broken_files").glob("*/spec.yaml"))
BYTES = st.binary(max_size=4) | st.sampled_from(
    [b"\t", b"{{ ", b"- use: a\n", b"\r\n", b"\xff", b"'", b'"', b"&a ", b"*a"]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), BYTES), min_size=1, max_size=6)


def said(path: Path) -> str:
    """What is told of a spec; nothing if it is one."""
    try:
        loaded = load(path)
    except SpecError as error:
        return render(error.diagnostics)
    assert "'use':" not in str(loaded.spec.document)
    return ""


def edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, new in edits:
        start = int(where * len(data))
        data = data[:start] + new + data[start + gone :]
    return data


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SINGLE), EDITS)
def test_mutated_bytes_of_a_file(tmp_path: Path, path: Path, edits: list[tuple[float, int, bytes]]) -> None:
    (tmp_path / "spec.yaml").write_bytes(edited(path.read_bytes(), edits))
    assert said(tmp_path / "spec.yaml") is not None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FOLDERS), st.integers(0, 3), EDITS)
def test_mutated_bytes_of_one_of_several_files(
    tmp_path: Path, folder: Path, number: int, edits: list[tuple[float, int, bytes]]
) -> None:
    files = sorted(folder.rglob("*.yaml"))
    changed = files[number % len(files)]
    for path in files:
        copy = tmp_path / folder.name / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(edited(path.read_bytes(), edits) if path == changed else path.read_bytes())
    assert said(tmp_path / folder.name / "spec.yaml") is not None


WORDS = st.sampled_from(["a", "b", "c", "spec.yaml#a", "x.yaml#a", "x.yaml#b", "x.yaml", "#", "y.yaml#c", "a#b#c", ""])
STEP = st.deferred(
    lambda: (
        st.fixed_dictionaries({"use": WORDS}, optional={"when": st.just("vu > 1"), "name": st.just("n")})
        | st.just({"think": "1s"})
        | st.fixed_dictionaries({"if": st.just("true"), "then": st.lists(STEP, max_size=3)})
        | st.fixed_dictionaries({"parallel": st.lists(STEP, max_size=3)})
        | st.none()
    )
)
FILE = st.fixed_dictionaries(
    {},
    optional={
        "include": st.lists(st.sampled_from(["x.yaml", "y.yaml", "spec.yaml", "z.yaml", "../x.yaml"]), max_size=3),
        "fragments": st.dictionaries(st.sampled_from("abc"), st.lists(STEP, max_size=4), max_size=3) | st.none(),
        "vars": st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=2),
        "flow": st.lists(STEP, max_size=4),
        "profiles": st.dictionaries(st.sampled_from("pq"), st.fixed_dictionaries({"flow": st.lists(STEP)}), max_size=2),
    },
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILE, FILE, FILE)
def test_any_web_of_files(tmp_path: Path, main: Any, x: Any, y: Any) -> None:
    for name, document in (("spec", main), ("x", x), ("y", y)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document))
    assert said(tmp_path / "spec.yaml") is not None


@given(st.text(alphabet="ab:-[]{},'\"\n \t#&*!|>%@`?\\", max_size=60))
def test_reading_on_keeps_lines_and_columns(text: str) -> None:
    source = Source("f.yaml", text)
    compose.compose(source)
    for line in source.lost:
        assert line < len(source.lines)
    if source.own is not None:
        assert source.own.line <= len(source.lines)
