"""Which of a name's addresses are taken, and in which order. Pure.

`policy` and `select` are k6's (its lib/netext/resolver.go): the policy says which family is taken, and of its addresses
one is selected. Where k6 fails if that one cannot be connected to, the others follow here (RFC 8305).
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any

from loadspec.wire.settings import Policy, Select

Address = tuple[int, Any]
"""(family, socket address)."""
Pick = Callable[[str, int], int]
"""(host, number of its addresses) → index of the one to take."""

_FIRST: dict[str, int] = {"prefer_ipv4": socket.AF_INET, "prefer_ipv6": socket.AF_INET6}
ONLY: dict[str, int] = {"only_ipv4": socket.AF_INET, "only_ipv6": socket.AF_INET6}
"""Policy → the one family it takes."""


def candidates(found: Sequence[Address], policy: Policy) -> list[list[Address]]:
    """The addresses that a policy takes, by the order in which they may be tried: a list that is left when all of it
    has failed. Only the first is k6's; `prefer` falls back to the other family also where the preferred one is of no
    use.
    """
    if policy == "any":
        return [list(found)] if found else []
    family = _FIRST.get(policy) or ONLY[policy]
    groups = [[one for one in found if one[0] == family]]
    if policy in _FIRST:
        groups.append([one for one in found if one[0] != family])
    return [group for group in groups if group]


def ordered(group: Sequence[Address], first: int) -> list[Address]:
    """The address of index `first`, then the others in their own order, the families taking turns (RFC 8305, 4)."""
    turned = [*group[first:], *group[:first]]
    same = [one for one in turned if one[0] == turned[0][0]]
    other = [one for one in turned if one[0] != turned[0][0]]
    return [one for one in chain.from_iterable(zip_longest(same, other)) if one is not None]


def picker(select: Select, seed: int | None = None, first: int = 0, step: int = 1) -> Pick:
    """k6's `select`: which address a connection takes. Turns go from `first` on by `step`: workers share them out."""
    turns: dict[str, int] = {}
    draw = random.Random(seed).randrange

    def round_robin(host: str, count: int) -> int:
        turn = turns.get(host, first)
        turns[host] = turn + step
        return turn % count

    picks: dict[Select, Pick] = {
        "first": lambda _host, _count: 0,
        "random": lambda _host, count: draw(count) if count > 1 else 0,
        "round_robin": round_robin,
    }
    return picks[select]
