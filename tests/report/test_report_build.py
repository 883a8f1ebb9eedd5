"""Compiled templates are kept where compiled modules are, and only ever save time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest

from loadspec.report.build import compiled

TEMPLATES = {"t.j2": "{{ 1 + 1 }}"}


def shown(cache: Any) -> str:
    return jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES), bytecode_cache=cache).get_template("t.j2").render()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "__pycache__").mkdir()
    return str(tmp_path / "module.py")


def test_a_template_is_compiled_once(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(compiled(module)) == "2"
    assert [file.suffix for file in (Path(module).parent / "__pycache__").iterdir()] == [".jinja2"]
    monkeypatch.setattr(jinja2.Environment, "_generate", None)
    assert shown(compiled(module)) == "2"
    with pytest.raises(TypeError):
        shown(None)


def test_nothing_is_kept_where_python_keeps_nothing(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(module).parent / "__pycache__").rmdir()
    assert compiled(module) is None
    (Path(module).parent / "__pycache__").mkdir()
    assert compiled(module) is not None
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled(module) is None


def test_a_full_disk_does_not_cost_the_report(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jinja2.FileSystemBytecodeCache, "dump_bytecode", full)
    assert shown(compiled(module)) == "2"
