"""Files as requests send them: what a spec's `file:` becomes once it is read."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

BINARY = "application/octet-stream"
_PACKED = {"bzip2": "application/x-bzip2", "gzip": "application/gzip", "xz": "application/x-xz"}


class File(Struct, frozen=True):
    """A file that was read: its name without folders, and its bytes."""

    name: str
    data: bytes

    def __repr__(self) -> str:
        return f"File({self.name!r}, {len(self.data)} bytes)"


class Upload(Struct, frozen=True):
    """A part of a multipart body that is more than a plain field; texts are templates.

    `content` is a File, a template whose value may be bytes, or, where `is_json`, a document. None: not given.
    """

    content: Any
    filename: str | None = None
    type: str | None = None
    is_json: bool = False


@lru_cache(maxsize=1024)
def type_of(name: str) -> str:
    """The media type that a file's name promises, by Python's own table and not this machine's."""
    kind, packed = _types().guess_type(name)
    return _PACKED.get(packed, BINARY) if packed else kind or BINARY


@cache
def _types() -> Any:
    from mimetypes import MimeTypes  # lazily: its start reads the system's tables, which this instance leaves out

    types = MimeTypes()
    for extension, kind in ((".jsonl", "application/jsonl"), (".md", "text/markdown"), (".webp", "image/webp")):
        types.add_type(kind, extension)
    return types
