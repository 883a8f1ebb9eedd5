"""What a kind of `auth` adds to a request and to its exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from loadspec.expr import Scope
from loadspec.protocols.http.parts import Parts
from loadspec.protocols.user import User

if TYPE_CHECKING:
    from loadspec.protocols.http.attempt import Attempt
    from loadspec.protocols.http.origins import Origins

Wrap = Callable[["Attempt"], "Attempt"]


class Credentials(Struct, frozen=True):
    """`lines` are header lines; `query` and `cookies` are added to the request's own, whose names they win.

    `sign` gets the whole request and gives it back with its signature. `excuse` is asked about each answer before it
    is counted: true makes its status an expected one. `wrap` puts more exchanges around one attempt.
    """

    lines: Parts = field(default_factory=list)
    names: tuple[str, ...] = ()
    """Headers that `lines` or `sign` give, which the request cannot give itself."""
    query: Mapping[str, Any] = field(default_factory=dict)
    cookies: Mapping[str, Any] = field(default_factory=dict)
    sign: Callable[[User, bytes], bytes] | None = None
    excuse: Callable[[User], bool] | None = None
    wrap: Wrap | None = None


class Tools(Struct, frozen=True):
    """What the compiler of credentials may use.

    `send(name, fields)` makes an attempt of an HttpRequest whose exchanges are counted as those of endpoint `name`.
    `shared` is the same for all requests of a plan: what users share lies there. `hide` names a value that no log may
    show.
    """

    scope: Scope
    origins: Origins
    send: Callable[[str, Mapping[str, Any]], Attempt]
    hide: Callable[[Callable[[User], Any]], None]
    shared: dict[Any, Any]
