"""Headers as expressions see them: text, by case-insensitive name."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar, overload

from loadspec.wire.fields import CACHEABLE, Field, field, joined, known_field, split_lines

T = TypeVar("T")


class Headers(dict[str, str]):
    """Lower-cased names to values; repeated fields are one value, joined by ", ". Look-ups ignore case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    @overload
    def get(self, name: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    @overload
    def get(self, name: str, default: T, /) -> str | T: ...
    def get(self, name: str, default: object = None, /) -> object:
        """The value, or `default`."""
        return super().get(name.lower(), default)


def header_list(head: bytes) -> list[Field]:
    """The (lower-cased name, value) pairs of a raw response head, in the order sent. Raises `ProtocolError`."""
    return list(map(known_field if len(head) <= CACHEABLE else field, split_lines(head)[0][1:]))


def parse_headers(head: bytes) -> Headers:
    """The headers of a raw response head, as `ResponseParser.head` holds it. Raises `ProtocolError`.

    Several checks and captures ask for those of one answer: a bounded cache parses them once. Never change them.
    """
    return _known(head) if len(head) <= CACHEABLE else _parse(head)


def _parse(head: bytes) -> Headers:
    merged = joined(header_list(head))
    return Headers({name.decode("ascii"): value.decode("latin-1") for name, value in merged.items()})


_known = lru_cache(maxsize=256)(_parse)
