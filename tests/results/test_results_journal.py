"""The journal: what is written is there at once, and a full disk ends only the journal."""

from __future__ import annotations

import json
from pathlib import Path

from loadspec.results.journal import Journal


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_snapshot_is_on_disk_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, {"run_id": "x"})
    for t in (1.0, 2.0):
        journal.write({"t": t})
        assert lines(path)[-1] == {"t": t}
    assert lines(path)[0] == {"loadspec": "journal", "version": 1, "run_id": "x"}
    journal.close()
    assert journal.failure == ""


def test_a_full_disk_is_told_and_ends_only_the_journal() -> None:
    journal = Journal(Path("/dev/full"), {})
    journal.write({"t": 1.0})
    journal.close()
    assert "journal /dev/full ends early: No space left" in journal.failure


def test_no_place_for_it_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "missing" / "journal", {})
    journal.write({"t": 1.0})
    assert "No such file" in journal.failure
