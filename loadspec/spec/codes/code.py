"""What one code of a diagnostic says to whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Code(NamedTuple):
    """`title` is a phrase, `text` a few sentences; `wrong` is a spec that gives the code, `right` its repair.

    An example is a whole spec, or the sections of one that matter: a test puts `loadspec`, `target`, `endpoints` and
    `flow` beside them where they are missing. A first line `$ loadspec ...` is the command that gives the code, with
    the spec in spec.yaml. `files` are other files that both examples read: name → text.
    """

    title: str
    text: str = ""
    wrong: str = ""
    right: str = ""
    files: Mapping[str, str] = MappingProxyType({})
