from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from support_results import make_result

from loadspec import outputs
from loadspec.errors import OutputError, UsageError
from loadspec.outputs import DEFAULT, OUTPUTS, Out, Target, parse_out, write_all, write_file, write_out
from loadspec.outputs.files import try_folder


def names_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_all_outputs_are_written_into_a_new_directory(tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "run"
    paths = write_all(make_result(1), folder)
    assert paths == [folder / name for name in DEFAULT]
    assert names_in(folder) == sorted(DEFAULT)
    assert all(path.stat().st_size > 1000 for path in paths)


def test_writing_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    assert write_file(path, "new µ") == path
    assert path.read_text(encoding="utf-8") == "new µ"
    assert names_in(tmp_path) == ["a.json"]


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert write_file(tmp_path / "ours", "").stat().st_mode == plain.stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("old")
    (tmp_path / "link").symlink_to(real)
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert real.read_text() == "new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_file(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert pipe.is_fifo()


def test_a_failed_write_names_path_and_reason_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        write_file(path, "new")
    assert caught.value.message == f"cannot write {path}: No space left on device"
    assert caught.value.exit_code == 94
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["a.json"]


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OutputError, match="directory"):
        write_file(tmp_path / "a", "x")
    with pytest.raises(OutputError, match="cannot write"):
        write_file(tmp_path / "no\0name", "x")


@pytest.mark.parametrize("blocked", [["results.json"], ["report.html"], ["results.json", "junit.xml"]])
def test_every_file_is_tried(tmp_path: Path, blocked: Sequence[str]) -> None:
    for name in blocked:
        (tmp_path / name).mkdir()
    with pytest.raises(OutputError) as caught:
        write_all(make_result(1), tmp_path)
    assert str(tmp_path / blocked[0]) in caught.value.message
    assert all(name in caught.value.message for name in blocked)
    assert all((tmp_path / name).is_file() for name in DEFAULT if name not in blocked)


def test_every_row_of_the_table_renders_text() -> None:
    result = make_result(1)
    files = [name for name, output in OUTPUTS.items() if output.kind == "file"]
    texts = [name for name in files if OUTPUTS[name].place == "file" and "" not in OUTPUTS[name].browser]
    assert all(str(outputs.render(name, result)).endswith(("\n", "</html>", "</svg>")) for name in texts)
    assert set(DEFAULT.values()) <= set(texts)


def test_a_folder_is_written_file_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    assert write_out(make_result(1), Target("html-dir", str(folder))) == [folder / "report.html"]
    assert names_in(folder) == ["report.css", "report.html", "report.js"]


@pytest.mark.parametrize("name", ["x.gif", "svg", "x.svg.gz"])
def test_a_name_that_says_nothing_of_what_it_is(name: str) -> None:
    with pytest.raises(UsageError, match=r"does not end in \.svg or \.png"):
        parse_out(f"chart={name}")


def test_a_folder_is_tried(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    try_folder(tmp_path / "new")
    try_folder(tmp_path)
    for path in (tmp_path / "file", tmp_path / "none" / "new"):
        with pytest.raises(OutputError, match="cannot write"):
            try_folder(path)
    assert names_in(tmp_path) == ["file"]


def test_out_writes_where_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "r.json"
    assert write_out(make_result(1), Target("json", str(path))) == [path]
    assert path.read_text() == outputs.render("json", make_result(1))


def test_a_target_may_hold_an_equals_sign() -> None:
    assert parse_out("json=a=b.json") == Out("json", "a=b.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("csb=x", "--out knows no `csb`"),
        ("", "--out knows no ``"),
        ("json", "--out json needs a target"),
        ("json=", "--out json needs a target"),
    ],
)
def test_wrong_targets(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_out(text)
    assert caught.value.message == message
    assert "json" in caught.value.hint


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    write_file(tmp_path / "a", "new")
    assert ((tmp_path / "a").read_text(), (tmp_path / "a").stat().st_mode & 0o777) == ("new", 0o640)
