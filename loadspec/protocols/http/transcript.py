"""An exchange as text for people: every line of the request behind `>`, every line of the answer behind `<`.

Both are hostile text for a terminal: control characters become escapes, bytes that are no text become their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from loadspec.masking import Masker
from loadspec.transports.base import Answer, Discarded

SHOWN = 16_384
"""Characters of a body that are shown; the rest is counted."""

_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_BINARY = rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]"


def transcript(request: bytes, answer: Answer, masker: Masker) -> list[str]:
    """The lines of one exchange, masked; without an answer its error is the last line."""
    lines = [*_message(">", request, masker)]
    if answer.status:
        lines += _message("<", answer.head.rstrip(b"\r\n") + b"\r\n\r\n" + answer.body, masker)
        if isinstance(answer.body, Discarded):
            lines.append(f"< ({answer.body.size} bytes, thrown away)")
    else:
        lines.append(f"! {harmless(masker(f'{answer.error} ({answer.phase}): {answer.message}'))}")
    return lines


def _message(mark: str, data: bytes, masker: Masker) -> Iterator[str]:
    head, _, body = data.partition(b"\r\n\r\n")
    for line in masker.message(head.decode("utf-8", "replace").replace("\r\n", "\n")).split("\n"):
        yield f"{mark} {harmless(line)}".rstrip()
    if not body:
        return
    yield mark
    if re.search(_BINARY, body[: 4 * SHOWN]):
        yield f"{mark} ({len(body)} bytes, no text)"
        return
    text = masker.begin(body, SHOWN)
    for line in text[:SHOWN].splitlines():
        yield f"{mark} {harmless(line)}".rstrip()
    if len(text) > SHOWN or len(body) > 4 * SHOWN:
        yield f"{mark} ... ({len(body)} bytes)"


def harmless(text: str) -> str:
    """Text whose control characters and marks of direction are escapes."""
    return re.sub(_CONTROL, _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
