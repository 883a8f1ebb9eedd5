"""The names and values of tags, wherever they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.grammar.kinds import NAME
from loadspec.spec.grammar.tags import MAX_LENGTH
from loadspec.spec.places import Places
from loadspec.spec.semantics.values import mapping, mappings
from loadspec.spec.tree import walk
from loadspec.thresholds.selector import SELECTOR_TAGS

Found = Iterator[Diagnostic]

RESERVED_TAGS = (*SELECTOR_TAGS, "error_phase", "name", "selector", "quantile", "le")
"""Those of series: loadspec's own, k6's name of a request, and what outputs give to sub-metrics and to the parts of a
trend."""


def check_tags(document: Mapping[str, Any], places: Places) -> Found:
    """The run's, and those of scenarios, groups, endpoints and steps."""
    yield from _fixed(places, (), document)
    for name, scenario in mappings(document, "scenarios"):
        yield from _fixed(places, ("scenarios", name), scenario)
    for name, endpoint in mappings(document, "endpoints"):
        yield from _of_requests(places, ("endpoints", name), endpoint)
    for path, step in walk(document):
        yield from (_fixed if "group" in step else _of_requests)(places, path, step)


def _fixed(places: Places, path: Path, owner: Mapping[str, Any]) -> Found:
    """Values stand in the file."""
    for tag, value in mapping(owner, "tags").items():
        place = (*path, "tags", tag)
        yield from _name(places, place, tag)
        if isinstance(value, str) and "{{" in value:
            message = "no template is expanded in a tag of a scenario, a group or the run"
            help = "write the value out, or give the tag to the endpoints or steps whose requests it divides"
            yield places.text(place, value, value.index("{{"), "LS043", message, 2, help=help)


def _of_requests(places: Places, path: Path, owner: Mapping[str, Any]) -> Found:
    """Values may be templates, which are checked with all others of a request."""
    for tag, value in mapping(owner, "tags").items():
        place = (*path, "tags", tag)
        yield from _name(places, place, tag)
        if isinstance(value, str) and "{{" not in value and len(value) > MAX_LENGTH:
            message = f"a tag's value has at most {MAX_LENGTH} characters, not {len(value)}"
            yield places.value(place, "LS016", message, help="shorten it")


def _name(places: Places, place: Path, tag: str) -> Found:
    if tag in RESERVED_TAGS:
        yield places.key(place, "LS035", f"`{tag}` is a tag that loadspec sets", help="choose another name")
    elif tag.startswith("__"):
        message = f"`{tag}` begins as Prometheus's own labels do"
        yield places.key(place, "LS035", message, help="choose a name that does not begin with __")
    elif isinstance(places.home(place), str) and not re.match(NAME, tag):  # of a file, the schema has said so
        help = "letters, digits and _, not a digit first"
        yield places.key(place, "LS016", f"`{tag}` is no name of a tag", help=help)
