"""Texts that `plan` compiles, and the value that says that nothing was given."""

from __future__ import annotations

from enum import Enum
from typing import Final

Template = str
Expr = str


class Unset(Enum):
    """The type of `UNSET`, which says that a value was not given where null is a value."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
