"""Documents mutated as trees: nodes deleted, doubled, renamed, retyped, moved. Pure functions of a random source."""

from __future__ import annotations

import json
from random import Random
from typing import Any

_WORDS = """
    flow setup teardown endpoints pools metrics thresholds profiles scenarios fragments include env vars target
    call poll think until when name steps repeat if then else elif choose parallel group use run record classify
    checks capture json form body auth headers query stages vus duration iterations rate items file pick status
    ok a 漢 _x x-y base_url path every timeout over times while at_most weight start_at after tags that abort
"""
WORDS = tuple(_WORDS.split())
LEAVES: list[Any] = [
    *(None, True, False, 0, 1, -1, 10**30, 0.5, "", " ", "a", "漢字", "x" * 300, "{{", "{{ a }}", "{{ json }}", "}}"),
    *("status == 200", "ok", "1s", "1s..3s", "10s:5", "10s:5, 0s:0", "p(95) < 1s", "rate < 0%", "count >= 0"),
    *("$.a", "$..", "/a", "http://h/x", "GET", "trend", "../x", "x.yaml", "x.yaml#a", "steps.a.ok", "since('a')"),
    *("a and b or not c", "(" * 60, "matches(body, '(')", "\u202e", "\n", "a: b", "- a", "200-299", "5xx", "0x10"),
    *([], {}, [[]], {"": {}}, [None], {"a": None}, [{"call": "a"}], {"over": "a", "as": "a"}),
]


def mutated(document: Any, random: Random, times: int = 3) -> Any:
    """A deep copy with up to `times` changes."""
    copy = json.loads(json.dumps(document))
    for _ in range(random.randint(1, times)):
        places = list(_places(copy))
        if not places:
            return random.choice(LEAVES)
        parent, key = random.choice(places)
        random.choice(_CHANGES)(parent, key, random, places)
    return copy


def _places(value: Any) -> Any:
    """(container, key or index) of every node below the root."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(items):
        yield value, key
        yield from _places(below)


def _delete(parent: Any, key: Any, random: Random, places: Any) -> None:
    del parent[key]


def _double(parent: Any, key: Any, random: Random, places: Any) -> None:
    if isinstance(parent, list):
        parent.insert(key, json.loads(json.dumps(parent[key])))
    else:
        parent[f"{key}_2"] = json.loads(json.dumps(parent[key]))


def _rename(parent: Any, key: Any, random: Random, places: Any) -> None:
    if isinstance(parent, dict):
        name = random.choice([*WORDS, key[:-1], key + "s", key.upper()])
        items = [(name if each == key else each, value) for each, value in parent.items()]
        parent.clear()
        parent.update(items)


def _replace(parent: Any, key: Any, random: Random, places: Any) -> None:
    parent[key] = json.loads(json.dumps(random.choice(LEAVES)))


def _move(parent: Any, key: Any, random: Random, places: Any) -> None:
    """Another node's copy in its place."""
    other, at = random.choice(places)
    parent[key] = json.loads(json.dumps(other[at]))


def _wrap(parent: Any, key: Any, random: Random, places: Any) -> None:
    parent[key] = random.choice([[parent[key]], {random.choice(WORDS): parent[key]}])


def _insert(parent: Any, key: Any, random: Random, places: Any) -> None:
    leaf = json.loads(json.dumps(random.choice(LEAVES)))
    if isinstance(parent, dict):
        parent[random.choice(WORDS)] = leaf
    else:
        parent.insert(key, leaf)


_CHANGES = (_delete, _double, _rename, _rename, _replace, _replace, _move, _wrap, _insert)
