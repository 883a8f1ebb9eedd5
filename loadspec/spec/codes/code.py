"""What one code of a diagnostic says to whoever asks for it."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """`title` is a phrase, `text` a few sentences, `wrong` and `right` are specs, or the parts of one that matter."""

    title: str
    text: str = ""
    wrong: str = ""
    right: str = ""
