"""Addresses that say something twice, headers that are misspelt, templates of other tools."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.semantics.lints.facts import Facts
from loadspec.spec.semantics.values import mapping, texts

Found = Iterator[Diagnostic]

_BASE = re.compile(r"(https?://[^/?#{}]+)(/[^?#{}]*)?$", re.IGNORECASE)


def addresses(facts: Facts) -> Found:
    """Paths that repeat `base_url` or a part of it, and a `base_url` that no path can follow."""
    base = mapping(facts.document, "target").get("base_url")
    if not isinstance(base, str):
        return
    extra = re.search(r"[?#]", base)
    if extra and "{{" not in base:
        message = f"paths are appended to `base_url`: what stands behind `{extra.group()}` would be in their middle"
        place = ("target", "base_url")
        yield facts.places.text(place, base, extra.start(), "LS032", message, 1, help="use `query`", level="warning")
    parts = _BASE.match(base)
    if not parts:
        return
    folder = (parts[2] or "").rstrip("/")
    for path, value in _paths(facts):
        if value.lower().startswith(base.rstrip("/").lower() + "/"):
            help = f"write {value[len(base.rstrip('/')) :]}, so that another `base_url` moves it, too"
            message = "this path repeats `target.base_url`"
            yield facts.places.value(path, "LS032", message, help=help, level="warning")
        elif folder and value.startswith(folder + "/"):
            message = f"`base_url` ends with {folder} already: this asks for {folder}{value}"
            help = f"write {value[len(folder) :]}"
            yield facts.places.value(path, "LS032", message, help=help, level="warning")


def _paths(facts: Facts) -> Iterator[tuple[Path, str]]:
    for name, endpoint in facts.endpoints.items():
        if isinstance(endpoint.get("path"), str):
            yield ("endpoints", name, "path"), endpoint["path"]


COMMON = frozenset(
    {
        *("Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control"),
        *("Connection", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Cookie"),
        *("Forwarded", "If-Match", "If-Modified-Since", "If-None-Match", "Origin", "Pragma", "Referer", "User-Agent"),
        *("X-Api-Key", "X-Auth-Token", "X-Correlation-Id", "X-Csrf-Token", "X-Forwarded-For", "X-Forwarded-Host"),
        *("X-Forwarded-Proto", "X-Request-Id", "X-Requested-With"),
    }
)
"""Headers of requests whose misspelling is likelier than a header of that name."""

_FOLDED = {name.lower(): name for name in COMMON}
_TYPES = {"json": "json", "graphql": "json", "form": "x-www-form-urlencoded", "multipart": "multipart"}


def headers(facts: Facts) -> Found:
    """Names that are nearly those of well-known headers, and a Content-Type that contradicts the body."""
    owners: list[tuple[Path, Mapping[str, Any]]] = [(("target",), mapping(facts.document, "target"))]
    owners += [(("endpoints", name), endpoint) for name, endpoint in facts.endpoints.items()]
    for path, owner in [*owners, *facts.all_steps]:
        for name, value in mapping(owner, "headers").items():
            place = (*path, "headers", name)
            near = _misspelt(name)
            if near:
                message = f"`{name}` is no common header"
                label = f"did you mean `{near}`?"
                yield facts.places.key(place, "LS034", message, label=label, level="warning")
            if name.lower() == "content-type" and isinstance(value, str) and "{{" not in value:
                yield from _content_type(facts, place, owner, value.lower())


def _misspelt(name: str) -> str:
    folded = name.lower()
    if folded in _FOLDED:
        return ""
    hyphens = folded.replace("_", "-")
    if hyphens in _FOLDED:
        return _FOLDED[hyphens]
    near = difflib.get_close_matches(hyphens, _FOLDED, n=1, cutoff=0.87)
    return _FOLDED[near[0]] if near and near[0][0] == hyphens[:1] else ""


def _content_type(facts: Facts, path: Path, owner: Mapping[str, Any], value: str) -> Found:
    for kind, wanted in _TYPES.items():
        if owner.get(kind) is not None and wanted not in value:
            message = f"the body is `{kind}`, and this header says something else"
            help = "remove the header: loadspec writes the one that fits"
            yield facts.places.value(path, "LS034", message, help=help, level="warning")


_FOREIGN = re.compile(
    r"\$\{\s*(?P<js>[A-Za-z_][\w.]*)\s*\}|(?<!\{)\{(?P<brace>[A-Za-z_]\w*)\}(?!\})|/:(?P<colon>[A-Za-z_]\w*)"
)


def foreign_templates(facts: Facts) -> Found:
    """`${x}`, `{x}` and `/:x`, which other tools and API descriptions fill in, and loadspec sends as they stand."""
    for path, value in _paths(facts):
        for found in _FOREIGN.finditer(value):
            yield _foreign(facts, path, value, found)
    owners = [(("endpoints", name), endpoint) for name, endpoint in facts.endpoints.items()]
    for path, owner in [*owners, *facts.all_steps]:
        for section in ("headers", "query", "json", "form", "auth", "cookies"):
            for below, text in texts(owner.get(section), (*path, section)):
                for found in _FOREIGN.finditer(text):
                    if found["js"]:
                        yield _foreign(facts, below, text, found)


def _foreign(facts: Facts, path: Path, text: str, found: re.Match[str]) -> Diagnostic:
    name = next(filter(None, found.groups()))
    start = found.start() + found.group().startswith("/")
    written = found.group().lstrip("/")
    message = f"`{written}` is sent as it stands"
    home = next((key for key in ("env", "vars") if name in mapping(facts.document, key)), "")
    home = "pool" if name in mapping(facts.document, "pools") else home
    help = f"a template is written {{{{ {home + '.' if home else ''}{name} }}}}"
    return facts.places.text(path, text, start, "LS043", message, len(written), help=help, level="warning")
