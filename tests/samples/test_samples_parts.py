"""Parts: whatever was cut off, what is left is whole and joins."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.samples.parts import join, member, mend, part_path, parts_of


def parts(folder: Path, *contents: bytes) -> list[Path]:
    paths = [part_path(str(folder / "s.csv"), "run", worker) for worker in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def test_parts_are_found_in_the_order_of_their_workers(tmp_path: Path) -> None:
    made = parts(tmp_path, *(b"%d\n" % worker for worker in range(12)))
    part_path(str(tmp_path / "s.csv"), "other", 0).write_bytes(b"no")
    assert parts_of(str(tmp_path / "s.csv"), "run") == made


def test_joined_they_are_one_file_and_gone(tmp_path: Path) -> None:
    made = parts(tmp_path, b"a,b\n1,2\n", b"", b"3,4\n")
    join(made, tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_bytes() == b"a,b\n1,2\n3,4\n"
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


def test_gzip_members_join_by_cat_too(tmp_path: Path) -> None:
    made = parts(tmp_path, member(b"a\n") + member(b"b\n"), member(b"c\n"))
    by_hand = subprocess.run(["cat", *made], capture_output=True, check=True).stdout
    assert gzip.decompress(by_hand) == b"a\nb\nc\n"
    join(made, tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_bytes() == by_hand


def test_without_room_the_parts_stay_as_they_were(tmp_path: Path) -> None:
    made = parts(tmp_path, b"a\n", b"b\n")
    made[1].unlink()
    made[1].mkdir()  # it cannot be read
    with pytest.raises(IsADirectoryError):
        join(made, tmp_path / "s.csv")
    assert made[0].read_bytes() == b"a\n"
    assert not (tmp_path / "s.csv").exists()


@given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b".") + b"\n"), max_size=4), st.data())
def test_a_torn_end_is_cut_away(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    for gzipped in (False, True):
        pieces = [member(line) if gzipped else line for line in lines]
        whole = b"".join(pieces)
        cut = data.draw(st.integers(0, len(whole)))
        path = folder / "part"
        path.write_bytes(whole[:cut])
        lost = mend(path, gzipped)
        kept = path.read_bytes()
        assert whole.startswith(kept)
        assert len(kept) + lost == cut
        ends = [sum(map(len, pieces[:count])) for count in range(len(pieces) + 1)]
        assert len(kept) == max(end for end in ends if end <= cut)
