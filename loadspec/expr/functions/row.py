"""What one row of the function table is, and the words that its signature is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from loadspec.expr.errors import EvalError
from loadspec.expr.values import MAX_ITEMS, MAX_TEXT

NULL, TRUTH, NUMBER, TEXT, LIST, MAP, BYTES = (1 << bit for bit in range(7))
"""Kinds of values, as bits: what an expression may give is a sum of them."""
ANY = NULL | TRUTH | NUMBER | TEXT | LIST | MAP | BYTES
KINDS: Mapping[str, int] = {
    "null": NULL,
    "truth": TRUTH,
    "number": NUMBER,
    "text": TEXT,
    "list": LIST,
    "map": MAP,
    "bytes": BYTES,
    "any": ANY,
}
MANY = 100
"""Arguments that a function of any number takes."""


class Param(NamedTuple):
    """One parameter: its name, the kinds it takes, whether it may be left out, whether it stands for any number."""

    name: str
    kinds: int
    optional: bool = False
    many: bool = False


class Function(NamedTuple):
    """One function.

    `call` gets the arguments, behind what it `needs`: `chance` (64 random bits of the user at a call) or `clock`
    (milliseconds since 1970); `syntax` says that the compiler or the scope makes the call, `run` that it can make much
    of little, and so is never called before the run. `params` are what it takes, `gives` the kinds of its result, `doc`
    one line, `example` a call, `shows` its value (None: another one each time).
    """

    call: Callable[..., Any]
    takes: str
    params: tuple[Param, ...]
    gives: int
    doc: str
    example: str
    shows: Any
    needs: str

    @property
    def min_args(self) -> int:
        """The fewest arguments."""
        return sum(not param.optional for param in self.params)

    @property
    def max_args(self) -> int:
        """The most arguments."""
        return MANY if self.params and self.params[-1].many else len(self.params)

    @property
    def pure(self) -> bool:
        """Whether it may be called once for all where its arguments are constants."""
        return not self.needs

    def signature(self, name: str) -> str:
        """`split(text, separator)`: as a user calls it; what may be left out ends in `?`."""
        return f"{name}({self.takes_names()})"

    def takes_names(self) -> str:
        """`text, separator?`."""
        return ", ".join(_shown(param) for param in self.params)

    def usage(self, name: str) -> str:
        """`split(text, separator?): the parts …`: what hover and help say."""
        return f"{self.signature(name)}: {self.doc}"


def row(
    call: Callable[..., Any], takes: str, gives: str, doc: str, example: str, shows: Any = None, needs: str = ""
) -> Function:
    """A row of the table: `takes` is `"text: text, separator: text?"`, `*` instead of `?` for any number."""
    params = tuple(_param(part) for part in takes.split(", ")) if takes else ()
    return Function(call, takes, params, _kinds(gives), doc, example, shows, needs)


def _param(text: str) -> Param:
    name, _, kinds = text.partition(": ")
    mark = kinds[-1]
    return Param(name, _kinds(kinds.rstrip("?*")), mark in "?*", mark == "*")


def _kinds(text: str) -> int:
    return sum(KINDS[word] for word in text.split("|"))


def _shown(param: Param) -> str:
    return param.name + ("…" if param.many else "?" if param.optional else "")


# Guards that the themes share. A TypeError or ValueError becomes an EvalError that names the function.


def items(value: Any) -> Sequence[Any]:
    """A list that is short enough to be worked on. Raises TypeError, EvalError."""
    if not isinstance(value, (list, tuple)):
        raise TypeError
    if len(value) > MAX_ITEMS:
        raise EvalError(f"a list of {len(value)} items is too long, functions take {MAX_ITEMS}")
    return value


def number(value: Any) -> Any:
    """A number. Raises TypeError."""
    if not isinstance(value, (int, float)):
        raise TypeError
    return value


def text(value: Any) -> str:
    """A text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError
    return value


def room(length: int, name: str) -> None:
    """Raises EvalError where a text would grow beyond what an expression may make."""
    if length > MAX_TEXT:
        raise EvalError(f"{name}() would make a text longer than {MAX_TEXT} characters")


def short_enough(value: str, name: str) -> str:
    """A text that is there already, and no longer than a text may be. Raises EvalError."""
    if len(value) > MAX_TEXT:
        room(len(value), name)
    return value
