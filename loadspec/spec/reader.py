"""A file → a `Spec`: read, compose, resolve, validate, check, build. All that is wrong comes out in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from msgspec import Struct, field

from loadspec.spec.building import build
from loadspec.spec.compose import compose
from loadspec.spec.consequences import without_consequences
from loadspec.spec.diagnostics import Diagnostic, SpecError, ordered
from loadspec.spec.limits import Limits, from_environment
from loadspec.spec.loading import Joined, join
from loadspec.spec.loading.partial import sayable
from loadspec.spec.loading.text import decode, read
from loadspec.spec.mending import as_written, mended, misspelt
from loadspec.spec.model import Spec
from loadspec.spec.origins import Origins, variable_origins
from loadspec.spec.places import Places
from loadspec.spec.plain import with_plain_texts
from loadspec.spec.resolve import Overrides, choose_profile, env_values, resolve
from loadspec.spec.semantics.limits import check_env, check_limits
from loadspec.spec.source import Node, Source
from loadspec.spec.validate import validate
from loadspec.spec.variants import check_all


class Loaded(Struct, frozen=True):
    """A spec that can run, and what is odd about it."""

    spec: Spec
    warnings: tuple[Diagnostic, ...] = ()
    profiles: tuple[str, ...] = ()
    """All that the file has, whichever was chosen."""
    limits: Limits = field(default_factory=Limits)
    """Those of the overrides and of the environment together; the spec is within them, as far as can be said now."""
    origins: Origins | None = None
    """Where each value of `spec.document` comes from."""
    profile: str | None = None
    """The one that was chosen."""


def load(path: str | FilePath, overrides: Overrides | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read a spec file. Raises SpecError with all that is wrong.

    Without `environ` no environment is read: neither LOADSPEC_* nor the declared variables.
    """
    return load_bytes(read(path), str(path), overrides, environ)


def load_bytes(
    data: bytes, name: str, overrides: Overrides | None = None, environ: Mapping[str, str] | None = None
) -> Loaded:
    """The same for bytes that are there already; `name` is the file's name for people."""
    overrides = overrides or Overrides()
    limits = overrides.limits if environ is None else overrides.limits.and_(from_environment(environ))
    source = Source(name, decode(data, name))
    whole, found = compose(source)
    if source.root is None:
        raise SpecError(ordered(found or [_empty(source)]))
    document, joined = _joined(source, whole, found)
    files = [source, *joined.files]
    order = [each.name for each in files]
    if not isinstance(document, Mapping) or any(each.code in _TOO_LARGE for each in found):
        raise SpecError(ordered(_said(found, files, joined, document), order))
    profile, wrong = choose_profile(document, overrides, environ)
    resolved = resolve(source, document, overrides, environ, profile)
    places = Places(source, resolved.origins)
    values, missing = env_values(resolved.document, overrides, environ, places)
    missing += check_env(resolved.document, places, limits)
    found += [*wrong, *resolved.found, *missing, *check_all(source, document, resolved)]
    found = ordered(_said(found, files, joined, document), order)
    if any(each.level == "error" for each in found):
        raise SpecError([each for each in found if each.code not in _UNUSED])  # it may be used where something is wrong
    profiles = document.get("profiles")
    names = tuple(map(str, profiles)) if isinstance(profiles, Mapping) else ()
    spec = build(resolved.document, values, name)
    if beyond := list(check_limits(spec, places, limits)):
        raise SpecError(ordered(beyond, order))
    variables = variable_origins(resolved.document.get("env", {}), overrides.env, environ or {})
    return Loaded(spec, tuple(found), names, limits, Origins(places, profile, variables), profile)


_TOO_LARGE = ("LS008", "LS064")
"""What is too large is not looked into further."""

_OTHERS = ("LS050", "LS051")
_UNUSED = ("LS048", "LS050", "LS051", "LS067")


def _said(found: list[Diagnostic], files: list[Source], joined: Joined, document: Any) -> list[Diagnostic]:
    """Without what is only a consequence of something missing; a shared file may hold more than this spec uses."""
    shared = {each.name for each in joined.files}
    found = [each for each in found if each.code not in _OTHERS or each.file not in shared]
    found = [*sayable(found, files, joined.missing)] if joined.missing else found
    return without_consequences(found, document)


def _joined(source: Source, whole: bool, found: list[Diagnostic]) -> tuple[Any, Joined]:
    """The document of all files, and how they were joined; what the schema says of each goes to `found`."""
    joined = join(source, whole)
    found += joined.found
    if joined.layered is not joined.root:
        for each in (source, *joined.files):
            found += [one for one in validate(each, _plain(each.own)) if _whatever_is_below(one)]
    root, layered = joined.root, joined.layered
    source.root = layered
    _add(found, validate(source, _plain(layered)))
    for _ in range(_MENDINGS):
        meant = misspelt(found)
        better = mended(layered, meant) if layered and meant else layered
        if better is layered:
            break
        root = better if root is layered else root and mended(root, meant)
        source.root = layered = better
        _add(found, as_written(validate(source, _plain(layered)), meant))
    source.root = root
    return _plain(root), joined


_MENDINGS = 3
"""A misspelt key may hold others, which are seen once it is read as what it means."""


def _add(found: list[Diagnostic], more: Iterable[Diagnostic]) -> None:
    """What has not been said of the same place."""
    places = {(each.code, each.file, each.line, each.column) for each in found}
    found += [each for each in more if (each.code, each.file, each.line, each.column) not in places]


def _plain(root: Node | None) -> Any:
    return with_plain_texts(root) if root else None


def _whatever_is_below(found: Diagnostic) -> bool:
    """Does this hold of one file of several? A key that it lacks may be another's, but for those of its steps."""
    return found.code != "LS014" or any(isinstance(part, int) for part in found.path)


def _empty(source: Source) -> Diagnostic:
    help = "begin with `loadspec: 1`; specs/image-generation.yaml shows how to go on"
    return source.at("LS013", "the file holds no spec", (0, 0, 1), help=help)
