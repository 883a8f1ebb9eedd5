"""Finds the fenced blocks of the documentation, and says what each one is.

A block's first line is ```` ```LANGUAGE [FILE.yaml] [not run: REASON] ````. Which languages there are, and what becomes
of them:

- `bash`, `sh`, `console`: every line is run (`support_docs_run` says how);
- `yaml`: a whole spec (it has `loadspec:`) is validated and run, a fragment is merged over `BASE` and validated; a FILE
  saves a whole spec under that name for the shell blocks after it;
- `python`: is run as a program, or by pytest if it defines tests;
- `text`: output, tables, drawings; nothing to run;
- any other language of `SHOWN` is there to be read, and must say why it is not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from loadspec.spec.scalars import scalar

ROOT = Path(__file__).parents[2]
SHELL = ("bash", "sh", "console")
SHOWN = ("ini", "js", "json", "xml")
LANGUAGES = (*SHELL, *SHOWN, "python", "yaml", "text")
_FENCE = re.compile(r"^( *)(```+|~~~+)(.*)$")
_INFO = re.compile(r"(?P<language>\S*)(?: +(?P<file>[\w.-]+\.yaml))?(?: +(?P<marker>not run.*))?")
_MARKER = re.compile(r"not run: (\S.*)")


class BlockError(ValueError):
    """A block that nobody could judge: an unknown language, a marker without a reason, a fence that never ends."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `not_run` is the reason why it is not run, empty where it is."""

    page: str
    line: int
    language: str
    text: str
    file: str = ""
    not_run: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages(root: Path = ROOT) -> list[Path]:
    """The pages whose blocks must be true."""
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]


def find_blocks(text: str, page: str) -> list[Block]:
    """The fenced blocks of a page. Raises BlockError."""
    return list(_blocks(iter(enumerate(text.splitlines(), start=1)), page))


def _blocks(lines: Iterator[tuple[int, str]], page: str) -> Iterator[Block]:
    for number, line in lines:
        opened = _FENCE.match(line)
        if opened is None:
            continue
        indent, fence, info = opened.groups()
        body: list[str] = []
        for _, inner in lines:
            if inner.strip() == fence:
                break
            body.append(inner.removeprefix(indent))
        else:
            raise BlockError(f"{page}:{number}: this block has no end")
        yield _block(page, number, info.strip(), "".join(f"{inner}\n" for inner in body))


def _block(page: str, number: int, info: str, text: str) -> Block:
    match = _INFO.fullmatch(info)
    if match is None or match["language"] not in LANGUAGES:
        raise BlockError(f"{page}:{number}: ```{info} is none of {', '.join(LANGUAGES)}, or says more than that")
    reason = _MARKER.fullmatch(match["marker"] or "")
    if match["marker"] and reason is None:
        raise BlockError(f"{page}:{number}: the marker is `not run: REASON`")
    if match["language"] in SHOWN and reason is None:
        raise BlockError(f"{page}:{number}: {match['language']} is never run: say why with `not run: REASON`")
    return Block(page, number, match["language"], text, match["file"] or "", reason[1] if reason else "")


def read_yaml(text: str) -> Any:
    """YAML text → plain data by YAML 1.2's rules, as loadspec reads it."""
    return _value(yaml.compose(text, Loader=yaml.SafeLoader))


def _value(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {_value(key): _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return scalar(node.value) if node.style is None else node.value


def is_whole_spec(text: str) -> bool:
    """Whether a YAML block is a spec of its own."""
    return re.search(r"(?m)^loadspec:", text) is not None


BASE = """
loadspec: 1
env:
  API_BASE: {default: "http://127.0.0.1:8089"}
  LOAD_USER: {default: loadtest@example.com}
  LOAD_PASS: {default: mock-password, secret: true}
vars: {model: seedream4, await_image: false}
target: {base_url: "{{ env.API_BASE }}"}
pools:
  users: {items: [{email: ada@example.com, password: one}]}
  prompts: {items: [A scenic landscape at sunset]}
metrics:
  response_time: trend
  time_to_image: trend
  errors: rate
  generation_success: rate
  credit_errors: counter
  provider_errors: counter
  other_errors: counter
endpoints:
  login:
    method: POST
    path: /api/auth/login
    json: {email: "{{ pool.users.email }}", password: "{{ pool.users.password }}"}
    capture: {token: $.token}
  generate:
    method: POST
    path: /api/images/seedream4/generate
    auth: {bearer: "{{ token }}"}
    json: {prompt: "{{ pool.prompts }}"}
    capture: {session_id: $.session_id}
    checks:
      status is 202: status == 202
  image_status:
    path: "/api/sessions/{{ session_id }}"
    auth: {bearer: "{{ token }}"}
flow:
  - call: login
  - call: generate
    record: {response_time: duration, errors: not ok, generation_success: ok}
    classify:
      - {when: status == 402, count: credit_errors}
      - {when: status >= 500, count: provider_errors}
      - {else: other_errors}
  - poll: image_status
    until: json.status == 'done'
    record: {time_to_image: since('generate')}
"""
"""What a fragment is merged over: the names that the documentation uses."""

_LOAD = ("vus", "duration", "iterations", "stages")
_BY_NAME = ("env", "vars", "target", "pools", "metrics", "endpoints")
"""Sections whose entries a fragment adds to; any other section it replaces."""


def merged(fragment: str) -> dict[str, Any]:
    """A fragment at the top level of the base spec; a list of steps is the end of its flow."""
    base, given = read_yaml(BASE), read_yaml(fragment)
    if isinstance(given, list):
        given = {"flow": [*base["flow"][:2], *(step for step in given if step not in base["flow"][:2])]}
    if "scenarios" in given:  # they stand instead of the flow, and bring their loads
        base = {section: value for section, value in base.items() if section not in ("flow", *_LOAD)}
    for section, value in given.items():
        base[section] = {**base[section], **value} if section in _BY_NAME else value
    return base
