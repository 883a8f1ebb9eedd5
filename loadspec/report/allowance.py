"""How many samples fit on a page that must stay small: the first of each group before the second of any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeVar

T = TypeVar("T")


def weight(*texts: str) -> int:
    """Characters of texts as HTML."""
    return sum(len(escape(text)) for text in texts)


def within(groups: Sequence[Sequence[T]], size: Callable[[T], int], most: int) -> list[list[T]]:
    """Of each group as many of its first ones as fit: all that is kept is at most `most` together.

    What does not fit ends its group; smaller ones of others may still fit.
    """
    kept: list[list[T]] = [[] for _ in groups]
    ended = [False] * len(groups)
    left = most
    for turn in range(max(map(len, groups), default=0)):
        for i, group in enumerate(groups):
            if ended[i] or turn >= len(group):
                continue
            need = size(group[turn])
            ended[i] = need > left
            if not ended[i]:
                kept[i].append(group[turn])
                left -= need
    return kept
