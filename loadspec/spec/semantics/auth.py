"""Credentials: what only their settings together can show to be wrong."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path, brief, did_you_mean, listed
from loadspec.spec.grammar.auth import AUTH_KINDS
from loadspec.spec.places import Places
from loadspec.spec.semantics.values import mapping, mappings, texts
from loadspec.spec.tree import walk

Found = Iterator[Diagnostic]

SIGNED = frozenset({"body_hash", "host", "method", "nonce", "path", "query", "target", "timestamp"})
"""What `request.NAME` may name in the texts of `hmac`; `signature` comes after them."""

_FIELD_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST = r"(?<![\w.])request\.(\w+)"
_URL = r"(?i)/|https?://[^\s/]|\{\{"
_FRAMING = ("content-length", "transfer-encoding", "host", "content-type")


def check_auth(places: Places, path: Path, owner: Mapping[str, Any], document: Mapping[str, Any]) -> Found:
    """The `auth` of a target, an endpoint or a step, and what the same place writes beside it."""
    auth = mapping(owner, "auth")
    given = [kind for kind, value in auth.items() if value is not None]
    if len(given) != 1 or given[0] not in AUTH_KINDS:
        return  # the schema has said so
    kind, settings = given[0], mapping(auth, given[0])
    place = (*path, "auth", kind)
    check = _KINDS.get(kind)
    if check is not None:
        yield from check(places, place, settings)
    if kind == "oauth2":
        yield from _own_name(places, place, settings, document)
    headers = {name.lower(): name for name in mapping(owner, "headers")}
    for name in _headers(kind, settings):
        if name.lower() in headers:
            written = headers[name.lower()]
            message = f"`{kind}` writes the header `{written}`, and so does this request"
            yield places.key((*path, "headers", written), "LS083", message, help="keep one of the two")
    if kind == "api_key" and settings.get("in") in ("query", "cookie"):
        section = "query" if settings["in"] == "query" else "cookies"
        if str(settings.get("name")) in mapping(owner, section):
            message = f"`api_key` writes `{settings['name']}`, and so does this request"
            yield places.key((*path, section, str(settings["name"])), "LS083", message, help="keep one of the two")


def _headers(kind: str, settings: Mapping[str, Any]) -> list[str]:
    if kind == "hmac":
        return [str(settings.get("header", "X-Signature")), *mapping(settings, "headers")]
    if kind == "api_key":
        name = str(settings.get("name", "X-API-Key"))
        return {"header": [name], "cookie": ["Cookie"]}.get(settings.get("in", "header"), [])
    return ["Authorization"]


def _basic(places: Places, path: Path, settings: Mapping[str, Any]) -> Found:
    name = settings.get("username")
    if isinstance(name, str) and "{{" not in name and ":" in name:
        message = "a user name cannot hold `:`, which ends it"
        yield places.text((*path, "username"), name, name.index(":"), "LS083", message, 1)


def _oauth2(places: Places, path: Path, settings: Mapping[str, Any]) -> Found:
    url = settings.get("token_url")
    if isinstance(url, str) and not re.match(_URL, url):
        help = "a path such as /oauth/token, or a whole URL"
        yield places.value((*path, "token_url"), "LS083", f"`{brief(url)}` is neither a path nor a URL", help=help)


def _own_name(places: Places, path: Path, settings: Mapping[str, Any], document: Mapping[str, Any]) -> Found:
    name = settings.get("name", "oauth2")
    if isinstance(name, str) and name in mapping(document, "endpoints"):
        place = (*path, "name") if "name" in settings else path
        message = f"requests for tokens are counted as `{name}`, and an endpoint has that name"
        yield places.key(place, "LS083", message, help="give `oauth2` another `name`")


def _hmac(places: Places, path: Path, settings: Mapping[str, Any]) -> Found:
    text = settings.get("string_to_sign")
    if isinstance(text, str) and "request." not in text:
        message = "nothing of the request is signed: every request has the same signature"
        help = "for example '{{ request.method }} {{ request.target }} {{ request.body_hash }}'"
        yield places.value((*path, "string_to_sign"), "LS083", message, help=help)
    value = settings.get("value")
    if isinstance(value, str) and "request.signature" not in value:
        message = "this header has no signature in it"
        yield places.value((*path, "value"), "LS083", message, help="for example 'HMAC {{ request.signature }}'")
    for place, name in [((*path, "header"), settings.get("header")), *_named(path, settings)]:
        if isinstance(name, str) and (not re.fullmatch(_FIELD_NAME, name) or name.lower() in _FRAMING):
            yield places.key(
                place, "LS083", f"`{brief(name)}` cannot be a header of `hmac`", help="such as X-Signature"
            )
    for place, text in texts(settings, path):
        for found in re.finditer(_REQUEST, text) if place[-1] != "key" else ():
            legal = SIGNED if place[-1] == "string_to_sign" else {*SIGNED, "signature"}
            if found[1] not in legal:
                message, near = f"`request` has no `{found[1]}` here", did_you_mean(found[1], legal)
                help = f"it has {listed(sorted(legal))}"
                yield places.text(place, text, found.start(1), "LS083", message, label=near, help=help)
    yield from _key(places, (*path, "key"), settings)


def _named(path: Path, settings: Mapping[str, Any]) -> list[tuple[Path, str]]:
    return [((*path, "headers", name), name) for name in mapping(settings, "headers")]


def _key(places: Places, path: Path, settings: Mapping[str, Any]) -> Found:
    key, encoding = settings.get("key"), settings.get("key_encoding")
    if not isinstance(key, str) or "{{" in key or encoding not in ("hex", "base64"):
        return
    try:
        bytes.fromhex(key) if encoding == "hex" else base64.b64decode(key, validate=True)
    except ValueError:
        yield places.value(path, "LS083", f"the key is not {encoding}", help="`key_encoding` says how it is written")


def _api_key(places: Places, path: Path, settings: Mapping[str, Any]) -> Found:
    name = settings.get("name", "X-API-Key")
    if settings.get("in") in ("query", "cookie") and "name" not in settings:
        where = "the query" if settings["in"] == "query" else "a cookie"
        message = f"a key in {where} needs a `name`"
        yield places.key(path, "LS083", message, help="for example name: api_key")
    elif isinstance(name, str) and settings.get("in") != "query" and not re.fullmatch(_FIELD_NAME, name):
        message = f"`{brief(name)}` cannot be a header's or a cookie's name"
        yield places.value((*path, "name"), "LS083", message, help="letters, digits and hyphens")


_KINDS = {"basic": _basic, "oauth2": _oauth2, "hmac": _hmac, "api_key": _api_key}
"""Kind of credentials → who checks its settings."""


def token_names(document: Mapping[str, Any]) -> list[str]:
    """The names that requests for tokens are counted under, each once."""
    owners = [mapping(document, "target"), *(value for _, value in mappings(document, "endpoints"))]
    owners += [step for _, step in walk(document)]
    names = {}
    for owner in owners:
        if isinstance(mapping(owner, "auth").get("oauth2"), Mapping):
            names[str(mapping(mapping(owner, "auth"), "oauth2").get("name", "oauth2"))] = True
    return list(names)
