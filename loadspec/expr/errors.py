"""What can go wrong with an expression: in its text (`ExprError`) or in one evaluation (`Missing`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Topic = Literal["syntax", "function", "regex"]


class ExprError(ValueError):
    """An expression or template that cannot be compiled.

    `message` is a sentence, `offset` the 0-based column in the text that was given, `hint` what to do (may be empty).
    `topic` says what kind of mistake it is: `syntax`, `function` (none of that name, or other arguments) or `regex`.
    """

    def __init__(self, message: str, offset: int = 0, hint: str = "", topic: Topic = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint
        self.topic = topic

    def shifted(self, columns: int) -> ExprError:
        """The same error, `columns` further right: an expression inside a longer text."""
        return ExprError(self.message, self.offset + columns, self.hint, self.topic)


class UnknownName(Exception):  # noqa: N818 - a name for what happened, as `Missing`
    """Raised by `Scope.resolve` for a name that nothing defines; `suggestions` are legal names, the nearest first."""

    def __init__(self, parts: tuple[str, ...], suggestions: Sequence[str] = ()) -> None:
        super().__init__(".".join(parts))
        self.parts = parts
        self.suggestions = tuple(suggestions)


class Missing(Exception):  # noqa: N818 - an everyday outcome of an evaluation, not a fault
    """Raised by an evaluation whose path is not there. `Missing("json.token").path` is that path."""

    kind = "missing_value"
    """The kind of failure that a step has which could not be sent for it."""
    passes = False
    """Whether what lacks now may be there in a while."""

    # No __init__: a Missing is raised on the hot path, and a Python-level constructor would double its price.

    @property
    def path(self) -> str:
        """The path that is not there, as far as it was looked up; empty in an `EvalError`."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"`{self.path}` is not there"


class EvalError(Missing):
    """Raised by an evaluation that has no value for another reason: `null < 3`, a division by zero, a text too long.

    Its one argument is a sentence.
    """

    @property
    def path(self) -> str:
        """Empty: no path is to blame."""
        return ""

    def __str__(self) -> str:
        return str(self.args[0])
