"""What only values can show to be wrong: the base URL, `http` and `network`, once the variables in them are known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from loadspec.errors import ExitCode, LoadspecError
from loadspec.masking import Masker
from loadspec.spec.constants import constants, folded
from loadspec.spec.model import Spec
from loadspec.spec.secrets import known_secrets
from loadspec.wire.addresses import parse_block, parse_network
from loadspec.wire.proxies import Proxies, parse_exception, parse_proxy
from loadspec.wire.request import check_header_value
from loadspec.wire.routes import parse_blocked, parse_place
from loadspec.wire.url import parse_url

Row = tuple[str, str, Callable[[str], Any]]
"""(key, its text, who reads the value)."""


def target(spec: Spec) -> str:
    """The base URL as it was used."""
    return folded(spec.target.base_url, constants(spec)) or spec.target.base_url


def check_values(spec: Spec) -> None:
    """Raises LoadspecError (104) for a value that cannot be read, before anything is sent."""
    scope = constants(spec)
    for key, text, parse in _rows(spec):
        try:
            parse(folded(text, scope) or text)
        except ValueError as error:
            hint = f"it is {key} of {spec.source}, which reads {text}"
            message = Masker(known_secrets(spec))(str(error))
            raise LoadspecError(message, hint, ExitCode.INVALID_SPEC) from None
    _check_environment(spec)


def _check_environment(spec: Spec) -> None:
    """Raises LoadspecError (104) for a variable of proxies that cannot be read."""
    if spec.settings.http.proxy is None:
        try:
            Proxies(replace(spec.settings.http, no_proxy=()), os.environ)
        except ValueError as error:
            hint = 'http.proxy of the spec goes over the environment; "" is none'
            raise LoadspecError(str(error), hint, ExitCode.INVALID_SPEC) from None


def _header_value(text: str) -> bytes:
    return check_header_value(text.encode())


def _rows(spec: Spec) -> Iterator[Row]:
    route = spec.settings.route
    if spec.target.base_url:
        yield "target.base_url", spec.target.base_url, parse_url
    for rule, place in route.hosts.items():
        yield f"network.hosts.{rule}", place, parse_place
    http = spec.settings.http
    if http.proxy:
        yield "http.proxy", http.proxy, parse_proxy
    for text in http.no_proxy:
        yield "http.no_proxy", text, parse_exception
    if http.user_agent:
        yield "http.user_agent", http.user_agent, _header_value
    lists = {"block_hosts": parse_blocked, "block_ips": parse_network, "local_ips": parse_block}
    for name, parse in lists.items():
        for text in getattr(route, name):
            yield f"network.{name}", text, parse
