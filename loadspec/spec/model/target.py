"""The system under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadspec.spec.model.request import Timeouts
from loadspec.spec.model.texts import Template


@dataclass(frozen=True, slots=True)
class Tls:
    """How certificates are verified."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The system under test and what every request to it carries."""

    base_url: Template = ""
    timeout: Timeouts = field(default_factory=Timeouts)
    headers: Mapping[str, Template] = field(default_factory=dict)
    tls: Tls = field(default_factory=Tls)
