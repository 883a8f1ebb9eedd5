"""A request, as an endpoint defines it and a step may change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

from loadspec.spec.model.texts import UNSET, Expr, Template
from loadspec.wire.files import File

CaptureSource = Literal["jsonpath", "header", "regex", "css", "xpath", "cookie", "body", "status", "duration"]
Pick = Literal["", "first", "last", "random"]


class Timeouts(Struct, frozen=True):
    """Seconds: `total` of the exchange, the others for its parts (None: no own limit). See `transports.Deadlines`."""

    total: float = 60.0
    connect: float | None = None
    first_byte: float | None = None
    dns: float | None = None
    tls: float | None = None
    send: float | None = None
    idle: float | None = None


class Auth(Struct, frozen=True):
    """Credentials of one kind; `settings` has a value for every one that the kind knows. Texts are templates."""

    kind: str
    settings: Mapping[str, Any]


class Capture(Struct, frozen=True):
    """A value kept from an answer under `name`; `expression` is "" for sources that have none.

    Of several matches `pick` says which is kept ("": the source's own choice), `all` keeps a list of them. `default`
    (UNSET if none) stands in where nothing is found. `attribute` is that of a CSS selector's matches.
    """

    name: str
    source: CaptureSource
    expression: str
    optional: bool = False
    secret: bool = False
    default: Any = UNSET
    all: bool = False
    pick: Pick = ""
    attribute: str = ""


CheckKind = Literal[
    "expression",
    "schema",
    "schema_file",
    "max_duration",
    "min_size",
    "max_size",
    "header",
    "content_type",
    "sha256",
    "md5",
]


class Check(Struct, frozen=True):
    """What must hold of an answer.

    `value` is an Expr of `expression`, seconds of `max_duration`, bytes of a size, a JSON Schema of `schema` (that of
    a file too), else a text, which may be a template for hashes. A header has its name as value, and at most one of
    `equals`, a template, and `matches`, a regular expression.
    """

    kind: CheckKind
    value: Any
    equals: Template | None = None
    matches: str | None = None


class Request(Struct, frozen=True):
    """An endpoint's definition; in a step, the endpoint with the step's maps merged over it.

    A check that is a text is an expression. At most one of `json` (UNSET if none), `form`, `multipart`, `body` and
    `graphql` is given. `without` are the lower-case names of headers that are not sent even by default.
    `expected_statuses` None means 200-399. `transport`, `max_redirects` and `discard_response_body` None: as the
    target or the spec's `http` has it. `compression` is how the body is compressed.
    """

    method: str = "GET"
    path: Template = "/"
    headers: Mapping[str, Template] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = UNSET
    form: Mapping[str, Any] | None = None
    multipart: Mapping[str, Any] | None = None
    body: Template | File | None = None
    graphql: Mapping[str, Any] | None = None
    cookies: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    auth: Auth | None = None
    captures: tuple[Capture, ...] = ()
    checks: Mapping[str, Expr | Check] = field(default_factory=dict)
    timeout: Timeouts | None = None
    expected_statuses: frozenset[int] | None = None
    transport: str | None = None
    max_redirects: int | None = None
    compression: str | None = None
    discard_response_body: bool | None = None
    tags: Mapping[str, Template] = field(default_factory=dict)
    """Go to all that the step measures."""
