"""`http`: proxies, the User-Agent and compression, as far as they can be read before the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.values import listing, mapping, texts
from loadspec.wire.codings import CODINGS
from loadspec.wire.codings.faults import INSTALL

Found = Iterator[Diagnostic]

_ENCODING = "content-encoding"
_HOST_PORT = r"[\w.-]+(:\d{1,5})?"


def check_http(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """The templates of `http`, its proxies and the hosts that need none."""
    http = mapping(document, "http")
    expressions, view = Expressions(places, work), View(known, constants=("env", "vars", "run"))
    for path, text in texts(http, ("http",)):
        expressions.template(text, path, view)
    yield from expressions.found
    proxy, exceptions = http.get("proxy"), listing(http, "no_proxy")
    if not (proxy or exceptions):
        return
    from loadspec.wire.proxies import parse_exception, parse_proxy  # lazily: most specs name none

    rows: list[tuple[Path, Any, Callable[[str], Any]]] = [(("http", "proxy"), proxy, parse_proxy)]
    rows += [(("http", "no_proxy", index), text, parse_exception) for index, text in enumerate(exceptions)]
    for path, text, parse in rows:
        if isinstance(text, str) and text and "{{" not in text:
            try:
                parse(text)
            except ValueError as error:
                yield places.value(path, "LS180", str(error), help=_likelier(path, text))


def _likelier(path: Path, text: str) -> str | None:
    """What a proxy without its scheme was meant to be."""
    return f"write http://{text}" if path[-1] == "proxy" and re.fullmatch(_HOST_PORT, text) else None


def check_compression(places: Places, path: Path, request: Mapping[str, Any], below: Mapping[str, Any]) -> Found:
    """The `compression` of an endpoint or step, which says the Content-Encoding."""
    coding = request.get("compression")
    row = CODINGS.get(coding.encode()) if isinstance(coding, str) else None
    if row is not None and not row.available():
        message = f"`{coding}` needs a library that is not installed"
        yield places.value((*path, "compression"), "LS181", message, help=INSTALL)
    if not (coding or below.get("compression")):
        return
    for name in mapping(request, "headers"):
        if name.lower() == _ENCODING:
            message = f"`{name}` follows from `compression`: loadspec sets it"
            yield places.key((*path, "headers", name), "LS034", message, help="remove it")
