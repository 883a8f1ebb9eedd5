"""The top-level fields that a flow reads of large JSON answers, without building the rest of them.

Building an answer of 4 kB as objects, and taking them down again, costs 9 to 15 µs, of which a token or an id needs
next to nothing. `msgspec` walks the text once, checks its syntax, and gives the few fields that are asked for as text
(2.3 µs); `orjson` then reads those, so that a value is the same whichever way it was found. What the short cut does not
take (no object, broken, not UTF-8, too deep) is parsed whole, with the errors of that. One thing passes that would not:
a number too large for a double, in a field that nobody reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import orjson

from loadspec.protocols.http.captures.answer import Few, json_of
from loadspec.transports.base import UNPARSED, Answer

LARGE: Final = 1024
"""Bytes from which it pays; a smaller body is parsed whole in less time."""

_PLAIN: Final = re.compile(r"[ !#-\[\]-~]+")
"""Names that JSON writes as they are, as `msgspec` needs them."""

Read = Callable[[Answer], Any]
"""Answer → its JSON, or of a large object the fields that somebody reads. Raises Missing where it is no JSON."""
Find = Callable[[bytes], "dict[str, Any] | None"]


class Fields:
    """Collects what a flow reads while it is compiled; `few` gives it while it runs."""

    __slots__ = ("_find", "_names", "_whole")

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._whole = False
        self._find: Find | None = None

    def reading(self, name: str | None) -> Read:
        """How an expression that reads only this field gets the document; None: it reads all of it."""
        if name is None or not _PLAIN.fullmatch(name):
            self._whole = True
            return json_of
        import msgspec  # noqa: F401 - 5 ms, now rather than while the first answer waits for it

        self._names.add(name)
        return self.few

    def few(self, answer: Answer) -> Any:
        """See `Read`. Parsed once an answer."""
        parsed = answer.parsed
        if parsed.__class__ is dict:  # a small one, read before
            return parsed
        if parsed.__class__ is Few and parsed.by is self:
            return parsed.found
        if parsed is UNPARSED and len(answer.body) >= LARGE and not self._whole:
            find = self._find
            if find is None:
                find = self._find = compile_find(self._names)
            found = find(answer.body)
            if found is not None:
                answer.parsed = Few(found, self)
                return found
        return json_of(answer)


def compile_find(names: set[str]) -> Find:
    """→ a function that gives the fields of these names that a JSON object has, None for what it does not take."""
    import msgspec  # lazily: only plans that read fields of JSON need it

    keys = {f"f{number}": name for number, name in enumerate(sorted(names))}
    rows = tuple(keys.items())
    kind = msgspec.defstruct("Fields", [(key, msgspec.Raw, msgspec.UNSET) for key in keys], rename=keys, gc=False)
    decode, unset = msgspec.json.Decoder(kind).decode, msgspec.UNSET

    def find(body: bytes) -> dict[str, Any] | None:
        try:
            if not body.isascii():
                body.decode()  # what is passed over is not looked at so closely
            found = decode(body)
            return {name: orjson.loads(bytes(raw)) for key, name in rows if (raw := getattr(found, key)) is not unset}
        except (ValueError, RecursionError):  # msgspec's and orjson's errors are ValueErrors
            return None

    return find
