"""A file → a `Spec`: read, compose, resolve, validate, check, build. All that is wrong comes out in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from loadspec.spec.building import build
from loadspec.spec.compose import MAX_BYTES, compose
from loadspec.spec.diagnostics import Diagnostic, SpecError, ordered
from loadspec.spec.model import Spec
from loadspec.spec.places import Places
from loadspec.spec.plain import with_plain_texts
from loadspec.spec.resolve import Overrides, Resolved, choose_profile, env_values, resolve
from loadspec.spec.semantics import Work, check, check_load
from loadspec.spec.shapes import COMPANIONS, SHAPES
from loadspec.spec.source import Source
from loadspec.spec.validate import validate

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
"""What YAML's reader refuses: it would say so without a place."""

MAX_VARIED = 500_000
"""Values of the file times its profiles: each is checked as it would run."""

_LOAD_KEYS = {*SHAPES, *COMPANIONS, "vus", "graceful_stop"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A spec that can run, and what is odd about it."""

    spec: Spec
    warnings: tuple[Diagnostic, ...] = ()


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
    source = Source(name, decode(data, name))
    whole, found = compose(source)
    if not whole or source.root is None:
        raise SpecError(ordered(found or [_empty(source)]))
    document = with_plain_texts(source.root)
    found += validate(source, document)
    if not isinstance(document, Mapping):
        raise SpecError(ordered(found))
    if any(each.code == "LS008" for each in found):
        raise SpecError(ordered(found))  # too large to look into further
    profile, wrong = choose_profile(document, overrides, environ)
    resolved = resolve(source, document, overrides, environ, profile)
    values, missing = env_values(resolved.document, overrides, environ, Places(source, resolved.origins))
    found += [*wrong, *resolved.found, *missing, *_check_all(source, document, resolved)]
    found = ordered(found)
    if errors := _errors(found):
        raise SpecError(errors)  # what a broken spec does not use says little
    return Loaded(build(resolved.document, values, name), tuple(found))


def read(path: str | FilePath) -> bytes:
    """A file's bytes. Raises SpecError with one clear sentence."""
    file = FilePath(path)
    try:
        if file.is_dir():
            raise _unreadable(file, "is a folder, not a spec", "name a file in it")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(file, "does not exist", "look at the spelling, and at the folder you are in") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(file, f"cannot be read: {reason}", "") from None


def decode(data: bytes, name: str) -> str:
    """UTF-8 with or without a byte order mark → text. Raises SpecError."""
    if len(data) > MAX_BYTES:
        message = f"`{name}` is larger than {MAX_BYTES >> 20} MiB, and no spec needs to be"
        raise SpecError([Diagnostic("error", "LS008", message, file=name)])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _not_text(name, "is UTF-16 text", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_text(name, f"is not UTF-8 text (line {line})", "save it as UTF-8") from None
    return _without_controls(text, name)


def _without_controls(text: str, name: str) -> str:
    bad = _CONTROL.search(text)
    if bad is None:
        return text
    if bad.group() == "\x00":
        raise _not_text(name, "is a binary file", "name a YAML file")
    source = Source(name, text)
    line = sum(start <= bad.start() for start in source.starts) - 1
    place = (line, bad.start() - source.starts[line], 1)
    message = f"the character U+{ord(bad.group()):04X} is not allowed in YAML"
    raise SpecError(
        [source.at("LS002", message, place, help=f"remove it, or write {_escaped(bad.group())} in double quotes")]
    )


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _check_all(source: Source, document: Mapping[str, Any], resolved: Resolved) -> list[Diagnostic]:
    """Meaning of what runs, then of what the file and its other profiles say."""
    work = Work()
    found = check(resolved.document, Places(source, resolved.origins), work)
    profiles = document.get("profiles")
    variants = [None, *(profiles if isinstance(profiles, Mapping) else {})]
    size = source.root.size if source.root else 0
    if len(variants) * size > MAX_VARIED:
        message = f"{len(variants) - 1} profiles are too many for a file of this size"
        return [*found, source.at("LS008", message, source.key(("profiles",)), help="make several files of it")]
    for name in variants:
        variant = resolve(source, document, Overrides(), None, name)
        if variant.document == resolved.document:
            continue
        places = Places(source, variant.origins)
        layer = {} if name is None else document["profiles"][name]
        only_load = isinstance(layer, Mapping) and name is not None and layer.keys() <= _LOAD_KEYS
        found += variant.found
        found += check_load(variant.document, places) if only_load else _errors(check(variant.document, places, work))
    return found


def _errors(found: list[Diagnostic]) -> list[Diagnostic]:
    return [each for each in found if each.level == "error"]


def _empty(source: Source) -> Diagnostic:
    help = "begin with `loadspec: 1`; specs/image-generation.yaml shows how to go on"
    return source.at("LS013", "the file holds no spec", (0, 0, 1), help=help)


def _unreadable(file: FilePath, what: str, help: str) -> SpecError:
    return SpecError([Diagnostic("error", "LS001", f"`{file}` {what}", help=help, file=str(file))])


def _not_text(name: str, what: str, help: str) -> SpecError:
    return SpecError([Diagnostic("error", "LS002", f"`{name}` {what}", help=help, file=name)])
