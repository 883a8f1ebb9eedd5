"""Passwords and keys that stand in a spec for everybody to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.masking import is_telling
from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.values import listing, mapping

Found = Iterator[Diagnostic]

_AUTH = ("bearer", "password", "client_secret", "secret", "key", "value", "token", "refresh_token")
"""Keys below `auth` whose values are secrets."""

_USERINFO = re.compile(r"^(?:https?|socks5h?)://[^/@\s{}]*:([^/@\s{}]+)@", re.IGNORECASE)


def plain_secrets(facts: Facts) -> Found:
    """Constants in `auth`, as passwords of keys, in headers and parameters of telling names, before the @ of a URL."""
    target = mapping(facts.document, "target")
    owners: list[tuple[Path, Mapping[str, Any]]] = [(("target",), target)]
    owners += [(("endpoints", name), endpoint) for name, endpoint in facts.endpoints.items()]
    owners += facts.all_steps
    for path, owner in owners:
        yield from _auth(facts, (*path, "auth"), mapping(owner, "auth"))
        for section in ("headers", "query", "cookies"):
            for name, value in mapping(owner, section).items():
                if is_telling(name) and _secret(value):
                    yield _found(facts, (*path, section, name))
        for key in ("base_url", "path"):
            value = owner.get(key)
            if isinstance(value, str) and _USERINFO.match(value):
                yield _found(facts, (*path, key))
    proxy = mapping(facts.document, "http").get("proxy")
    if isinstance(proxy, str) and _USERINFO.match(proxy):
        yield _found(facts, ("http", "proxy"))
    for index, certificate in enumerate(listing(mapping(target, "tls"), "certificates")):
        if isinstance(certificate, Mapping) and _secret(certificate.get("password")):
            yield _found(facts, ("target", "tls", "certificates", index, "password"))


def _auth(facts: Facts, path: Path, auth: Mapping[str, Any]) -> Found:
    for kind, value in auth.items():
        if isinstance(value, Mapping):
            for key in _AUTH:
                if _secret(value.get(key)):
                    yield _found(facts, (*path, kind, key))
        elif kind in _AUTH and _secret(value):
            yield _found(facts, (*path, kind))


def _secret(value: Any) -> bool:
    """A text that is no template; a word such as `Bearer` before one is none."""
    return isinstance(value, str) and bool(value.strip()) and "{{" not in value


def _found(facts: Facts, path: Path) -> Diagnostic:
    help = "declare it under `env` with `secret: true`, and write {{ env.NAME }}: reports and logs then mask it"
    message = "a secret in plain text: whoever reads this file has it"
    return facts.places.value(path, "LS049", message, help=help, level="warning")
