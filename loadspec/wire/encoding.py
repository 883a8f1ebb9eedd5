"""Content encodings, in any row, with caps on size and ratio (RFC 9110 §8.4). The codings are rows of `codings`."""

from __future__ import annotations

from loadspec.wire.codings import CODINGS
from loadspec.wire.codings.faults import INSTALL
from loadspec.wire.codings.inflate import gunzip
from loadspec.wire.errors import ProtocolError, shown
from loadspec.wire.fields import list_items
from loadspec.wire.limits import DEFAULT, Limits

TRANSFER_CODINGS = (b"gzip", b"x-gzip", b"deflate", b"identity")
"""What a transfer coding before `chunked` may be for its body to be decoded; br and zstd are none (RFC 9112 §7)."""
MAX_CODINGS = 5  # in a row; curl's bound, too


def decode_content(body: bytes, encoding: bytes, limits: Limits = DEFAULT) -> bytes:
    """Undo a Content-Encoding value: one of `CODINGS`, or several by comma.

    An empty body stays empty, and what is under an encoding that we do not know stays as it is, as in k6: servers say
    `none`, `utf-8` or `aws-chunked` there. Raises `ProtocolError`: `decode` for a broken or truncated body and for an
    encoding whose library is not installed, `limit` for a body that grows beyond the caps.
    """
    if not body or not encoding:
        return body
    room = min(limits.decoded_bytes, max(limits.ratio_free_bytes, limits.decoded_ratio * len(body)))
    if encoding == b"gzip":
        return gunzip(body, room)
    codings = list_items(encoding)
    if len(codings) > MAX_CODINGS:
        raise ProtocolError("limit", "decode", f"More than {MAX_CODINGS} content encodings in a row.")
    for name in reversed(codings):
        coding = CODINGS.get(name)
        if coding is None:
            break
        body = coding.decode(body, room)
    return body


def encode_content(body: bytes, encoding: str) -> bytes:
    """Apply a Content-Encoding value, left to right: `gzip`, or several by comma. Raises ValueError with a sentence."""
    for name in list_items(encoding.encode()):
        coding = CODINGS.get(name)
        if coding is None:
            raise ValueError(f"The content encoding {shown(name)} is not supported; use {', '.join(CODING_NAMES)}.")
        if not coding.available():
            raise ValueError(f"The content encoding {shown(name)} needs a library: {INSTALL}.")
        body = coding.encode(body)
    return body


CODING_NAMES = ("gzip", "deflate", "br", "zstd")
"""What a spec may name, by how much of the web speaks it."""
