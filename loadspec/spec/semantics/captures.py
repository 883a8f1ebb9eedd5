"""Captures: one source each, its expression legal, and what stands beside it fitting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadspec.expr import ExprError, compile_regex
from loadspec.extract import jsonpath, markup
from loadspec.spec.diagnostics import Diagnostic, Path, brief, closest, listed
from loadspec.spec.grammar.captures import SOURCES
from loadspec.spec.places import Places
from loadspec.spec.semantics.names import RESERVED

Found = Iterator[Diagnostic]

HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WHOLE = ("body", "status", "duration")
_SINGLE = (*_WHOLE, "cookie")


def check_capture(places: Places, path: Path, name: str, value: Any) -> Found:
    """One capture at a path."""
    if name in RESERVED:
        help = f"choose another name, for example my_{name}"
        yield places.key(path, "LS035", f"a capture cannot be called `{name}`: the name has a meaning", help=help)
    if isinstance(value, str):
        yield from _jsonpath(places, path, value, value)
    elif isinstance(value, Mapping):
        given = [source for source in SOURCES if source in value]
        if len(given) != 1:
            yield from _one_source(places, path, value, given)
        for source in given:
            if isinstance(value[source], str) and source in _EXPRESSIONS:
                yield from _EXPRESSIONS[source](places, (*path, source), value[source], value)
        yield from _beside(places, path, value, given)


def _one_source(places: Places, path: Path, value: Mapping[str, Any], given: list[Any]) -> Found:
    if given:
        message = f"a capture has one source, and this one has {listed(given)}"
        yield places.key((*path, given[1]), "LS017", message, help="make a capture of its own of it")
    elif not any(closest(str(key), SOURCES) for key in value):  # the schema has found what is misspelt
        message = f"a capture needs one of {listed(SOURCES)}"
        yield places.key(path, "LS017", message, help="for example {jsonpath: $.id}")


def _beside(places: Places, path: Path, value: Mapping[str, Any], given: list[Any]) -> Found:
    """Keys that mean nothing beside this source, or beside each other."""
    if "attribute" in value and given and "css" not in given:
        help = "in an XPath write /@name" if "xpath" in given else "it belongs to `css`"
        yield places.key((*path, "attribute"), "LS076", f"`attribute` means nothing beside `{given[0]}`", help=help)
    several = [key for key in ("pick", "all") if value.get(key)]
    if len(given) == 1 and given[0] in _SINGLE:
        for key in several:
            message = f"`{key}` means nothing beside `{given[0]}`, which is one value"
            yield places.key((*path, key), "LS076", message, help=f"remove `{key}`")
    elif len(several) == 2:
        message = "`all` keeps every match, and `pick` one of them"
        yield places.key((*path, "pick"), "LS076", message, help="keep one of the two")
    default = value.get("default")
    if isinstance(default, str) and "{{" in default:
        message = "a default is taken as it stands: no template is expanded in it"
        help = "make the capture `optional`, and write default(NAME, ...) where it is used"
        yield places.text((*path, "default"), default, default.index("{{"), "LS043", message, 2, help=help)


def _jsonpath(places: Places, path: Path, text: str, _value: Any) -> Found:
    yield from _compiled(places, path, text, lambda: jsonpath.compile_jsonpath(text))


def _regex(places: Places, path: Path, text: str, _value: Any) -> Found:
    yield from _compiled(places, path, text, lambda: compile_regex(text))


def _css(places: Places, path: Path, text: str, value: Any) -> Found:
    attribute = value.get("attribute", "")
    if isinstance(attribute, str) and attribute and not re.fullmatch(_ATTRIBUTE, attribute):
        message = f"`{brief(attribute)}` is no name of an attribute"
        yield places.value((*path[:-1], "attribute"), "LS037", message, help="for example href")
        attribute = ""
    chosen = attribute if isinstance(attribute, str) else ""
    yield from _compiled(places, path, text, lambda: markup.compile_css(text, chosen))


def _xpath(places: Places, path: Path, text: str, _value: Any) -> Found:
    yield from _compiled(places, path, text, lambda: markup.compile_xpath(text))


_ATTRIBUTE = r"[A-Za-z_][\w.:-]*"
_LONGEST = 1000


def _compiled(places: Places, path: Path, text: str, compile_text: Callable[[], Any]) -> Found:
    if len(text) > _LONGEST:
        yield places.value(path, "LS037", f"a capture's expression has at most {_LONGEST} characters")
        return
    try:
        compile_text()
    except markup.MissingExtraError:
        message = f"`{path[-1]}` needs libraries that are not installed: lxml and cssselect"
        yield places.key(path, "LS075", message, help=markup.INSTALL)
    except ExprError as error:
        yield places.text(path, text, error.offset, "LS037", error.message, help=error.hint)


def _name(what: str, example: str) -> Callable[[Places, Path, str, Any], Found]:
    def check(places: Places, path: Path, text: str, _value: Any) -> Found:
        if not re.fullmatch(HEADER_NAME, text):
            yield places.value(path, "LS037", f"`{brief(text)}` is no name of a {what}", help=f"for example {example}")

    return check


_EXPRESSIONS: dict[str, Callable[[Places, Path, str, Any], Found]] = {
    "jsonpath": _jsonpath,
    "header": _name("header", "X-Request-Id"),
    "regex": _regex,
    "css": _css,
    "xpath": _xpath,
    "cookie": _name("cookie", "session"),
}
