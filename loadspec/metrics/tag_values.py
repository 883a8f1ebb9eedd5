"""How many values tags may have: each one makes series of its own, in every worker, every second and every file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from loadspec.metrics.store import tags_of

MAX_VALUES = 100
"""Of a tag whose values are known only when the load runs."""
MAX_COMBINATIONS = 1000
"""Of the values of such tags, over all endpoints."""


class TagValues:
    """The values that templated tags have had."""

    def __init__(self) -> None:
        self.tell: Callable[[str, Mapping[str, str]], None] = lambda endpoint, tags: None
        """Hears of each new combination: (endpoint, tags)."""
        self._values: dict[str, set[str]] = {}
        self._combinations: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def add(self, endpoint: str, tags: Mapping[str, str]) -> str:
        """One more combination, if it is new → what is wrong with it, as a sentence; empty where nothing is."""
        for tag, value in tags.items():
            values = self._values.setdefault(tag, set())
            if value not in values and len(values) == MAX_VALUES:
                return (
                    f"endpoint {endpoint}: its tag {tag} has more than {MAX_VALUES} values, `{value}` is the next one; "
                    "a tag is for what has few values: leave it out, or tag by what the values have in common"
                )
            values.add(value)
        combination = (endpoint, tags_of(**tags))
        if combination not in self._combinations and len(self._combinations) == MAX_COMBINATIONS:
            return (
                f"endpoint {endpoint}: the values of {' and '.join(tags)} make more than {MAX_COMBINATIONS} "
                "combinations, those of other endpoints included; leave one of the tags out"
            )
        if combination not in self._combinations:
            self._combinations.add(combination)
            self.tell(endpoint, tags)
        return ""
