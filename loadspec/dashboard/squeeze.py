"""A stream of events as gzip: the HTML in it becomes a small part of what it was. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

_GZIP = 16 + zlib.MAX_WBITS
"""What asks zlib for gzip's frame."""
_QUICK = 1
"""The fastest level, which gains most of what there is to gain."""
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)


def takes_gzip(accepted: Sequence[str]) -> bool:
    """Whether somebody with these Accept-Encoding headers does (RFC 9110, §12.5.3)."""
    for coding in ",".join(accepted).split(","):
        name, *weight = coding.split(";")
        if name.strip().lower() == "gzip":
            return not any(map(_REFUSED.fullmatch, weight))
    return False


def squeezed(events: Iterable[bytes]) -> Iterator[bytes]:
    """Each event can be read as soon as its piece has come; the last piece ends the stream."""
    packer = zlib.compressobj(_QUICK, wbits=_GZIP)
    for event in events:
        yield packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
