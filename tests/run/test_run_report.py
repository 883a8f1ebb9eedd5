"""A run's files made again: what is made of the samples that a killed run has left."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support_journal import head, records, written

from loadspec.errors import UsageError
from loadspec.output_kinds import Out
from loadspec.results.head import FileInfo
from loadspec.run.report import report_again
from loadspec.samples.parts import part_path
from loadspec.samples.rows import COLUMNS

HEADER = ",".join(COLUMNS).encode() + b"\n"


def killed(folder: Path, **files: str) -> Path:
    """The folder of a run that was killed, whose spec asked for these files of samples."""
    own = replace(head(), files=[FileInfo(output, path, {}) for output, path in files.items()])
    written(folder, [*records(3)][:3], own).close()
    return folder


def leave(path: Path, *contents: bytes) -> list[Path]:
    """Parts of a file."""
    parts = [part_path(str(path), "r", worker) for worker in range(len(contents))]
    for part, content in zip(parts, contents, strict=True):
        part.write_bytes(content)
    return parts


def test_parts_become_their_file_and_torn_lines_are_cut_away(tmp_path: Path) -> None:
    folder = killed(tmp_path / "run", csv="s.csv", jsonl="none.jsonl")
    leave(folder / "s.csv", b"a,b\n1,2\n3,", b"5,6\n")
    _, files, failed = report_again(folder)
    assert failed is None
    assert (folder / "s.csv").read_bytes() == b"a,b\n1,2\n5,6\n"
    assert folder / "s.csv" in files
    assert not list(folder.glob("*.part-*"))
    assert not (folder / "none.jsonl").exists()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Its run was killed while parts were joined: what is there has the first of them already."""
    folder = killed(tmp_path / "run", csv="s.csv")
    (folder / "s.csv").write_bytes(b"a,b\n1,2\n")
    left = leave(folder / "s.csv", b"", b"5,6\n")
    report_again(folder)
    assert (folder / "s.csv").read_bytes() == b"a,b\n1,2\n"
    assert all(part.exists() for part in left)


def test_a_part_that_is_a_link_is_none(tmp_path: Path) -> None:
    folder, mine = killed(tmp_path / "run", csv="s.csv"), tmp_path / "mine.txt"
    mine.write_bytes(b"mine\nno end")
    part_path(str(folder / "s.csv"), "r", 0).symlink_to(mine)
    report_again(folder)
    assert mine.read_bytes() == b"mine\nno end"
    assert not (folder / "s.csv").exists()


@pytest.mark.parametrize("path", ["../s.csv", "/s.csv", "journal", ".s.csv"])
def test_a_journal_names_no_file_elsewhere(tmp_path: Path, path: str) -> None:
    folder = killed(tmp_path / "run", csv=path)
    (part,) = leave(tmp_path / "s.csv", b"a\n")
    assert report_again(folder)[2] is None
    assert part.exists()


def test_what_is_asked_for_beside_must_have_parts(tmp_path: Path) -> None:
    folder = killed(tmp_path / "run")
    leave(tmp_path / "s.csv", b"a\n")
    report_again(folder, [Out("csv", str(tmp_path / "s.csv"))])
    assert (tmp_path / "s.csv").read_bytes() == b"a\n"
    with pytest.raises(UsageError, match=r"run r has left no parts of .*t\.csv"):
        report_again(folder, [Out("csv", str(tmp_path / "t.csv"))])
    with pytest.raises(UsageError, match=r"run r has left no parts of .*none/t\.csv"):
        report_again(folder, [Out("csv", str(tmp_path / "none" / "t.csv"))])
    with pytest.raises(UsageError, match="belongs to a run that goes on"):
        report_again(folder, [Out("statsd", "127.0.0.1:8125")])


def test_without_its_library_parts_stay_and_the_rest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = killed(tmp_path / "run", parquet="s.parquet", csv="s.csv")
    parts = leave(folder / "s.parquet", HEADER) + leave(folder / "s.csv", b"a\n")
    monkeypatch.setattr("loadspec.output_kinds.find_spec", lambda name: None)
    _, files, failed = report_again(folder)
    assert failed is not None
    assert "output parquet needs a library that is not installed: pyarrow" in failed.message
    assert failed.hint == "pip install 'loadspec[parquet]'"
    assert (folder / "s.csv") in files
    assert [part.exists() for part in parts] == [True, False]


def test_where_the_folder_of_samples_is_missing_there_is_nothing_to_make_and_nothing_to_tell(tmp_path: Path) -> None:
    folder = killed(tmp_path / "run", csv="samples/s.csv")
    _, files, failed = report_again(folder)
    assert failed is None
    assert folder / "results.json" in files


def test_parts_that_nobody_may_look_for_are_not_said_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = killed(tmp_path / "run", csv="samples/s.csv")

    def refuse(*_: object) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("loadspec.samples.parts.parts_of", refuse)
    _, _, failed = report_again(folder)
    assert failed is not None
    assert failed.message == f"cannot write {folder / 'samples' / 's.csv'}: Permission denied"
    assert failed.hint == "make its folder one that can be read, and try again"
