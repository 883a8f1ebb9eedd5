"""Selectors: a text of the spec compiled to functions that find values in a document.

JSONPath, regular expressions, CSS and XPath, and JSON Schema as the question whether a document fits. All is pure:
`spec` compiles to find mistakes, `protocols` to run. Libraries are imported by the first selector that needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Selector"]


class Selector(NamedTuple):
    """`first` gives the first match in a document and raises Missing where there is none; `every` gives all."""

    first: Callable[[Any], Any]
    every: Callable[[Any], list[Any]]
