"""What the names in a flow's expressions mean at run time: getters on a `User`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from typing import Any

from loadspec.clock import monotonic
from loadspec.error_kinds import error_code
from loadspec.expr import Binding, ExprError, Getter, Missing, Scope, UnknownName
from loadspec.expr.scope import nearest, wall
from loadspec.extract.jsonpath import compile_jsonpath
from loadspec.plan.items import noted_draw, noted_item
from loadspec.protocols.http.captures import Fields, headers_of, json_of, text_of
from loadspec.protocols.http.captures.fields import Read
from loadspec.protocols.user import User
from loadspec.transports.base import size_of


def _duration(user: User) -> float:
    """Where no answer came there is no duration: a dead server must not pass for speed."""
    answer = user.answer
    if not answer.status:
        raise Missing("duration")
    return (answer.ended - answer.ready) * 1000


def _error_code(user: User) -> int:
    answer = user.answer
    return error_code(answer.error, answer.phase, answer.status)


ANSWER: Mapping[str, Getter] = {
    "status": lambda user: user.answer.status,
    "duration": _duration,
    "ok": lambda user: user.ok,
    "json": lambda user: json_of(user.answer),
    "body": lambda user: text_of(user.answer),
    "headers": lambda user: headers_of(user.answer),
    "error": lambda user: user.answer.error or None,
    "error_code": _error_code,
    "size": lambda user: size_of(user.answer.body),
    "vu": lambda user: user.index + 1,
    "iteration": lambda user: user.iteration,
}


class RunScope(Scope):
    """The names of one flow. Constants (`env`, `vars`, `run`) fold when an expression is compiled.

    `unset` are names that are declared and have no value, such as ("env", "TOKEN"): Missing when they are evaluated.
    `chance` gives a user's random bits; without it there is no user yet, and neither chance nor time.
    What is drawn from the `small` pools is noted: see `plan.items`.
    """

    paths = staticmethod(compile_jsonpath)

    def __init__(
        self,
        constants: Mapping[str, Mapping[str, Any]],
        pools: Iterable[str],
        captures: Iterable[str],
        steps: Mapping[str, int],
        unset: Iterable[tuple[str, str]] = (),
        chance: Getter | None = None,
        small: Collection[int] = (),
    ) -> None:
        self.chance = chance
        self.small = small
        self.clock = wall if chance else None
        self._constants = constants
        self._unset = frozenset(unset)
        self._pools = {name: index for index, name in enumerate(pools)}
        self._captures = {name: name for name in captures}  # → the key that it has among a user's captures
        self._steps = steps
        self.fields = Fields()
        """What the flow reads of JSON answers."""
        self.asked: set[int] = set()
        """Slots of the steps whose outcomes are read."""
        self.drawn: dict[int, bool] = {}
        """Pools that steps of the flow draw from → whether they may take more than one row."""
        super().__init__(functions={"since": self._since, "draw": self._draw})

    def resolve(self, parts: tuple[str, ...]) -> Binding:
        """See `Scope`. Raises UnknownName."""
        root = parts[0]
        if root in self._captures:
            return Binding(get=_captured(root, self._captures[root]))
        if root == "json":
            return Binding(get=_json(self.fields.reading(parts[1] if len(parts) > 1 else None)))
        if root in ANSWER:
            return Binding(get=ANSWER[root])
        if len(parts) > 1:
            name = parts[1]
            if root in self._constants and name in self._constants[root]:
                return Binding(constant=self._constants[root][name], used=2)
            if (root, name) in self._unset:
                return Binding(get=_nothing(f"{root}.{name}"), used=2)
            if root == "pool" and name in self._pools:
                self.drawn.setdefault(self._pools[name], False)
                return Binding(get=self._pool(self._pools[name]), used=2)
            if root == "setup":
                return Binding(get=_setup(name), used=2)
            if root == "steps" and name in self._steps:
                self.asked.add(self._steps[name])
                return _outcome(self._steps[name], parts)
        raise UnknownName(parts, nearest(root, [*ANSWER, *self._captures]))

    def inside(self, keys: Mapping[str, str]) -> RunScope:
        """The scope of steps in which names mean what the captures have under other keys."""
        scope = copy(self)
        scope._captures = {**self._captures, **keys}
        return scope

    def _since(self, arguments: tuple[Any, ...]) -> Getter:
        if len(arguments) != 1 or arguments[0] not in self._steps:
            raise ExprError("since() takes the name of a step of this flow", 0, f"legal: {', '.join(self._steps)}")
        slot = self._steps[arguments[0]]
        self.asked.add(slot)

        def since(user: User) -> float:
            sent = user.outcomes[slot].sent
            if not sent:
                raise Missing(f"since('{arguments[0]}')")
            return (monotonic() - sent) * 1000

        return since

    def _pool(self, index: int) -> Getter:
        if index in self.small:
            return noted_item(index)
        return lambda user: user.pool_item(index)

    def _draw(self, arguments: tuple[Any, ...]) -> Getter:
        if len(arguments) != 1 or arguments[0] not in self._pools:
            raise ExprError("draw() takes the name of a pool", 0, f"legal: {', '.join(self._pools)}")
        pool = self._pools[arguments[0]]
        self.drawn[pool] = True
        return noted_draw(pool) if pool in self.small else lambda user: user.draw(pool)


def _json(read: Read) -> Getter:
    return lambda user: read(user.answer)


def _nothing(name: str) -> Getter:
    """A declared name without a value."""

    def nothing(_user: User) -> Any:
        raise Missing(name)

    return nothing


def _captured(name: str, key: str) -> Getter:
    def captured(user: User) -> Any:
        try:
            return user.captures[key]
        except KeyError:
            raise Missing(name) from None

    return captured


def _setup(name: str) -> Getter:
    def setup(user: User) -> Any:
        try:
            return user.setup[name]
        except KeyError:
            raise Missing(f"setup.{name}") from None

    return setup


def _outcome(slot: int, parts: tuple[str, ...]) -> Binding:
    def duration(user: User) -> float:
        outcome = user.outcomes[slot]
        if not outcome.status:
            raise Missing(f"steps.{parts[1]}.duration")
        return outcome.duration

    getters: dict[str, Callable[[User], Any]] = {
        "ok": lambda user: user.outcomes[slot].ok,
        "status": lambda user: user.outcomes[slot].status,
        "duration": duration,
    }
    if len(parts) < 3 or parts[2] not in getters:
        raise UnknownName(parts, [f"steps.{parts[1]}.{name}" for name in getters])
    return Binding(get=getters[parts[2]], used=3)
