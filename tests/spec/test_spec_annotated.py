from __future__ import annotations

from pathlib import Path

import pytest

from loadspec.spec import Overrides, load, load_bytes
from loadspec.spec.annotated import annotated_yaml, origin_text
from loadspec.spec.origins import Origin
from loadspec.spec.secrets import without_credentials

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_it_reads_back_as_the_document(path: Path) -> None:
    loaded = load(path, Overrides(), {})
    assert loaded.origins is not None
    text = annotated_yaml(loaded.spec, loaded.origins)
    again = load_bytes(text.encode(), str(path), Overrides(), {})
    secret = {name for name, variable in loaded.spec.env.items() if variable.secret}
    for name in secret:  # masked, so it cannot read back
        for document in (loaded.spec.document, again.spec.document):
            document["env"][name].pop("default", None)  # type: ignore[index]
    assert again.spec.document == without_credentials(loaded.spec.document)


TEXT = """\
loadspec: 1
env:
  KEY: {default: hunter2, secret: true}
target: {base_url: "http://h"}
endpoints:
  one:
    method: POST
    path: /
    body: |
      two
      lines # no comment
flow: [{call: one}]
vus: 1
duration: 5s
profiles: {big: {vus: 9}}
"""


def test_comments_behind_values() -> None:
    loaded = load_bytes(TEXT.encode(), "t.yaml", Overrides(profile="big", duration="7s"), {"LOADSPEC_VUS": "3"})
    assert loaded.origins is not None
    lines = [line.split("  # ") for line in annotated_yaml(loaded.spec, loaded.origins).splitlines()]
    assert [[part.rstrip() for part in line] for line in lines] == [
        ["loadspec: 1", ":1"],
        ["env:"],
        ["  KEY:"],
        ["    default: '***'", ":3"],
        ["    secret: true", ":3"],
        ["target:"],
        ["  base_url: http://h", ":4"],
        ["endpoints:"],
        ["  one:"],
        ["    method: POST", ":7"],
        ["    path: /", ":8"],
        ["    body: |", ":9"],
        ["      two"],
        ["      lines # no comment"],
        ["flow:"],
        ["- call: one", ":12"],
        ["vus: 3", "LOADSPEC_VUS"],
        ["duration: 7s", "--duration"],
    ]


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("file", "", "a.yaml", 3), ":3"),
        (Origin("include", "", "b.yaml", 3), "b.yaml:3"),
        (Origin("profile", "big", "a.yaml", 3), "profile big :3"),
        (Origin("profile", "big", "b.yaml", 3), "profile big b.yaml:3"),
        (Origin("option", "--vus"), "--vus"),
        (Origin("environment", "LOADSPEC_VUS"), "LOADSPEC_VUS"),
        (Origin("default"), "default"),
    ],
    ids=str,
)
def test_origins_in_few_words(origin: Origin, text: str) -> None:
    assert origin_text(origin, "a.yaml") == text
