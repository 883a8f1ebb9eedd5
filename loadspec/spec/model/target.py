"""The system under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadspec.spec.model.request import Auth, Timeouts
from loadspec.spec.model.texts import Template


@dataclass(frozen=True, slots=True)
class Tls:
    """How certificates are verified."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The system under test and what every request to it carries, unless it says otherwise.

    `cookies`: how long a user keeps what it is told to: iteration, user or off. `folder` is the spec's: files that
    requests name are below it.
    """

    base_url: Template = ""
    timeout: Timeouts = field(default_factory=Timeouts)
    headers: Mapping[str, Template] = field(default_factory=dict)
    tls: Tls = field(default_factory=Tls)
    auth: Auth | None = None
    cookies: str = "iteration"
    folder: str = "."
