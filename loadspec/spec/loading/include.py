"""`include`: the sections of other files, laid under those of this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from loadspec.spec.loading.folder import File, Folder
from loadspec.spec.loading.join import INCLUDE, Missing
from loadspec.spec.loading.layers import over
from loadspec.spec.source import Node, Place


class Includes:
    """Makes the document of a file: its own sections over those of its includes, a later include over an earlier."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.done: dict[FilePath, Node | None] = {}
        self.open: list[File] = []

    def document(self, file: File) -> Node | None:
        """The mapping of a file with what it includes; None where it is no mapping."""
        if file.id not in self.done:
            self.open.append(file)
            self.done[file.id] = self._join(file)
            self.open.pop()
        return self.done[file.id]

    def _join(self, file: File) -> Node | None:
        own = file.source.own
        if own is None or not isinstance(own.children, dict):
            return None
        below: Node | None = None
        for include, place in self._includes(file, own):
            document = self.document(include)
            if document is None:
                self._refuse(include, place)
            elif below is None:
                below = document
            else:
                below = over(below, document)
        return own if below is None else over(below, own)

    def _includes(self, file: File, own: Node) -> Iterator[tuple[File, Place]]:
        seen: set[FilePath] = set()
        for node in _names(own.child(INCLUDE)):
            place = file.source.span(node)
            include = self.folder.open(node.value, place)
            if include is None:
                continue
            names = [each.source.name for each in self.open]
            if include.id in [each.id for each in self.open]:
                way = " → ".join([*names[names.index(include.source.name) :], include.source.name])
                self._found("LS061", f"`{node.value}` includes itself", place, f"the way round: {way}")
            elif include.id in seen:
                help = "remove one of the two: a later file lies over the earlier ones"
                self._found("LS061", f"`{node.value}` is included twice", place, help)
            else:
                seen.add(include.id)
                yield include, place

    def _refuse(self, include: File, place: Place) -> None:
        if include.source.own is not None and include.whole:
            message = f"`{include.source.name}` holds no sections"
            self._found("LS060", message, place, "a file that is included is a mapping, as a spec is")

    def _found(self, code: str, message: str, place: Place, help: str) -> None:
        self.folder.lack(Missing.ANYTHING)
        self.folder.found.append(self.folder.main.at(code, message, place, help=help))


def _names(node: Node | None) -> list[Node]:
    """The texts of `include`: one, or a list; what is no text, the schema complains of."""
    if node is None:
        return []
    items = node.children if isinstance(node.children, list) else [node]
    return [item for item in items if isinstance(item.value, str)]
