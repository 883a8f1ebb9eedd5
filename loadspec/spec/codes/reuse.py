"""Several files: `include`, `use`, `fragments`."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

_SHARED = {
    "shared.yaml": "fragments:\n  browse: [{call: start}, {think: 1s}]\nendpoints:\n  start: {path: /}\n",
    "other.yaml": "fragments:\n  look: [{call: start}]\nendpoints:\n  start: {path: /welcome}\n",
}

CODES: dict[str, Code] = {
    "LS060": Code(
        "a file to include or use that cannot be read",
        "Paths in a spec begin in the folder of the spec that is run, whichever file they are written in. Only files "
        "in or below that folder are read, after symbolic links, and only those called .yaml or .yml: a spec may come "
        "from a stranger. No `..` out of the folder, no absolute path, no folder, no pipe.",
        "flow: [{use: sharde.yaml#browse}]\n",
        "flow: [{use: shared.yaml#browse}]\n",
        _SHARED,
    ),
    "LS061": Code(
        "a file that is included again",
        "A file cannot include itself, be it by way of others, and one list cannot name a file twice. Two files may "
        "include the same third: it is read once.",
        "include: [shared.yaml, shared.yaml]\nflow: [{call: start}]\n",
        "include: [shared.yaml]\nflow: [{call: start}]\n",
        _SHARED,
    ),
    "LS062": Code(
        "an unknown fragment",
        "`use: NAME` takes a fragment of this spec or of what it includes; `use: file.yaml#NAME` one of that file.",
        "flow: [{use: shared.yaml#brows}]\n",
        "flow: [{use: shared.yaml#browse}]\n",
        _SHARED,
    ),
    "LS063": Code(
        "a fragment that uses itself",
        "A fragment's steps stand in the place of the step that uses it, so one that uses itself, be it by way of "
        "others, would never end. A loop is written `repeat`.",
        "fragments:\n  again: [{think: 1s}, {use: again}]\nflow: [{use: again}]\n",
        "fragments:\n  again: [{think: 1s}]\nflow: [{repeat: 5, steps: [{use: again}]}]\n",
    ),
    "LS064": Code(
        "files or fragments that are too many",
        "A spec with all its files has at most 64 files, 1 MiB, 100 000 values and 32 levels. What a fragment holds "
        "counts each time it is used.",
        "".join(["fragments:\n  f0: [{think: 1s}]\n", *(f"  f{n}: [{{use: f{n - 1}}}]\n" for n in range(1, 40))])
        + "flow: [{use: f39}]\n",
        "fragments:\n  f0: [{think: 1s}]\nflow: [{use: f0}]\n",
    ),
    "LS065": Code(
        "a `use` that names no fragment",
        "`use` is the name of a fragment, or a file and a name with `#` between: a file may hold many fragments.",
        "flow: [{use: shared.yaml}]\n",
        "flow: [{use: shared.yaml#browse}]\n",
        _SHARED,
    ),
    "LS066": Code(
        "a name that two used files declare",
        "With a fragment come the endpoints, pools, metrics, variables and environment of its file. Where two files "
        "declare a name differently, neither may win silently: rename one, or declare it in the spec, which wins.",
        "flow: [{use: shared.yaml#browse}, {use: other.yaml#look}]\n",
        "endpoints:\n  start: {path: /}\nflow: [{use: shared.yaml#browse}, {use: other.yaml#look}]\n",
        _SHARED,
    ),
    "LS067": Code(
        "an unused fragment",
        "No step uses this fragment of the spec. Those of included files are not looked at: other specs may use them.",
        "fragments:\n  pause: [{think: 1s}]\nflow: [{think: 2s}]\n",
        "fragments:\n  pause: [{think: 1s}]\nflow: [{use: pause}]\n",
    ),
}
