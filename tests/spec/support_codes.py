"""Examples of codes, made into files and commands that give diagnostics.

An example is a whole spec or the sections that matter; `completed` puts the others beside it. Its first line may be
`$ [NAME=VALUE ...] loadspec COMMAND FILE OPTIONS`, the command that is checked, though never run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from loadspec.cli import main
from loadspec.cli.options import overrides
from loadspec.spec import Diagnostic, SpecError, load

_SECTION = re.compile(r"(?m)^([a-z_]+):")
_ENDPOINT = re.compile(r"(?m)^  (_?\w[\w-]*):")
_FLOWS = ("flow", "scenarios")


def completed(example: str) -> str:
    """An example with the sections that a spec must have; they stand after it, so that lines keep their numbers."""
    sections = set(_SECTION.findall(example))
    text = example
    if "loadspec" not in sections:
        text = "loadspec: 1\n" + text
    if "---" in example:
        return text
    if "target" not in sections:
        text += 'target: {base_url: "http://127.0.0.1:8089"}\n'
    if "endpoints" not in sections:
        text += "endpoints:\n  home: {path: /}\n"
    if not sections & set(_FLOWS):
        text += "flow:\n" + "".join(f"  - call: {name}\n" for name in _called(text))
    return text


def _called(text: str) -> list[str]:
    """Names under `endpoints`, but those that begin with an underscore."""
    below = text.split("endpoints:\n", 1)[1] if "endpoints:\n" in text else ""
    block = re.match(r"(?:^(?: .*|)\n)*", below, re.MULTILINE)
    return [name for name in _ENDPOINT.findall(block.group() if block else "") if not name.startswith("_")]


def split(example: str) -> tuple[str, str]:
    """The command of an example, and its spec."""
    if not example.startswith("$ "):
        return "loadspec validate spec.yaml", example
    line, _, text = example[2:].partition("\n")
    return line, text


def diagnose(example: str, files: Mapping[str, str], folder: Path) -> list[Diagnostic]:
    """What loadspec says of an example, written to spec.yaml in a folder beside the other files."""
    line, text = split(example)
    for name, content in {"spec.yaml": completed(text), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    words = shlex.split(line)
    program = words.index("loadspec")
    environ = dict(word.split("=", 1) for word in words[:program])
    return _checked(words[program + 1], words[program + 2 :], environ, folder)


def _checked(name: str, arguments: list[str], environ: dict[str, str], folder: Path) -> list[Diagnostic]:
    """What `run` or `validate` with these arguments says before it would do anything."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    given = click.Context(command)
    command.parse_args(given, arguments)
    spec = given.params.get("spec") or given.params["specs"][0]
    known = overrides.__annotations__.keys() - {"return"}
    values: dict[str, Any] = {key: given.params.get(key) for key in known}
    for key in ("stage", "variables", "environment"):
        values[key] = values[key] or ()
    try:
        loaded = load(folder / spec, overrides(**values), environ if name == "run" else None)
    except SpecError as refused:
        return list(refused.diagnostics)
    return list(loaded.warnings)
