"""Requests of a document → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from loadspec.spec.building.auth import build_auth
from loadspec.spec.building.bodies import build_graphql, build_multipart, build_raw
from loadspec.spec.building.captures import build_capture
from loadspec.spec.building.checks import build_check
from loadspec.spec.building.values import text_of
from loadspec.spec.model import UNSET, Request, Target, Timeouts
from loadspec.units import parse_duration

DEFAULT_TIMEOUTS = Timeouts()


def build_request(raw: Mapping[str, Any], target: Target) -> Request:
    """A merged request."""
    timeout, statuses, body = (raw.get(key) for key in ("timeout", "expected_statuses", "body"))
    multipart, graphql, auth = (raw.get(key) for key in ("multipart", "graphql", "auth"))
    credentials = None if auth is None else build_auth(auth)
    return Request(
        method=raw.get("method", "GET" if graphql is None else "POST"),
        path=raw["path"],
        headers={name: text_of(value) for name, value in raw.get("headers", {}).items()},
        query=raw.get("query", {}),
        json=raw.get("json", UNSET),
        form=raw.get("form"),
        multipart=None if multipart is None else build_multipart(multipart, target.folder),
        body=None if body is None else build_raw(body, target.folder),
        graphql=None if graphql is None else build_graphql(graphql, target.folder),
        cookies=raw.get("cookies", {}),
        without=raw["without"],
        auth=credentials if "auth" in raw else target.auth,
        captures=tuple(build_capture(name, value) for name, value in raw.get("capture", {}).items()),
        checks={name: build_check(value) for name, value in raw.get("checks", {}).items()},
        timeout=None if timeout is None else build_timeouts(timeout, target.timeout),
        expected_statuses=None if statuses is None else _statuses(statuses),
        transport=raw.get("transport"),
        max_redirects=raw.get("max_redirects"),
        compression=raw.get("compression"),
        discard_response_body=raw.get("discard_response_body"),
        tags={name: text_of(value) for name, value in raw.get("tags", {}).items()},
    )


def build_timeouts(raw: Any, over: Timeouts = DEFAULT_TIMEOUTS) -> Timeouts:
    """Timeouts that go over others by key; a text alone is the total."""
    limits = {"total": raw} if isinstance(raw, str) else raw
    return replace(over, **{name: parse_duration(value) for name, value in limits.items()})


def _statuses(raw: list[Any]) -> frozenset[int]:
    found: set[int] = set()
    for item in raw:
        if isinstance(item, int):
            found.add(item)
        else:
            first, last = item.split("-")
            found.update(range(int(first), int(last) + 1))
    return frozenset(found)
