"""What can be wrong with data, said so that its user can find it."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be used: `message` says why, `hint` what to do.

    `file` is the data's file, empty for inline items; `line` counts from 1 (0: no line of it is at fault), for inline
    items it is the number of one; `text` is that line. `kind` is what sort of trouble it is: `file` (it is not there),
    `data` (it cannot be read), `column` (there is no column `word`; `known` are those there are), `empty` (no row is
    left), `time` (a trace has none here).
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        kind: str = "data",
        file: str = "",
        line: int = 0,
        text: str = "",
        word: str = "",
        known: tuple[str, ...] = (),
    ) -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else f"item {line}: " if line else ""
        super().__init__(place + message)
        self.message, self.hint, self.kind = message, hint, kind
        self.file, self.line, self.text = file, line, text
        self.word, self.known = word, known


class CellError(ValueError):
    """One record does not fit; whoever knows its line makes a DataError of it."""
