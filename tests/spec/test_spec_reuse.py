"""Several files: what lies over what, what a fragment brings, and what is confined."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from loadspec.spec import Loaded, SpecError, load, resolved_yaml
from loadspec.spec.loading import folder

HEAD = 'loadspec: 1\ntarget: {base_url: "http://127.0.0.1:8089"}\n'
HOME = "endpoints: {home: {path: /}}\n"


def write(at: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    return at / "spec.yaml"


def loaded(at: Path, files: dict[str, str]) -> Loaded:
    return load(write(at, files))


def codes(at: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(write(at, files))
    return [each.code for each in caught.value.diagnostics]


JOINED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "this file wins by key, a list is replaced": (
        {
            "spec.yaml": HEAD + "include: a.yaml\nendpoints: {home: {headers: {X: mine}}}\nflow: [{call: home}]\n",
            "a.yaml": "loadspec: 1\nendpoints: {home: {path: /a, headers: {X: a, Y: a}}}\nflow: [{think: 1s}]\n",
        },
        {
            "endpoints": {"home": {"path": "/a", "headers": {"X": "mine", "Y": "a"}}},
            "flow": [{"call": "home"}],
        },
    ),
    "a later include lies over an earlier, and over what that includes": (
        {
            "spec.yaml": HEAD + "include: [a.yaml, b.yaml]\nflow: [{think: 1s}]\n",
            "a.yaml": "include: c.yaml\nvars: {x: a, y: a}\n",
            "b.yaml": "include: c.yaml\nvars: {y: b}\n",
            "c.yaml": "vars: {x: c, y: c, z: c}\n",
        },
        {"vars": {"x": "c", "y": "b", "z": "c"}},
    ),
    "a load shape is replaced whole, vus stays": (
        {
            "spec.yaml": HEAD + "include: a.yaml\nflow: [{think: 1s}]\nduration: 5s\n",
            "a.yaml": "stages: 10s:5\nstart_vus: 2\nvus: 3\n",
        },
        {"vus": 3, "duration": "5s"},
    ),
    "so is a body, a pool's rows and what says one thing": (
        {
            "spec.yaml": HEAD
            + "include: a.yaml\nendpoints: {home: {form: {b: 2}, auth: {bearer: '{{ run.id }}'}}}\n"
            + "pools: {p: {items: [a]}}\n"
            + 'flow: [{call: home, when: pool.p == "a"}]\n',
            "a.yaml": "endpoints: {home: {path: /, json: {a: 1}, auth: {basic: {username: u, password: p}}}}\n"
            + "pools: {p: {file: x.csv, pick: shuffle}}\n",
        },
        {
            "endpoints": {"home": {"path": "/", "form": {"b": "2"}, "auth": {"bearer": "{{ run.id }}"}}},
            "pools": {"p": {"items": ["a"], "pick": "shuffle"}},
        },
    ),
    "profiles merge": (
        {
            "spec.yaml": HEAD + "include: a.yaml\nflow: [{think: 1s}]\nprofiles: {smoke: {duration: 1s}}\n",
            "a.yaml": "profiles: {smoke: {stages: 5s:5, name: smoke}, soak: {duration: 1h}}\n",
        },
        {"flow": [{"think": "1s"}]},
    ),
    "a fragment's steps stand in its place, also nested": (
        {
            "spec.yaml": HEAD
            + HOME
            + "fragments: {a: [{call: home}, {use: b}], b: [{think: 1s}]}\n"
            + "flow: [{use: a}, {if: vu > 1, then: [{use: b}]}, {parallel: [{use: a}, {call: home}]}]\n",
        },
        {
            "flow": [
                {"call": "home"},
                {"think": "1s"},
                {"if": "vu > 1", "then": [{"think": "1s"}]},
                {"parallel": [{"if": True, "then": [{"call": "home"}, {"think": "1s"}]}, {"call": "home"}]},
            ]
        },
    ),
    "what a use says, it says of the whole": (
        {
            "spec.yaml": HEAD
            + "fragments: {a: [{think: 1s}, {think: 2s}]}\nflow: [{use: a, when: vu > 1, run: once_per_vu}]\n",
        },
        {
            "flow": [
                {"if": True, "then": [{"think": "1s"}, {"think": "2s"}], "when": "vu > 1", "run": "once_per_vu"},
            ]
        },
    ),
    "a fragment brings the declarations of its file, and nothing else of it": (
        {
            "spec.yaml": HEAD + "flow: [{use: other.yaml#go}]\nduration: 5s\n",
            "other.yaml": HEAD
            + "include: more.yaml\nendpoints: {home: {path: /}}\nfragments: {go: [{use: in}], in: [{call: home}]}\n"
            + "flow: [{think: 9s}]\nstages: 5s:5\nthresholds: {http_req_failed: rate < 1%}\n",
            "more.yaml": "vars: {x: 1}\nfragments: {in: [{think: 7s}]}\n",
        },
        {"flow": [{"call": "home"}], "duration": "5s", "endpoints": {"home": {"path": "/"}}, "vars": {"x": 1}},
    ),
    "the spec lies over what a fragment brings": (
        {
            "spec.yaml": HEAD
            + "vars: {x: mine}\nendpoints: {home: {path: /mine}}\nflow: [{use: a.yaml#go}, {use: b.yaml#go}]\n",
            "a.yaml": "vars: {x: a}\nendpoints: {home: {path: /a}}\nfragments: {go: [{call: home}]}\n",
            "b.yaml": "endpoints: {home: {path: /b}}\nfragments: {go: [{call: home}]}\n",
        },
        {"vars": {"x": "mine"}, "endpoints": {"home": {"path": "/mine"}}, "flow": [{"call": "home"}] * 2},
    ),
    "paths begin in the spec's folder, wherever they are written": (
        {
            "spec.yaml": HEAD + "include: deep/a.yaml\nflow: [{use: x}]\n",
            "deep/a.yaml": "include: deep/b.yaml\n",
            "deep/b.yaml": "fragments: {x: [{think: 1s}]}\n",
        },
        {"flow": [{"think": "1s"}]},
    ),
}


@pytest.mark.parametrize("name", JOINED)
def test_joined(name: str, tmp_path: Path) -> None:
    files, wanted = JOINED[name]
    found = loaded(tmp_path, files)
    document = {key: value for key, value in found.spec.document.items() if key in wanted}
    assert document == wanted
    assert {"include", "fragments", "profiles"}.isdisjoint(found.spec.document)
    assert [each for each in found.warnings if each.code == "LS067"] == []


def test_the_resolved_spec_is_one_of_its_own(tmp_path: Path) -> None:
    for name, (files, _) in JOINED.items():
        first = loaded(tmp_path, files)
        again = loaded(tmp_path, {"spec.yaml": resolved_yaml(first.spec)})
        assert again.spec.document == first.spec.document, name


def test_what_is_not_used_of_a_shared_file_is_no_news(tmp_path: Path) -> None:
    shared = (
        "endpoints: {home: {path: /}, other: {path: /o}}\npools: {p: {items: [1]}}\nfragments: {f: [{think: 1s}]}\n"
    )
    files = {"spec.yaml": HEAD + "include: a.yaml\nfragments: {g: [{think: 1s}]}\nflow: [{call: home}]\n"}
    found = loaded(tmp_path, {**files, "a.yaml": shared})
    assert [(each.code, each.file.rsplit("/")[-1], each.line) for each in found.warnings] == [("LS067", "spec.yaml", 4)]


def test_links_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(HOME)
    inside = tmp_path / "inside"
    files = {"spec.yaml": HEAD + "include: [link.yaml, folder/outside.yaml, ok.yaml]\nflow: [{call: home}]\n"}
    write(inside, {**files, "deep/real.yaml": HOME})
    (inside / "link.yaml").symlink_to(outside)
    (inside / "folder").symlink_to(tmp_path)
    (inside / "ok.yaml").symlink_to(inside / "deep" / "real.yaml")
    with pytest.raises(SpecError) as caught:
        load(inside / "spec.yaml")
    assert [(each.code, each.column) for each in caught.value.diagnostics] == [("LS060", 11), ("LS060", 22)]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert codes(tmp_path, {"spec.yaml": HEAD + "include: pipe.yaml\nflow: [{think: 1s}]\n"}) == ["LS060"]


def test_a_link_named_yaml_opens_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, {".git/config": "token: x\n"})
    (tmp_path / "a.yaml").symlink_to(tmp_path / ".git" / "config")
    assert codes(tmp_path, {"spec.yaml": HEAD + "include: a.yaml\nflow: [{think: 1s}]\n"}) == ["LS060"]


def test_caps_hold_for_all_files_together(tmp_path: Path) -> None:
    main = HEAD + "flow: [{think: 1s}]\ninclude: [" + ", ".join(f"f{n}.yaml" for n in range(3)) + "]\n"
    rows = "pools: {p%d: {items: [" + "1, " * 40_000 + "]}}\n"
    assert codes(tmp_path, {"spec.yaml": main, **{f"f{n}.yaml": rows % n for n in range(3)}}) == ["LS008"]
    text = "vars: {v%d: " + "x" * 400_000 + "}\n"
    assert codes(tmp_path, {"spec.yaml": main, **{f"f{n}.yaml": text % n for n in range(3)}}) == ["LS064"]


def test_so_many_files_and_no_more(tmp_path: Path) -> None:
    count = folder.MAX_FILES + 1
    files = {f"f{n}.yaml": f"include: f{n + 1}.yaml\n" for n in range(count)}
    assert codes(tmp_path, {"spec.yaml": HEAD + "include: f0.yaml\nflow: [{think: 1s}]\n", **files}) == ["LS064"]
