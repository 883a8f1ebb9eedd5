"""Requests whose settings contradict each other: bodies thrown away and read, redirects followed and waited for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.values import listing, mapping

Found = Iterator[Diagnostic]
Part = tuple[Path, Mapping[str, Any]]

_BODIES = ("json", "form", "multipart", "body", "graphql")
_OF_BODY = ("jsonpath", "regex", "css", "xpath", "body")
"""Sources of captures."""
_CHECKS_OF_BODY = ("schema", "sha256", "md5")
_TEXT = r"'[^']*'|\"[^\"]*\""
_READS = r"(?<![\w.])(json|body)(?!\w)"
_IS = re.compile(r"(?<![\w.])status\s*==\s*(\d{3})(?!\d)")


def _uses(facts: Facts) -> Iterator[tuple[Part, list[Mapping[str, Any]]]]:
    """Each endpoint and step that sends, and all requests that it is a part of: its keys under those of steps."""
    steps = [(path, step) for path, step in facts.all_steps if _endpoint(step) is not None]
    for name, endpoint in facts.endpoints.items():
        callers: list[Mapping[str, Any]] = [{**endpoint, **step} for _, step in steps if _endpoint(step) == name]
        own: Part = ("endpoints", name), endpoint
        yield own, callers or [endpoint]
    for path, step in steps:
        yield (path, step), [{**facts.endpoints.get(str(_endpoint(step)), {}), **step}]


def _endpoint(step: Mapping[str, Any]) -> Any:
    return step.get("call", step.get("poll"))


def thrown_away(facts: Facts) -> Found:
    """Captures, checks, conditions and records that read a body of which nothing is left."""
    default = mapping(facts.document, "http").get("discard_response_bodies", False)
    for (path, part), requests in _uses(facts):
        if all(_given(request, "discard_response_body", default) is True for request in requests):
            for place, what in _readings(path, part):
                message = f"{what} the body, which is thrown away"
                yield facts.places.value(place, "LS182", message, help="set discard_response_body: false")


def _given(request: Mapping[str, Any], key: str, default: Any) -> Any:
    value = request.get(key)
    return default if value is None else value


def _readings(path: Path, part: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(place, what stands there) of all that reads a body."""
    for name, value in mapping(part, "capture").items():
        if isinstance(value, str) or (isinstance(value, Mapping) and any(source in value for source in _OF_BODY)):
            yield (*path, "capture", name), "this captures from"
    for name, value in mapping(part, "checks").items():
        place: Path = (*path, "checks", name)
        if isinstance(value, Mapping):
            found = [kind for kind in _CHECKS_OF_BODY if kind in value]
            yield from (((*place, kind), "this checks") for kind in found)
            place, value = (*place, "expression"), value.get("expression")
        if _reads(value):
            yield place, "this checks"
    yield from (((*path, *place), what) for place, what in _asking(part))


def _asking(part: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Likewise of conditions and records, with the place in the endpoint or step."""
    for key in ("until", "fail_when"):
        if _reads(part.get(key)):
            yield (key,), "this asks for"
    for name, value in mapping(part, "record").items():
        if _reads(value):
            yield ("record", name), "this records of"
    for index, row in enumerate(listing(part, "classify")):
        if isinstance(row, Mapping) and _reads(row.get("when")):
            yield ("classify", index, "when"), "this asks for"


def _reads(value: Any) -> bool:
    return isinstance(value, str) and re.search(_READS, re.sub(_TEXT, "", value)) is not None


def without_effect(facts: Facts) -> Found:
    """Compression of no body."""
    for (path, part), requests in _uses(facts):
        if part.get("compression") and not any(_has_body(request) for request in requests):
            message = "there is no body that could be compressed"
            help = "give the request a body, or remove it"
            yield facts.places.value((*path, "compression"), "LS183", message, help=help, level="warning")


def not_carried(facts: Facts) -> Found:
    """A version of HTTP that no transport here speaks."""
    target = mapping(facts.document, "target")
    usual = target.get("transport", "fast")
    steps = (step for _, step in facts.all_steps)
    carriers = [usual, *(one.get("transport") for one in (*facts.endpoints.values(), *steps))]
    version, place = mapping(facts.document, "http").get("version"), ("http", "version")
    if version in ("2", "2-prior-knowledge", "3") and "curl" not in carriers:
        message = "nothing here speaks this version: every request would be HTTP/1.1"
        yield facts.places.value(place, "LS183", message, help="set target.transport: curl")
    plain = str(target.get("base_url")).lower().startswith("http://")
    if version == "3" and plain and usual == "curl":
        message = "HTTP/3 is always encrypted, and `target.base_url` is not: no request could be sent"
        yield facts.places.value(place, "LS183", message, help="write https://, or version: auto")


def not_shared(facts: Facts) -> Found:
    """Connections that users are to share, where no transport does so, or where none is kept."""
    http = mapping(facts.document, "http")
    if http.get("share_connections") is not True:
        return
    target = mapping(facts.document, "target")
    default, place = target.get("transport", "fast"), ("http", "share_connections")
    used = {_given(request, "transport", default) for _, requests in _uses(facts) for request in requests}
    if used and "curl" not in used:
        message = "no transport here shares connections: each user would have its own"
        yield facts.places.value(place, "LS183", message, help="set target.transport: curl, or remove it")
    for other in ("no_connection_reuse", "no_vu_connection_reuse"):
        if http.get(other) is True:
            message = f"connections that users share are kept, and `{other}` keeps none"
            yield facts.places.value(place, "LS183", message, help="remove one of the two")


def without_stamps(facts: Facts) -> Found:
    """`timing: kernel` where no request is carried by the transport that reads the kernel's stamps."""
    target = mapping(facts.document, "target")
    if target.get("timing") != "kernel":
        return
    default = target.get("transport", "fast")
    used = {_given(request, "transport", default) for _, requests in _uses(facts) for request in requests}
    if used and "fast" not in used:
        message = "no transport here reads the kernel's stamps: loadspec's own clock would time every answer"
        help = "set transport: fast, or remove it"
        yield facts.places.value(("target", "timing"), "LS183", message, help=help, level="warning")


def _has_body(request: Mapping[str, Any]) -> bool:
    return any(request.get(kind) is not None for kind in _BODIES)


def awaited_redirects(facts: Facts) -> Found:
    """Checks and expected statuses that only a redirect could meet, where redirects are followed."""
    default = mapping(facts.document, "http").get("max_redirects", 10)
    for (path, part), requests in _uses(facts):
        if all(_given(request, "max_redirects", default) == 0 for request in requests):
            continue
        for place in _awaited(path, part):
            message = "redirects are followed: the status is that of the answer they lead to"
            help = "set max_redirects: 0 for this request"
            yield facts.places.value(place, "LS184", message, help=help, level="warning")


def _awaited(path: Path, part: Mapping[str, Any]) -> Iterator[Path]:
    statuses = listing(part, "expected_statuses")
    if statuses and all(_is_redirect(str(status)) for status in statuses):
        yield (*path, "expected_statuses", 0)
    for name, value in mapping(part, "checks").items():
        text = value.get("expression") if isinstance(value, Mapping) else value
        found = _IS.findall(text) if isinstance(text, str) else []
        if found and all(map(_is_redirect, found)):
            yield (*path, "checks", name, "expression") if isinstance(value, Mapping) else (*path, "checks", name)


def _is_redirect(status: str) -> bool:
    if not (status.startswith("3") and status.isdigit()):
        return False
    from loadspec.wire.redirects import STATUSES  # lazily: few specs wait for one

    return int(status) in STATUSES
