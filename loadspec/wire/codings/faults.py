"""What can be wrong with an encoded body, in the same words for every coding."""

from __future__ import annotations

from loadspec.wire.errors import ProtocolError

INSTALL = "pip install 'loadspec[encodings]'"


def too_large(room: int) -> ProtocolError:
    """The body decodes to more than is allowed."""
    return ProtocolError("limit", "decode", f"The decoded body exceeds {room} bytes.")


def broken(error: Exception) -> ProtocolError:
    """The library says that this is none of its bodies."""
    return ProtocolError("decode", "decode", f"The compressed body is broken: {error}.")


def truncated() -> ProtocolError:
    """The body ends before its coding does."""
    return ProtocolError("decode", "decode", "The compressed body is truncated.")


def surplus() -> ProtocolError:
    """The coding ends before the body does."""
    return ProtocolError("decode", "decode", "Bytes follow the compressed body.")


def missing(coding: str) -> ProtocolError:
    """The library of an optional coding is not installed."""
    return ProtocolError("decode", "decode", f"The content encoding {coding} needs a library: {INSTALL}.")
