"""Headers, and the media type among them."""

from __future__ import annotations

from loadspec.expr import Scope, compile_regex, compile_template, to_text
from loadspec.protocols.http.captures.answer import headers_of
from loadspec.protocols.http.checks.check import LONGEST, Check, Given
from loadspec.protocols.user import User


def compile_header(given: Given, scope: Scope) -> Check:
    """A header is there; its value equals a text, or a regular expression is found in it."""
    name, key = given.value, given.value.lower()

    def found(user: User) -> list[str]:
        headers = headers_of(user.answer)
        return [f"{name}: {headers[key]}"[:LONGEST]] if key in headers else [f"no header {name}"]

    if given.equals is not None:
        wanted = compile_template(given.equals, scope).render

        def equals(user: User) -> bool:
            return headers_of(user.answer).get(key) == to_text(wanted(user))

        return Check(equals, f"{name}: {given.equals}", found)
    if given.matches is not None:
        search = compile_regex(given.matches).holds

        def matches(user: User) -> bool:
            value = headers_of(user.answer).get(key)
            return value is not None and search(value)

        return Check(matches, f"{name} that matches {given.matches}", found)
    return Check(lambda user: key in headers_of(user.answer), f"a header {name}", found)


def compile_content_type(given: Given, _scope: Scope) -> Check:
    """The media type, whatever its case and parameters; `image/*` is any image."""
    wanted = given.value.lower()
    family = wanted[:-1] if wanted.endswith("/*") else None

    def holds(user: User) -> bool:
        essence = headers_of(user.answer).get("content-type", "").partition(";")[0].strip().lower()
        return essence == wanted if family is None else essence.startswith(family)

    def found(user: User) -> list[str]:
        value = headers_of(user.answer).get("content-type")
        return ["no Content-Type" if value is None else f"Content-Type: {value}"[:LONGEST]]

    return Check(holds, f"Content-Type: {given.value}", found)
