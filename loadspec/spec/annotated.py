"""The resolved document as YAML in which a comment behind each value says where it is from; secrets are masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loadspec.spec.diagnostics import Path
from loadspec.spec.dump import resolved_yaml
from loadspec.spec.model import Spec
from loadspec.spec.origins import Origin, Origins

_COLUMN = 60
"""Where comments begin, if the line is not longer."""
_ENDLESS = 1 << 20


def annotated_yaml(spec: Spec, origins: Origins) -> str:
    """YAML that reads back as the document. `:12` is line 12 of the spec's own file."""
    text = resolved_yaml(spec, width=_ENDLESS)
    lines = text.splitlines()
    for line, path in _leaves_of(text):
        comment = origin_text(origins.of(path), spec.source)
        lines[line] = f"{lines[line]:<{_COLUMN}}  # {comment}"
    return "".join(f"{line}\n" for line in lines)


def origin_text(origin: Origin, own: str) -> str:
    """An origin in few words; `own` is the spec's own file."""
    place = f":{origin.line}" if origin.line else ""
    if origin.file != own:
        place = f"{origin.file}{place}"
    if origin.kind == "profile":
        return f"profile {origin.name} {place}".rstrip()
    return place or origin.name or "default"


def _leaves_of(text: str) -> Iterator[tuple[int, Path]]:
    """(line, path) of every value that holds no other, by the text's own places."""
    import yaml

    yield from _below(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), ())


def _below(node: Any, path: Path) -> Iterator[tuple[int, Path]]:
    pairs: list[tuple[Any, Any]] = []
    if node.id == "mapping":
        pairs = [(key.value, value) for key, value in node.value]
    elif node.id == "sequence":
        pairs = list(enumerate(node.value))
    if not pairs:
        yield node.start_mark.line, path
    for part, value in pairs:
        yield from _below(value, (*path, part))
