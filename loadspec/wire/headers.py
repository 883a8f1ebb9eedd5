"""Headers as expressions see them: text, by case-insensitive name."""

from __future__ import annotations

from typing import TypeVar, overload

from loadspec.wire.fields import Field, field, joined, split_lines

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
    return [field(line) for line in split_lines(head)[0][1:]]


def parse_headers(head: bytes) -> Headers:
    """The headers of a raw response head, as `ResponseParser.head` holds it. Raises `ProtocolError`."""
    merged = joined(header_list(head))
    return Headers({name.decode("ascii"): value.decode("latin-1") for name, value in merged.items()})
