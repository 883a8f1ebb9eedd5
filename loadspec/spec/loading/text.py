"""Bytes → text: what is no UTF-8 YAML text is refused with a sentence."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from yaml.reader import Reader

from loadspec.spec.compose import MAX_BYTES, max_bytes
from loadspec.spec.diagnostics import Diagnostic, SpecError
from loadspec.spec.source import Source

_CONTROL, _MARK = Reader.NON_PRINTABLE, re.compile("\ufeff")
"""What YAML's reader refuses, without a place; and a byte order mark in mid-text."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


def read(path: str | FilePath) -> bytes:
    """A file's bytes, one more than may be at the most. Raises SpecError with one clear sentence."""
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
    limit = max_bytes()
    if len(data) > limit:
        raise SpecError([Diagnostic("error", "LS008", too_large(name, limit), help=_no_parser(limit), file=name)])
    if coding := _other_unicode(data):
        raise _not_text(name, f"is {coding} text", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_text(name, f"is not UTF-8 text (line {line})", "save it as UTF-8") from None
    return _without_controls(text, name)


def too_large(name: str, limit: int) -> str:
    """The sentence for a file, or files, beyond the limit."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"
    return f"`{name}` is larger than {size}, and no spec needs to be"


def _no_parser(limit: int) -> str:
    if limit == MAX_BYTES:
        return "put data into pools: a file of rows may be as large as it likes"
    return "this Python's PyYAML was built without libyaml and reads slowly: install a wheel of pyyaml for 1 MiB"


def _other_unicode(data: bytes) -> str:
    """UTF-16 and UTF-32 by their byte order marks, or by every other byte being zero."""
    if data[:4] in _UTF_32:
        return "UTF-32"
    without_mark = (data[1:2] == b"\0") != (data[:1] == b"\0") and 3 * data[:64].count(0) > len(data[:64])
    return "UTF-16" if data[:2] in _UTF_16 or without_mark else ""


def _without_controls(text: str, name: str) -> str:
    bad = _CONTROL.search(text) or _MARK.search(text)
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


def _unreadable(file: FilePath, what: str, help: str) -> SpecError:
    return SpecError([Diagnostic("error", "LS001", f"`{file}` {what}", help=help, file=str(file))])


def _not_text(name: str, what: str, help: str) -> SpecError:
    return SpecError([Diagnostic("error", "LS002", f"`{name}` {what}", help=help, file=name)])
