"""The error of a threshold that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Part = Literal["metric", "expression", "option", "conflict"]


class ThresholdError(ValueError):
    """A threshold that cannot be read, with its place.

    `message` says what is wrong and `hint` what to do. `part` is where: in the key that names the metric, in the
    expression, or in an option beside it; a conflict is an option that is well written and has no meaning here. `path`
    leads from the metric's value to the text at fault (list positions and keys, empty for the value itself); `offset`
    counts characters of that text, or of the metric's key.
    """

    def __init__(self, message: str, offset: int = 0, part: Part = "expression", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.part = part
        self.hint = hint
        self.path: tuple[str | int, ...] = ()

    def below(self, *path: str | int) -> ThresholdError:
        """The same error, seen from further up: `path` is put before its own."""
        self.path = (*path, *self.path)
        return self


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint that offers the nearest known word, or `otherwise` where none is near."""
    from difflib import get_close_matches  # lazily: only mistakes need it

    near = get_close_matches(word, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else otherwise
