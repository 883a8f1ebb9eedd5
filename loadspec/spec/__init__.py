"""The spec: text with positions in, a frozen `Spec` or a list of diagnostics out.

`load` reads a file, `build` makes the same `Spec` of its resolved document (a worker's way). The rest is loaded when
it is first asked for: a worker never pays for YAML, nor `--help` for jsonschema.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadspec.spec.building import build
    from loadspec.spec.codes import CODES
    from loadspec.spec.diagnostics import Diagnostic, SpecError
    from loadspec.spec.dump import resolved_yaml
    from loadspec.spec.model import Spec
    from loadspec.spec.reader import Loaded, load, load_bytes
    from loadspec.spec.rendering import render
    from loadspec.spec.resolve import Overrides

_HOMES = {
    "CODES": "codes",
    "Diagnostic": "diagnostics",
    "Loaded": "reader",
    "Overrides": "resolve",
    "Spec": "model",
    "SpecError": "diagnostics",
    "build": "building",
    "load": "reader",
    "load_bytes": "reader",
    "render": "rendering",
    "resolved_yaml": "dump",
}

__all__ = [
    "CODES",
    "Diagnostic",
    "Loaded",
    "Overrides",
    "Spec",
    "SpecError",
    "build",
    "load",
    "load_bytes",
    "render",
    "resolved_yaml",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"loadspec.spec.{_HOMES[name]}"), name)
