"""Where requests go: origins by number, and a path or URL taken apart."""

from __future__ import annotations

from msgspec import Struct, field

from loadspec.expr import EvalError, ExprError, Scope, TemplateExpr, compile_template, parse_template, to_text
from loadspec.wire.url import Origin, parse_url, target_of

Path = list[str | TemplateExpr]

_WHOLE = ("http://", "https://")
_BREAKS = str.maketrans("", "", "\t\r\n")
"""Left out of a URL, as browsers do."""
_MAX_ORIGINS = 1000
"""A server that names ever new hosts in its answers must not make every user keep ever more connections."""


class Origins(Struct):
    """The origins of a plan and how each is reached, numbered in order of first use.

    One that two transports reach has two numbers.
    """

    known: list[Origin] = field(default_factory=list)
    transports: list[str] = field(default_factory=list)
    _numbers: dict[tuple[Origin, str], int] = field(default_factory=dict)

    def number(self, origin: Origin, transport: str = "fast") -> int:
        """The number of an origin. Raises EvalError when there are too many."""
        number = self._numbers.get((origin, transport))
        if number is None:
            number = len(self.known)
            if number >= _MAX_ORIGINS:
                raise EvalError(f"requests go to more than {_MAX_ORIGINS} different hosts")
            self._numbers[origin, transport] = number
            self.known.append(origin)
            self.transports.append(transport)
        return number


def opening(path: str, scope: Scope) -> tuple[str, Path]:
    """→ (a path's first text, as far as it is known from the start; the parts behind it)."""
    parts = parse_template(path)
    for index, part in enumerate(parts):
        template = compile_template(source(part), scope)
        if not template.constant:
            return "", parts[index:]
        if text := to_text(template.value):
            return text, parts[index + 1 :]
    return "", []


def source(part: str | TemplateExpr) -> str:
    """A part of a template, as it was written."""
    return part if isinstance(part, str) else f"{{{{{part.text}}}}}"


def may_be_whole(first: str) -> bool:
    """Whether a text that begins so may turn out to be a whole URL."""
    return any(whole.startswith(first[: len(whole)].lower()) for whole in _WHOLE)


def locate(text: str, home: tuple[Origin, str] | None) -> tuple[Origin, str]:
    """(origin, target) of a path below `home`, the base URL, or of a whole URL. Raises ValueError for other texts."""
    text = text.translate(_BREAKS).strip()
    if text.startswith("/"):
        if home is None:
            raise ValueError("there is no base URL for the path to follow")
        origin, prefix = home
        return origin, prefix.rstrip("/") + target_of(text.partition("#")[0])
    if not text.lower().startswith(_WHOLE):
        raise ValueError(neither(text))
    return parse_url(text)


def neither(text: str) -> str:
    """A query may hold a secret: it is not shown."""
    return f"the path {text.partition('?')[0]!r} is neither below the base URL, as `/items` is, nor a whole http URL"


def constant_url(text: str, scope: Scope) -> str:
    """The base URL's text. Raises ExprError where it changes during a run."""
    template = compile_template(text, scope)
    if not template.constant:
        raise ExprError("the base URL may use env and vars only, which do not change during a run")
    return to_text(template.value)
