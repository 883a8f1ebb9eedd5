"""Requests apart from their names: paths, headers, captures, bodies, statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path, brief, closest
from loadspec.spec.places import Places
from loadspec.spec.semantics.auth import check_auth
from loadspec.spec.semantics.bodies import check_body
from loadspec.spec.semantics.captures import check_capture
from loadspec.spec.semantics.carriers import check_transport
from loadspec.spec.semantics.checks import check_check
from loadspec.spec.semantics.durations import check_duration, check_timeout
from loadspec.spec.semantics.http import check_compression
from loadspec.spec.semantics.nested import check_times
from loadspec.spec.semantics.values import listing, mapping, mappings
from loadspec.spec.tree import walk

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE_BAD = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_URL = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")
_TEMPLATE = re.compile(r"\{\{.*?(\}\}|$)", re.DOTALL)
_FRAMING = ("content-length", "transfer-encoding")

Found = Iterator[Diagnostic]


def check_steps(document: Mapping[str, Any], places: Places) -> Found:
    """What steps and endpoints hold apart from names: durations, headers, captures, bodies."""
    for name, endpoint in mappings(document, "endpoints"):
        path: Path = ("endpoints", name)
        if "path" not in endpoint:
            yield places.key(path, "LS014", f"endpoint `{name}` needs a `path`", help="for example path: /api/items")
        yield from _address(document, places, (*path, "path"), endpoint.get("path"))
        yield from _request(document, places, path, endpoint, {})
        yield from check_timeout(places, (*path, "timeout"), endpoint.get("timeout"))
    for place, step in walk(document):
        yield from _step(document, places, place, step)


def _step(document: Mapping[str, Any], places: Places, path: Path, step: Mapping[str, Any]) -> Found:
    endpoint = mapping(document, "endpoints").get(str(step.get("call", step.get("poll"))))
    yield from _request(document, places, path, step, endpoint if isinstance(endpoint, Mapping) else {})
    yield from check_times(places, path, step)
    if "poll" in step:
        yield from check_duration(places, (*path, "every"), step.get("every"), zero=False)
        yield from check_duration(places, (*path, "timeout"), step.get("timeout"), zero=False)
    else:
        yield from check_timeout(places, (*path, "timeout"), step.get("timeout"))


def _request(
    document: Mapping[str, Any], places: Places, path: Path, request: Mapping[str, Any], below: Mapping[str, Any]
) -> Found:
    yield from check_body(places, path, request, below, mapping(document, "target"))
    yield from check_transport(places, path, request)
    yield from check_compression(places, path, request, below)
    yield from check_auth(places, path, request, document)
    yield from check_headers(places, (*path, "headers"), request)
    for name, value in mapping(request, "capture").items():
        yield from check_capture(places, (*path, "capture", name), name, value)
    for name, value in mapping(request, "checks").items():
        yield from check_check(places, (*path, "checks", name), value)
    for index, status in enumerate(listing(request, "expected_statuses")):
        if isinstance(status, str) and re.fullmatch(r"\d{3}-\d{3}", status) and status[:3] > status[4:]:
            message = f"`{status}` runs backwards: the smaller status comes first"
            yield places.value((*path, "expected_statuses", index), "LS016", message)


def _address(document: Mapping[str, Any], places: Places, path: Path, value: Any) -> Found:
    if not isinstance(value, str):
        return
    plain = _TEMPLATE.sub("x", value)
    absolute = bool(_URL.match(plain))
    if not value.startswith(("/", "{{")) and not absolute:
        help = f"write /{value}" if re.match(r"[\w.]+(/|$)", value) else "for example /api/items"
        yield places.value(path, "LS032", "a path begins with `/`, or is a whole http or https URL", help=help)
    elif _SPACE.search(plain):
        yield places.value(path, "LS032", "a path cannot hold a blank", help="write %20, or use `query`")
    target = mapping(document, "target")
    if value.startswith("/") and "base_url" not in target and not any(closest(key, ["base_url"]) for key in target):
        help = "add target: {base_url: ...}, or write a whole URL"
        yield places.value(path, "LS032", "this path has no `target.base_url` to follow", help=help)


def check_base_url(places: Places, value: Any) -> Found:
    """An http or https URL, or a template that becomes one."""
    if not isinstance(value, str):
        return
    path: Path = ("target", "base_url")
    if not value.lstrip().startswith("{{") and not _URL.match(value):
        help = "a whole URL, for example http://127.0.0.1:8089"
        yield places.value(path, "LS032", f"`{brief(value)}` is no http or https URL", help=help)
    elif _SPACE.search(_TEMPLATE.sub("x", value)):
        yield places.value(path, "LS032", "a URL cannot hold a blank", help="write %20")


def check_headers(places: Places, path: Path, owner: Mapping[str, Any]) -> Found:
    """Names and values of headers; no name twice."""
    seen: dict[str, str] = {}
    for name, value in mapping(owner, "headers").items():
        yield from _header(places, (*path, name), name, value)
        first = seen.setdefault(name.lower(), name)
        if first != name:
            message = f"`{name}` is the header `{first}` again: case does not count"
            yield places.key((*path, name), "LS034", message, help="remove one of the two")


def _header(places: Places, path: Path, name: str, value: Any) -> Found:
    bad = _TOKEN.match(name)
    if bad is None or bad.end() < len(name):
        at = bad.end() if bad else 0
        message = f"`{name[at : at + 1]}` cannot stand in a header's name" if name else "a header needs a name"
        yield places.key_text(path, at, "LS034", message, help="letters, digits and hyphens")
    elif name.lower() in _FRAMING:
        message = f"`{name}` follows from the body: loadspec sets it"
        yield places.key(path, "LS034", message, help="remove it")
    yield from check_header_value(places, path, value)


def check_header_value(places: Places, path: Path, value: Any) -> Found:
    """What a header cannot hold."""
    if isinstance(value, str):
        found = _VALUE_BAD.search(value)
        if found:
            what = "a line break or control character" if found.group() < " " else f"`{found.group()}`"
            help = "headers are Latin-1; write `|-` instead of `|` where a line break is left over"
            yield places.text(path, value, found.start(), "LS034", f"a header's value cannot hold {what}", 1, help=help)
