"""The system under test."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from loadspec.spec.model.request import Auth, Timeouts
from loadspec.spec.model.texts import Template


class Target(Struct, frozen=True):
    """The system under test and what every request to it carries, unless it says otherwise.

    `cookies`: how long a user keeps what it is told to: iteration, user or off. `transport` is a row of TRANSPORTS.
    `folder` is the spec's: files that requests name are below it.
    """

    base_url: Template = ""
    timeout: Timeouts = field(default_factory=Timeouts)
    headers: Mapping[str, Template] = field(default_factory=dict)
    auth: Auth | None = None
    cookies: str = "iteration"
    transport: str = "fast"
    folder: str = "."
