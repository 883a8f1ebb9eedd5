"""`network`: rules, addresses and places that cannot be read, and places that no spec may reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.durations import check_duration
from loadspec.spec.semantics.values import listing, mapping
from loadspec.wire.addresses import is_forbidden, parse_address, parse_block, parse_network
from loadspec.wire.routes import parse_blocked, parse_place, parse_rule

Found = Iterator[Diagnostic]

_NETWORK: Path = ("network",)
_LISTS: dict[str, Callable[[str], Any]] = {
    "block_hosts": parse_blocked,
    "block_ips": parse_network,
    "local_ips": parse_block,
}

_NEVER = ("infinity", "infinite", "forever", "never", ".inf", "+inf")


def check_network(document: Mapping[str, Any], places: Places) -> Found:
    """All of `network` that can be said without a look at the network."""
    network = mapping(document, "network")
    yield from _check_ttl(places, mapping(network, "dns").get("ttl"))
    yield from _check_hosts(places, mapping(network, "hosts"))
    for name, parse in _LISTS.items():
        for index, text in enumerate(listing(network, name)):
            if isinstance(text, str) and (problem := _problem(parse, text)):
                yield places.value((*_NETWORK, name, index), "LS120", problem, help=_template(text))


def _check_ttl(places: Places, ttl: Any) -> Found:
    path: Path = (*_NETWORK, "dns", "ttl")
    if isinstance(ttl, str) and ttl.strip().lower() in _NEVER:
        yield places.value(path, "LS029", f"`{ttl}` is not a duration", help="write `inf` to ask once")
    elif isinstance(ttl, str) and ttl not in ("inf", "0"):
        yield from check_duration(places, path, ttl, zero=True)
    elif isinstance(ttl, int) and not isinstance(ttl, bool) and ttl:
        message = f"`ttl` is a duration with a unit, not the number {ttl}"
        help = f"write {ttl}s" if ttl > 0 else "0 asks each time, `inf` once"
        yield places.value(path, "LS029", message, help=help)


def _check_hosts(places: Places, hosts: Mapping[str, Any]) -> Found:
    rules: dict[Any, str] = {}
    for text, place in hosts.items():
        if not isinstance(text, str):
            continue  # the schema has said so
        path: Path = (*_NETWORK, "hosts", text)
        problem = _problem(parse_rule, text)
        other = "" if problem else rules.setdefault(parse_rule(text), text)
        if problem:
            yield places.key(path, "LS120", problem, help=_template(text))
        elif other != text:
            yield places.key(path, "LS120", f"`{text}` and `{other}` are one host", help="keep one of them")
        if isinstance(place, str):
            yield from _check_place(places, path, place)


def _check_place(places: Places, path: Path, place: str) -> Found:
    if problem := _problem(parse_place, place):
        yield places.value(path, "LS120", problem, help=_template(place))
        return
    address = parse_address(parse_place(place).address)
    if address is not None and is_forbidden(address):
        message = f"`{place}` is a link-local or metadata address"
        yield places.value(path, "LS121", message, help="no spec may connect to one, whatever is allowed")


def _problem(parse: Callable[[str], Any], text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return ""


def _template(text: str) -> str:
    return "no template is expanded here" if "{{" in text else ""
