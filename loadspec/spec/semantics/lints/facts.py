"""What several lints look at: the steps that send, the names that texts mention, the scenarios with their loads."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple

from loadspec.load import LoadConfig
from loadspec.spec import shapes
from loadspec.spec.diagnostics import Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.values import at, mapping, mappings
from loadspec.spec.tree import below, children, flows

_TEMPLATE = re.compile(r"\{\{.*?(?:\}\}|$)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)?")
_STRING_WORD = re.compile(r"""['"]([A-Za-z_]\w*)['"]""")

_TEMPLATES_ONLY = frozenset(
    [
        "auth",
        "body",
        "call",
        "capture",
        "cookies",
        "description",
        "form",
        "graphql",
        "group",
        "headers",
        "json",
        "method",
        "multipart",
        "name",
        "on_fail",
        "pace",
        "parallel",
        "path",
        "poll",
        "query",
        "run",
        "tags",
        "think",
        "timeout",
        "use",
    ]
)
"""Keys of steps and endpoints below which no bare expression stands, but templates may."""

_EXPRESSIONS = frozenset(
    [
        "checks",
        "classify",
        "elif",
        "expression",
        "fail_when",
        "if",
        "over",
        "record",
        "repeat",
        "times",
        "until",
        "when",
        "where",
        "while",
    ]
)
"""Keys at or below which bare expressions stand."""


class Step(NamedTuple):
    """A step that the load runs; `scenario` is whose. Fragments stand where they are used."""

    scenario: str
    path: Path
    step: Mapping[str, Any]
    group: str = ""
    """The groups around it as metrics are tagged: `::outer::inner`."""

    @property
    def endpoint(self) -> str:
        """The endpoint that it sends to, empty for a step that sends nothing."""
        name = self.step.get("call", self.step.get("poll"))
        return name if isinstance(name, str) else ""


class Facts:
    """A resolved document, looked at from several sides; each side is computed when it is first asked for."""

    def __init__(self, document: Mapping[str, Any], places: Places) -> None:
        self.document = document
        self.places = places
        self.endpoints = dict(mappings(document, "endpoints"))

    @cached_property
    def all_steps(self) -> list[tuple[Path, Mapping[str, Any]]]:
        """Every step of every phase, scenario and fragment."""
        return [found for path, steps in flows(self.document) for found in below(path, steps)]

    @cached_property
    def load_steps(self) -> list[Step]:
        """The steps that the load runs: those of the flow and of scenarios that are ever drawn."""
        return [
            Step(name, place, step, group)
            for name, path, steps in self._load_flows()
            for place, step, group in _grouped(path, steps, "")
        ]

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        """(scenario, group) of every group that the load measures, named branches of `choose` included."""
        found = []
        for name, _, step, group in self.load_steps:
            found += [(name, inner) for inner in _inner_groups(step, group) if inner != group]
        return found

    def _load_flows(self) -> Iterator[tuple[str, Path, list[Any]]]:
        for path, steps in flows(self.document):
            if path == ("flow",):
                yield "default", path, steps
            elif path[0] == "scenarios":
                name = str(path[1])
                if mapping(self.document, "scenarios")[name].get("weight") != 0:
                    yield name, path, steps

    @cached_property
    def sending(self) -> list[Step]:
        """The steps of the load that send requests."""
        return [step for step in self.load_steps if step.endpoint]

    @cached_property
    def scheduled(self) -> frozenset[str]:
        """The scenarios of open loads: their iterations start by a schedule."""
        whole = [key for key in shapes.OPEN if key in self.document]
        scenarios = mappings(self.document, "scenarios") or [("default", self.document)]
        return frozenset(
            name
            for name, raw in scenarios
            if ([key for key in shapes.OPEN if key in raw] if shapes.own_load(raw) else whole)
        )

    @cached_property
    def loads(self) -> list[tuple[Path, Mapping[str, Any]]]:
        """Each load of the document with its path: the file's, then those of scenarios that have their own."""
        scenarios = mappings(self.document, "scenarios")
        own = [(("scenarios", name), raw) for name, raw in scenarios if shapes.own_load(raw)]
        file: list[tuple[Path, Mapping[str, Any]]] = [((), self.document)]
        return [*(file if len(own) < max(len(scenarios), 1) else []), *own]

    @cached_property
    def words(self) -> frozenset[str]:
        """Names that templates and expressions mention: `token`, `vars.size`, and what stands in quotes there.

        More than they mean, never less: a word inside a text literal counts, too.
        """
        return mentioned(self.document, ())

    @cached_property
    def built(self) -> list[tuple[Path, LoadConfig]]:
        """Each load that can be built, with its path; what is wrong with the others has been said."""
        found = []
        for path, raw in self.loads:
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                load = shapes.build_load(raw)
                if math.isfinite(load.end) and load.max_vus >= 0:  # of numbers, that is
                    found.append((path, load))
        return found


def _grouped(path: Path, steps: list[Any], group: str) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    """Every step of a list and in it, with its path and the groups around it."""
    for index, step in enumerate(steps):
        if not isinstance(step, Mapping):
            continue
        yield (*path, index), step, group
        lists = children(step)
        for (inner, nested), around in zip(lists, _inner_groups(step, group), strict=True):
            yield from _grouped((*path, index, *inner), nested, around)


def _inner_groups(step: Mapping[str, Any], group: str) -> list[str]:
    """The group of each list of steps inside a step."""
    found = []
    for inner, _ in children(step):
        row = at(step, inner[:2]) if inner[0] == "choose" else None
        name = step.get("group") if "group" in step else row.get("name") if isinstance(row, Mapping) else None
        found.append(f"{group}::{name}" if isinstance(name, str) else group)
    return found


def mentioned(value: Any, path: Path) -> frozenset[str]:
    """The names that the texts of a value mention, `path` being where it stands; see `Facts.words`."""
    found: set[str] = set()
    for text in _texts(value, path):
        found.update(re.sub(r"\s", "", word) for word in _WORD.findall(text))
        found.update(_STRING_WORD.findall(text))
    return frozenset(found | {word.partition(".")[0] for word in found})


def _texts(value: Any, path: Path) -> Iterator[str]:
    """Every text in which a name can be mentioned: templates anywhere, bare expressions where they may stand."""
    if isinstance(value, str):
        if "{{" in value:
            yield from _TEMPLATE.findall(value)
        elif path and _bare(path):
            yield value
    elif isinstance(value, Mapping | list):
        if path[:1] == ("pools",) and path[2:3] == ("items",):
            return  # data
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in items:
            yield from _texts(part, (*path, key))


def _bare(path: Path) -> bool:
    """Whether a text at the path may be a bare expression; users name keys, too, so that in doubt it may."""
    if path[0] in ("env", "vars", "name"):
        return False
    if path[0] == "pools":
        return path[-1] == "where"
    parts = path[1:]
    return not _EXPRESSIONS.isdisjoint(parts) or _TEMPLATES_ONLY.isdisjoint(parts)
