"""Files that a spec names: only below its own folder, since a spec may come from a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from loadspec.spec.diagnostics import Diagnostic, Path
from loadspec.spec.places import Places


def check_ca_file(places: Places, path: Path, name: Any) -> Iterator[Diagnostic]:
    """A PEM file of authorities: below the folder, readable, and holding certificates."""
    if not isinstance(name, str):
        return
    folder = FilePath(places.source.name).parent.resolve()
    try:
        file = (folder / name).resolve()
        inside = file.is_relative_to(folder)
        what = "" if inside and file.is_file() else "lies outside the spec's folder" if not inside else "is no file"
    except (OSError, ValueError):
        what = "is no file"
    if what or (what := _no_certificates(file)):
        yield places.value(
            path, "LS044", f"`{name}` {what}", help="name a PEM file of certificates below the spec's folder"
        )


def _no_certificates(file: FilePath) -> str:
    import ssl  # lazily: most specs name no file

    try:
        ssl.create_default_context(cafile=str(file))
    except ssl.SSLError:
        return "holds no certificates in PEM form"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""
