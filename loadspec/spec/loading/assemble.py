"""The files of a spec put together: includes under it, fragments in their places, what those bring under all."""

from __future__ import annotations

from loadspec.spec.compose import MAX_DEPTH, MAX_NODES
from loadspec.spec.diagnostics import Diagnostic
from loadspec.spec.loading.folder import Folder
from loadspec.spec.loading.include import Includes
from loadspec.spec.loading.join import FRAGMENTS, INCLUDE, Joined, Missing
from loadspec.spec.loading.layers import mapping_like, only, over
from loadspec.spec.loading.use import Scope, Uses
from loadspec.spec.source import Node, Source

DECLARATIONS = ("env", "vars", "pools", "metrics", "endpoints")
"""The sections that come with a fragment: what its steps may name. All else of its file is left where it is."""


def assemble(source: Source, own: Node, whole: bool) -> Joined:
    """The document of a file that includes or uses something."""
    folder = Folder(source, whole)
    includes = Includes(folder)
    document = includes.document(folder.first)
    if document is None:
        return Joined(own, own, missing=folder.missing)
    uses = Uses(folder, includes)
    main = Scope(folder.first, document)
    expanded = uses.expand(main)
    layered = _under(document, uses, folder)
    root = _capped(_under(_without(expanded, (INCLUDE, FRAGMENTS)), uses, folder), own, folder)
    found = [*folder.found, *_unused(main, source)]
    files = tuple(file.source for file in folder.files.values() if file and file.source is not source)
    return Joined(root, layered, files, tuple(found), folder.missing)


def _without(root: Node, names: tuple[str, ...]) -> Node:
    kept = root.children if isinstance(root.children, dict) else {}
    return only(root, [name for name in kept if name not in names])


def _under(root: Node, uses: Uses, folder: Folder) -> Node:
    """The document over the declarations of the files that its fragments are from."""
    used = [scope for scope in uses.scopes.values() if scope.file.source is not folder.main]
    base: Node | None = None
    owners: dict[tuple[str, str], Node] = {}
    for scope in used:
        declared = only(scope.document, DECLARATIONS)
        for section, names in _entries(declared):
            for name, node in names.items():
                _claim((section, name), node, scope, owners, root, folder)
        base = declared if base is None else over(base, declared)
    return root if base is None else over(base, root)


def _claim(
    key: tuple[str, str],
    node: Node,
    scope: Scope,
    owners: dict[tuple[str, str], Node],
    root: Node,
    folder: Folder,
) -> None:
    """One name of two used files would quietly mean one of two things."""
    section, name = key
    first = owners.setdefault(key, node)
    mine = root.child(section)
    if first is node or first.value == node.value or (mine is not None and mine.child(name) is not None):
        return
    home = scope.document.child(section)
    place = node.source.span(home.keys[name] if home else node)
    message = f"`{name}` of `{section}` is declared in two files that fragments are used from"
    help = f"rename one of the two, or declare it in {folder.main.name}, which wins"
    label = f"the other is in {first.source.name}, line {first.line + 1}"
    folder.found.append(folder.main.at("LS066", message, place, label=label, help=help))


def _entries(declared: Node) -> list[tuple[str, dict[str, Node]]]:
    sections = declared.children if isinstance(declared.children, dict) else {}
    return [(name, node.children) for name, node in sections.items() if isinstance(node.children, dict)]


def _capped(root: Node, own: Node, folder: Folder) -> Node:
    """The document, or the file alone where the whole is beyond the caps of one file."""
    if root.size <= MAX_NODES and root.height <= MAX_DEPTH:
        return root
    wide = root.size > MAX_NODES
    what = f"{MAX_NODES} values" if wide else f"{MAX_DEPTH} levels"
    place = folder.main.span(_heaviest(root, folder.main, wide))
    folder.lack(Missing.ANYTHING)
    message = f"with all that is included and used, the spec has more than {what}"
    folder.found.append(folder.main.at("LS064", message, place, help="make several specs of it"))
    return mapping_like(own, {}, {})


def _heaviest(root: Node, main: Source, wide: bool) -> Node:
    """The last node of this file on the way to most of what is too wide or too deep."""
    node = root
    while node.children:
        below = list(node.children.values()) if isinstance(node.children, dict) else node.children
        heaviest = max(below, key=lambda child: child.size if wide else child.height)
        if heaviest.source is not main:
            break
        node = heaviest
    return node


def _unused(main: Scope, source: Source) -> list[Diagnostic]:
    """Warnings for fragments of the spec itself that nothing uses; a shared file may hold what others use."""
    section = main.document.child(FRAGMENTS)
    keys = section.keys if section else {}
    return [
        source.at("LS067", f"nothing uses fragment `{name}`", source.span(key), level="warning")
        for name, key in keys.items()
        if key.source is source and name not in main.used
    ]
