"""CSS selectors and XPath 1.0 over HTML and XML, by lxml (the extra `html`).

lxml, for both languages with one tree: it has wheels for all that Python runs on and is kept by many. CSS becomes XPath
by cssselect when the spec is compiled. Nothing is fetched, no entity and no DTD is loaded.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from typing import Any

from loadspec.expr import ExprError, Missing
from loadspec.extract import Selector

LARGEST = 1 << 20
"""Bytes of a body that are parsed, the first ones: parsing takes some 30 ms a MiB, and holds up every other user."""
INSTALL = "pip install 'loadspec[html]'"

_AT = r"\bat (\d+)>"
_XML = rb"(?:\xef\xbb\xbf)?\s*<\?xml\s"
_FAILED: Any = None


class MissingExtraError(ValueError):
    """The libraries of an extra are not installed; the text says how to get them."""


def installed() -> bool:
    """Whether the extra is there."""
    return all(importlib.util.find_spec(name) is not None for name in ("lxml", "cssselect"))


def require() -> None:
    """Raises MissingExtraError where the extra is not installed."""
    if not installed():
        raise MissingExtraError(f"css and xpath need lxml and cssselect: {INSTALL}")


def compile_css(text: str, attribute: str = "") -> Selector:
    """A CSS selector: each match's text, or its attribute. Raises ExprError with the place, or MissingExtraError."""
    require()
    from cssselect import GenericTranslator, HTMLTranslator, SelectorError

    try:
        paths = {HTMLTranslator().css_to_xpath(text), GenericTranslator().css_to_xpath(text)}
    except SelectorError as error:
        raise _css_error(text, error) from None
    except RecursionError:
        raise ExprError("this CSS selector is nested too deeply", 0) from None
    path = " | ".join(sorted(paths))  # names have their case in XML and none in HTML
    if attribute:
        quoted = f"@*[local-name() = '{attribute}']" if ":" in attribute else f"@{attribute}"
        path = f"({path})/{quoted}"
    return _compile(path)


def _css_error(text: str, error: Exception) -> ExprError:
    """cssselect's error with its place, where it says one."""
    reason = str(error)
    reason = reason[:1].lower() + reason[1:].rstrip(".")
    if "::" in text and "pseudo-element" in reason:
        at = text.index("::")
        rest = re.fullmatch(r"::attr\(([\w-]+)\)", text[at:])
        hint = f"write css: {text[:at]}, attribute: {rest[1]}" if rest else "the text is taken anyway: leave it out"
        return ExprError("this is no CSS selector: pseudo-elements are not supported", at, hint)
    found, named = re.search(_AT, reason), re.search(r"pseudo-class (:[\w-]+)", reason)
    at = int(found[1]) if found else max(text.find(named[1]), 0) if named else 0
    reason = re.sub(r"<EOF at \d+>", "the end", re.sub(r"<\w+ (.+?) at \d+>", r"\1", reason))
    hint = "for example input[name=csrf]; an attribute is taken by `attribute: href`"
    return ExprError(f"this is no CSS selector: {reason}", at, hint)


def compile_xpath(text: str) -> Selector:
    """An XPath: nodes as their text, numbers and truth values as such. Raises ExprError, or MissingExtraError."""
    require()
    return _compile(text)


def _compile(text: str) -> Selector:
    from lxml import etree

    def evaluator(path: str) -> Any:
        return etree.XPath(path, regexp=False, smart_strings=False)

    try:
        whole = evaluator(text)
        _known_names(text)
        nodes = isinstance(whole(etree.Element("x")), list)
    except etree.XPathSyntaxError as error:
        column = error.error_log[0].column if len(error.error_log) else 0
        raise ExprError(f"this is no XPath: {_lower(error)}", min(column, len(text)), "for example //a/@href") from None
    except ExprError:
        raise
    except (etree.XPathEvalError, ValueError) as error:
        raise ExprError(f"this XPath cannot be evaluated: {_lower(error)}", 0) from None

    def every(body: Any) -> list[Any]:
        return _values(whole, body)

    if not nodes:
        return Selector(_first_of(every, text), every)
    one = evaluator(f"({text})[1]")
    return Selector(_first_of(lambda body: _values(one, body), text), every)


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


_LITERAL = r"""'[^']*'|"[^"]*\""""
_NAMES = r"(?P<variable>\$[\w.-]+)|(?<![\w.-])(?P<prefix>[A-Za-z_][\w.-]*):(?!:)|(?P<call>[A-Za-z_][\w.-]*)\s*\("
_FUNCTIONS = frozenset(
    re.findall(
        r"[\w-]+",
        "last position count id local-name namespace-uri name string concat starts-with contains substring-before "
        "substring-after substring string-length normalize-space translate boolean not true false lang number sum "
        "floor ceiling round comment text node processing-instruction and or div mod",
    )
)
"""Those of XPath 1.0, node tests, and operators that a parenthesis may follow."""


def _known_names(text: str) -> None:
    """Raises ExprError for a name that nobody defines: libxml2 finds it only where a document leads it there."""
    for found in re.finditer(_NAMES, re.sub(_LITERAL, lambda literal: " " * len(literal[0]), text)):
        at = found.start()
        if found["variable"]:
            raise ExprError(f"`{found['variable']}` is an XPath variable, and there are none", at)
        if found["prefix"]:
            hint = "match a name of any namespace by *[local-name() = 'name']"
            raise ExprError(f"the prefix `{found['prefix']}` of this XPath has no namespace", at, hint)
        if found["call"] not in _FUNCTIONS:
            hint = "there are contains, starts-with, substring-after, normalize-space, string, count, ..."
            raise ExprError(f"XPath 1.0 has no function `{found['call']}`", at, hint)


def _first_of(every: Callable[[Any], list[Any]], text: str) -> Callable[[Any], Any]:
    def first(body: Any) -> Any:
        found = every(body)
        if not found:
            raise Missing(text)
        return found[0]

    return first


def _values(path: Any, body: bytes) -> list[Any]:
    from lxml.etree import XPathEvalError

    root = _tree(body)
    if root is None:
        return []
    try:
        found = path(root)
    except XPathEvalError:  # a step too many for libxml2's own limits
        return []
    if isinstance(found, list):
        return [_text(item) for item in found]
    if isinstance(found, float) and found.is_integer():
        return [int(found)]
    return [] if found == "" or found != found else [found]


def _text(item: Any) -> Any:
    """An element's text without the white space around it; attributes and text nodes as they are."""
    if isinstance(item, str):
        return item
    return "".join(item.itertext()).strip() if hasattr(item, "itertext") else str(item)


_last: tuple[bytes, Any] = (b"", None)


def _tree(body: bytes) -> Any:
    """The tree of a body, kept until the next one: several captures of one answer parse it once."""
    global _last  # noqa: PLW0603 - a cache of one
    if body is not _last[0]:
        _last = (body, _parse(body[:LARGEST]))
    return _last[1]


def _parse(body: bytes) -> Any:
    from lxml import etree

    if not body.strip():
        return None
    if re.match(_XML, body):
        parser: Any = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    else:
        parser = etree.HTMLParser(no_network=True, encoding=_encoding(body))
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return _FAILED


def _encoding(body: bytes) -> str | None:
    """UTF-8 where the bytes are; else libxml2 looks for what the page itself says."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return "utf-8" if error.end >= LARGEST - 4 else None  # cut within a character
    return "utf-8"
