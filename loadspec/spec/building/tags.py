"""The tags that a spec gives names to, and the values that each can have. Of a document that may be malformed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.metrics.catalog import tag_names
from loadspec.spec.tree import walk

Values = dict[str, list[str] | None]
"""Tag → its values; None where they are known only when the load runs."""


def own_tags(document: Mapping[str, Any], metric: str = "") -> Values:
    """The tags that scenarios, groups, endpoints and steps give, to this metric if one is named."""
    legal = tag_names(metric) if metric else ("scenario", "group", "endpoint")
    found: Values = {}
    for carried, tags in _given(document):
        for tag, value in tags.items() if isinstance(tags, Mapping) and carried in legal else ():
            if value is None:
                continue
            text = str(value)
            known = found.setdefault(tag, [])
            if "{{" in text:
                found[tag] = None
            elif known is not None and text not in known:
                known.append(text)
    return found


def _given(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(the tag that all have which carry them, tags)."""
    for key, carried in (("scenarios", "scenario"), ("endpoints", "endpoint")):
        owners = document.get(key)
        for owner in owners.values() if isinstance(owners, Mapping) else ():
            if isinstance(owner, Mapping):
                yield carried, owner.get("tags")
    for _, step in walk(document):
        yield "group" if "group" in step else "endpoint", step.get("tags")
