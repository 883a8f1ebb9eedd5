"""loadspec: load testing that is read before it is run.

    from loadspec import load, run

    result = run(load("checkout.yaml", vus=5, duration="30s"))
    assert result.passed, result.sentence

Importing this package has no side effect: nothing is patched, no module below it is loaded before it is asked for.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadspec.errors import LoadspecError
    from loadspec.library import Loaded, RunResult, SpecError, load, run

__version__ = "0.1.0"
__all__ = ["Loaded", "LoadspecError", "RunResult", "SpecError", "__version__", "load", "run"]


class _Package(ModuleType):
    """`load` and `run` are functions here, and packages below: importing one of these does not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """PEP 562: the library's names, imported when the first of them is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("loadspec.library"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
