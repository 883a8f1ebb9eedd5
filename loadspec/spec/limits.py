"""Limits from outside the spec: what whoever runs it allows, whatever the spec, its profiles or other options say.

Each comes from the command line (`--max-vus 10`) or from the environment (`LOADSPEC_MAX_VUS=10`); given by both, the
stricter holds: the smaller number, and of hosts and variables those that both allow. Where none is given, nothing is
limited. `loadspec.spec.semantics.limits` holds a spec against them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from msgspec import Struct

from loadspec.errors import ExitCode, LoadspecError, UsageError
from loadspec.units import parse_duration
from loadspec.wire.hosts import HostLimit, parse_host_rule


class Bound(NamedTuple):
    """A number, and where it came from: `--max-vus 10`. Durations are seconds, rates requests a second."""

    value: float
    origin: str


class Names(NamedTuple):
    """Names or patterns of which one must fit, and where they came from."""

    patterns: tuple[str, ...]
    origin: str

    def allow(self, name: str) -> bool:
        """Whether a name fits one of the patterns; `*` stands for any letters."""
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


class Limits(Struct, frozen=True):
    """All limits of a run; empty or None where there is none. Several lists of names must all allow a name."""

    allow_host: tuple[Names, ...] = ()
    allow_env: tuple[Names, ...] = ()
    max_vus: Bound | None = None
    max_rate: Bound | None = None
    max_duration: Bound | None = None

    @property
    def hosts(self) -> HostLimit | None:
        """The hosts as rules."""
        return HostLimit.parse([names.patterns for names in self.allow_host]) if self.allow_host else None

    def __bool__(self) -> bool:
        return self != Limits()

    def and_(self, other: Limits) -> Limits:
        """Both: the stricter of each."""
        return Limits(
            self.allow_host + other.allow_host,
            self.allow_env + other.allow_env,
            *(_least(getattr(self, name), getattr(other, name)) for name in ("max_vus", "max_rate", "max_duration")),
        )

    def wire(self) -> dict[str, Any]:
        """What a worker must know, as a JSON value."""
        return {
            "hosts": [list(names.patterns) for names in self.allow_host] or None,
            "rate": self.max_rate.value if self.max_rate else None,
            "duration": self.max_duration.value if self.max_duration else None,
        }


NAMES = Limits.__struct_fields__
VARIABLES = {name: f"LOADSPEC_{name.upper()}" for name in NAMES}
"""Limit → the environment variable that sets it."""
_PREFIXES = ("LOADSPEC_ALLOW_", "LOADSPEC_MAX_")


def from_options(given: Mapping[str, Any]) -> Limits:
    """Limits of the command line: texts, or lists of texts. Raises UsageError for one that cannot be read."""
    try:
        return _read({name: given.get(name) for name in NAMES}, lambda name: f"--{name.replace('_', '-')}", " ")
    except ValueError as error:
        raise UsageError(str(error.args[0]), str(error.args[1])) from None


def from_environment(environ: Mapping[str, str]) -> Limits:
    """Limits of the environment; the value of no other variable is read.

    Raises LoadspecError (104) likewise, and for a variable that is no limit but looks like one: it would limit nothing.
    """
    for name in environ:
        if name.startswith(_PREFIXES) and name not in VARIABLES.values():
            hint = f"the limits are {', '.join(VARIABLES.values())}"
            raise LoadspecError(f"{name} is no limit of loadspec", hint, ExitCode.INVALID_SPEC)
    try:
        return _read({name: environ.get(variable) for name, variable in VARIABLES.items()}, VARIABLES.__getitem__, "=")
    except ValueError as error:
        raise LoadspecError(str(error.args[0]), str(error.args[1]), ExitCode.INVALID_SPEC) from None


def _read(given: Mapping[str, Any], called: Callable[[str], str], joint: str) -> Limits:
    """Raises ValueError(message, hint)."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == ():
            continue
        texts = [str(value)] if isinstance(value, str | int | float) else [str(text) for text in value]
        option = called(name)
        if name in _NUMBERS:
            values[name] = Bound(_number(name, texts[-1], option, joint), f"{option}{joint}{texts[-1].strip()}")
        else:
            parts = tuple(part.strip() for text in texts for part in text.split(",") if part.strip())
            values[name] = (Names(_checked(name, parts, option), f"{option}{joint}{','.join(parts)}"),)
    return Limits(**values)


def _number(name: str, text: str, option: str, joint: str) -> float:
    read, example = _NUMBERS[name]
    try:
        value = read(text.strip())
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ValueError(f"{option} takes {example[0]}, not `{text[:40]}`", f"for example {option}{joint}{example[1]}")
    return value


def _checked(name: str, parts: tuple[str, ...], option: str) -> tuple[str, ...]:
    if not parts:
        raise ValueError(f"{option} allows nothing at all", "name what is allowed, or leave it out to allow all")
    if name == "allow_host":
        for part in parts:
            try:
                parse_host_rule(part)
            except ValueError as error:
                raise ValueError(f"{option}: {error}", "") from None
    return parts


def _rate(text: str) -> float:
    """`50`, `50/s`, `30/m` or `100/h` → requests a second."""
    number, slash, unit = text.partition("/")
    if slash and unit.strip() not in _SECONDS:
        raise ValueError(text)
    return float(number) / _SECONDS[unit.strip() or "s"]


def _whole(text: str) -> float:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


_SECONDS = {"s": 1, "m": 60, "h": 3600}
_NUMBERS: dict[str, tuple[Callable[[str], float], Sequence[str]]] = {
    "max_vus": (_whole, ("a whole number of users, 1 or more", "50")),
    "max_rate": (_rate, ("requests a second, above 0", "100/s")),
    "max_duration": (parse_duration, ("a duration above 0s", "10m")),
}
"""Limit → who reads its text, what it takes, an example."""


def _least(one: Bound | None, other: Bound | None) -> Bound | None:
    given = [bound for bound in (one, other) if bound is not None]
    return min(given, key=lambda bound: bound.value) if given else None
