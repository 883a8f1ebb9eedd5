"""Files that a spec names: only below its own folder, since a spec may come from a stranger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from loadspec.pools.reading import is_hidden
from loadspec.spec.diagnostics import Diagnostic, Path, brief
from loadspec.spec.places import Places

_NO_TEMPLATE = "is no file: no template is expanded here"


def check_ca_file(places: Places, path: Path, name: Any) -> Iterator[Diagnostic]:
    """A PEM file of authorities: below the folder, readable, and holding certificates."""
    if not isinstance(name, str):
        return
    file, what = below_folder(places, name)
    if what or (what := _no_certificates(file)):
        yield places.value(
            path, "LS044", f"`{name}` {what}", help="name a PEM file of certificates below the spec's folder"
        )


def check_file(places: Places, path: Path, name: Any, help: str, largest: int) -> Iterator[Diagnostic]:
    """A file that a request sends: below the folder, readable, of `largest` bytes at most."""
    if not isinstance(name, str):
        return
    file, what = below_folder(places, name)
    if "{{" in name:
        what = _NO_TEMPLATE
        help = "draw from a pool of files, {folder: ...}, and write its content"
    if not what and is_hidden(file, FilePath(places.source.name).parent.resolve()):
        what = "is hidden"
        help = "a spec sends no hidden files: they hold settings and secrets"
    elif not what and not os.access(file, os.R_OK):
        what = "cannot be read"
    elif not what and (size := file.stat().st_size) > largest:
        what, help = f"has {size} bytes, and {largest} are the most", "send a smaller file"
    if what:
        yield places.value(path, "LS044", f"`{brief(name)}` {what}", help=help)


def below_folder(places: Places, name: str) -> tuple[FilePath, str]:
    """(a file that the spec names, what is wrong with it): outside the spec's folder, say."""
    folder = FilePath(places.source.name).parent.resolve()
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder):
            return file, "lies outside the spec's folder"
        return file, "" if file.is_file() else _NO_TEMPLATE if "{{" in name else "is no file"
    except (OSError, ValueError, RuntimeError):
        return folder, "is no file"


def _no_certificates(file: FilePath) -> str:
    import ssl  # lazily: most specs name no file

    from loadspec.wire.tls import TlsSettingsError, load_authorities

    try:
        load_authorities(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), str(file))
    except TlsSettingsError as error:
        return error.message
    return ""
