"""`use: NAME` and `use: file.yaml#NAME`: the steps of a fragment in the place of the step that names it.

A bare NAME is one of the document that the step stands in: of the spec with its includes, or of the file that another
file was used from. What a `use` step says beside its fragment (`when`, `run`, …) is said of all the steps together:
they become one step, `if: true` with the fragment under `then`.
"""

from __future__ import annotations

from pathlib import Path as FilePath

from msgspec import Struct, field

from loadspec.spec.compose import MAX_DEPTH
from loadspec.spec.diagnostics import did_you_mean, listed
from loadspec.spec.loading.folder import File, Folder
from loadspec.spec.loading.include import Includes
from loadspec.spec.loading.join import FRAGMENTS, USE, Missing, flow_paths
from loadspec.spec.loading.layers import below, list_like, mapping_like, put, value_like
from loadspec.spec.source import Node, Place
from loadspec.spec.tree import children

MAX_BROUGHT = 20_000
"""Values that fragments bring in, as often as they are used: as many as a spec may hold beside its data."""

_WITH_FILES = ("LS060", "LS065")
"""What may keep the declarations of another file from coming along."""


class Scope(Struct, eq=False):
    """A document whose fragments a bare name means; `used` are those that some flow does."""

    file: File
    document: Node
    used: set[str] = field(default_factory=set)
    done: dict[str, Node | None] = field(default_factory=dict)

    @property
    def fragments(self) -> dict[str, Node]:
        """The fragments by name."""
        section = self.document.child(FRAGMENTS)
        return section.children if section and isinstance(section.children, dict) else {}


class Uses:
    """Puts fragments in place. `scopes` are the documents that were used from, in that order."""

    def __init__(self, folder: Folder, includes: Includes) -> None:
        self.folder = folder
        self.includes = includes
        self.scopes: dict[FilePath, Scope] = {}
        self.open: list[tuple[Scope, str]] = []
        self.brought = 0
        self.told = False

    def expand(self, main: Scope) -> Node:
        """The main document with fragments in the place of all that use them; those that nothing uses are looked at."""
        self.scopes[main.file.id] = main
        root = main.document
        for path in flow_paths(root):
            steps = below(root, path)
            if steps is not None:
                root = put(root, path, self._steps(steps, main))
        scopes, used = dict(self.scopes), frozenset(main.used)
        for scope in scopes.values():
            for name, node in scope.fragments.items():
                self._fragment(scope, name, self.folder.main.span(node))
        self.scopes, main.used = scopes, set(used)
        return root

    def _steps(self, steps: Node, scope: Scope, spread: bool = True) -> Node:
        """A list with fragments in place; where it is not to be spread (`parallel`), each stays one step."""
        items: list[Node] = []
        for step in steps.children if isinstance(steps.children, list) else ():
            if not isinstance(step.children, dict):
                items.append(step)
            elif USE in step.children:
                items += self._use(step, scope, spread)
            else:
                items.append(self._inside(step, scope))
        return steps if items == steps.children else list_like(steps, items)

    def _inside(self, step: Node, scope: Scope) -> Node:
        for path, _ in children(step.value):
            nested = below(step, path)
            if nested is not None:
                done = self._steps(nested, scope, spread=path != ("parallel",))
                step = step if done is nested else put(step, path, done)
        return step

    def _use(self, step: Node, scope: Scope, spread: bool) -> list[Node]:
        """The steps that a `use` step stands for; itself where that cannot be told."""
        steps = self._referred(step.children[USE], scope) if isinstance(step.children, dict) else None
        if steps is None or not isinstance(steps.children, list) or not isinstance(step.children, dict):
            self.folder.lack(Missing.STEPS)
            return [step]
        if spread and len(step.children) == 1:
            return steps.children
        key, value = step.keys[USE], step.children[USE]
        more = [name for name in step.children if name != USE]
        keys = {"if": key, "then": key, **{name: step.keys[name] for name in more}}
        values = {"if": value_like(value, True), "then": steps, **{name: step.children[name] for name in more}}
        return [mapping_like(step, keys, values)]

    def _referred(self, reference: Node, scope: Scope) -> Node | None:
        text = reference.value
        if not isinstance(text, str):
            return None  # the schema says so
        whole = reference.source.span(reference)
        name, target = text, scope
        if "#" in text or text.endswith((".yaml", ".yml")):
            file, _, name = text.partition("#")
            if not file or not name or "#" in name:
                example = f"{file}#{name.replace('#', '') or 'NAME'}" if file else name or "file.yaml#NAME"
                return self._wrong("LS065", f"`{text}` names no fragment of a file", whole, help=f"write {example}")
            found = self._scope(file, reference.source.within(reference, 0, len(file)))
            if found is None:
                return None
            target = found
        place = reference.source.within(reference, len(text) - len(name), len(name))
        steps = self._fragment(target, name, place)
        if steps is not None:
            self.brought += steps.size
            if self.brought > MAX_BROUGHT and self.told:
                return None
            if self.brought > MAX_BROUGHT:
                self.told = True
                message = f"with this, the fragments in use hold more than {MAX_BROUGHT} values together"
                return self._wrong("LS064", message, whole, help="a loop is written `repeat`")
        return steps

    def _scope(self, name: str, place: Place) -> Scope | None:
        file = self.folder.open(name, place)
        document = self.includes.document(file) if file else None
        if file is None:
            return None
        if document is None:
            if file.whole:
                help = "a file to use from is a mapping with `fragments`"
                self._wrong("LS060", f"`{name}` holds no sections", place, help=help)
            return None
        return self.scopes.setdefault(file.id, Scope(file, document))

    def _fragment(self, scope: Scope, name: str, place: Place) -> Node | None:
        """The steps of a fragment, those that it uses in their place."""
        scope.used.add(name)
        if name in scope.done:
            return scope.done[name]
        node = scope.fragments.get(name)
        if node is None or not isinstance(node.children, list):
            return None if node or not scope.file.whole else self._unknown(scope, name, place)
        if (scope, name) in self.open:
            way = [each for _, each in self.open]
            help = f"the way round: {' → '.join([*way[way.index(name) :], name])}; a loop is written `repeat`"
            return self._wrong("LS063", f"fragment `{name}` uses itself", place, help=help)
        if len(self.open) >= MAX_DEPTH:
            return self._wrong("LS064", f"fragments use one another more than {MAX_DEPTH} deep", place)
        self.open.append((scope, name))
        scope.done[name] = steps = self._steps(node, scope)
        self.open.pop()
        return steps

    def _unknown(self, scope: Scope, name: str, place: Place) -> Node | None:
        known = list(scope.fragments)
        where = scope.file.source.name
        help = f"the fragments of {where} are {listed(known)}" if known else f"{where} has no `fragments`"
        return self._wrong("LS062", f"no fragment is called `{name}`", place, did_you_mean(name, known), help)

    def _wrong(self, code: str, message: str, place: Place, label: str = "", help: str = "") -> Node | None:
        """Tell it; nothing is what then stands in the place."""
        self.folder.lack(Missing.ANYTHING if code in _WITH_FILES else Missing.STEPS)
        self.folder.found.append(self.folder.main.at(code, message, place, label=label, help=help))
        return None
