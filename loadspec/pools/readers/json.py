"""jsonl: a JSON value a line; json: one list. Items are the values, of any kind."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from loadspec.pools.errors import DataError
from loadspec.pools.readers.text import begin_of, index_lines, not_utf8, numbered
from loadspec.pools.reading import Reading
from loadspec.pools.rows import SMALL_BYTES, Held, Lines, Record, Rows, offsets
from loadspec.pools.shapes import value_shape, value_weight

_SPACE = re.compile(r"[ \t\r\n]*")
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIR = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]")
_UNCLEAR = re.compile(rb"\\\\u[dD]")
"""A backslash that is escaped itself, perhaps, before what would be an escape."""
_BETWEEN = re.compile(r"[ \t\r\n]*(,?)[ \t\r\n]*")


def read_jsonl(reading: Reading, path: Path) -> Rows:
    """Rows of lines; blank lines are left out."""
    starts = index_lines(path, reading)
    stream = partial(_lines, reading, path)
    return Lines(path, reading.shown, starts, _parse_line, stream, value_shape(reading), value_weight(reading))


def _parse_line(data: bytes) -> Any:
    """A row is read with the blank lines behind it, which may hold more than JSON calls blank."""
    return orjson.loads(data.strip())


def _lines(reading: Reading, path: Path) -> Iterator[Record]:
    loads = orjson.loads
    for number, line in numbered(path):
        try:
            record = loads(line)
        except orjson.JSONDecodeError as error:
            raise _malformed(reading, line, number, error) from None
        yield number, record


def _malformed(reading: Reading, line: bytes, number: int, error: orjson.JSONDecodeError) -> DataError:
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return not_utf8(line, reading.shown, number)
    message = f"this line is not JSON: {error.msg} (column {error.colno})"
    return DataError(message, "a line holds one JSON value", file=reading.shown, line=number, text=text[:400])


def read_json(reading: Reading, path: Path) -> Rows:
    """Rows of a list. A large file is read once to find where each item begins."""
    data = path.read_bytes()
    begin = begin_of(data[:3], reading)
    shape, weigh = value_shape(reading), value_weight(reading)
    if len(data) <= SMALL_BYTES:
        return Held(_whole(reading, data[begin:]), reading.shown, shape, weigh)
    starts, keys = _index(reading, data, begin)

    def stream() -> Iterator[Record]:  # a record's line is its number
        content = path.read_bytes()
        for index in range(len(starts) - 1):
            try:
                yield index + 1, orjson.loads(_item(content[starts[index] : starts[index + 1]]))
            except orjson.JSONDecodeError as error:
                line = content.count(b"\n", 0, starts[index]) + 1
                raise _broken(reading, content, line, error.msg) from None

    columns = _keys(keys, data) if shape is None and weigh is None and _has_whole_escapes(data) else None
    rows = Lines(path, reading.shown, starts, _parse, stream, shape, weigh, columns)
    rows.verified = columns is not None
    return rows


def _has_whole_escapes(data: bytes) -> bool:
    """Whether no escape is half of a surrogate pair, which JSON's grammar allows and no text can hold; False: maybe."""
    if b"\\u" not in data:
        return True
    return not _UNCLEAR.search(data) and len(_HALF.findall(data)) == 2 * len(_PAIR.findall(data))


def _parse(data: bytes) -> Any:
    return orjson.loads(_item(data))


def _item(data: bytes) -> bytes:
    """An item without what separates it from the next."""
    return data.rstrip(b" \t\r\n,")


def _whole(reading: Reading, data: bytes) -> list[Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _broken(reading, data, error.lineno, f"{error.msg} (column {error.colno})") from None
    if not isinstance(found, list):
        raise _no_list(reading)
    return found


def _index(reading: Reading, data: bytes, at: int) -> tuple[array[int], set[tuple[str, ...] | None]]:
    """→ (where each item begins, and where the last one ends; the keys that items have, None for one that has none).

    The text is read as Latin-1, in which a character is a byte, once it is known to be UTF-8.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError("this line is not UTF-8", "save the file as UTF-8", file=reading.shown, line=line) from None
    text, starts, keys = data.decode("latin-1"), offsets(len(data)), set[tuple[str, ...] | None]()
    decode = _decoder(data).raw_decode
    add, match = starts.append, _SPACE.match
    note, between = keys.add, _BETWEEN.match
    at = match(text, at).end()  # type: ignore[union-attr]
    if text[at : at + 1] != "[":
        raise _no_list(reading)
    at = match(text, at + 1).end()  # type: ignore[union-attr]
    try:
        more: Any = text[at] != "]"
        while more:
            add(at)
            item, at = decode(text, at)
            note(tuple(item) if item.__class__ is dict else None)
            found: Any = between(text, at)
            at, more = found.end(), found[1]
        if text[at] != "]" or match(text, at + 1).end() != len(text):  # type: ignore[union-attr]
            raise json.JSONDecodeError("a comma or the list's end is missing", text, at)
    except (ValueError, IndexError) as error:
        place = getattr(error, "pos", at)
        line = data.count(b"\n", 0, place) + 1
        raise _broken(reading, data, line, getattr(error, "msg", "the list does not end")) from None
    except RecursionError:
        line = data.count(b"\n", 0, at) + 1
        raise _broken(reading, data, line, "it is nested too deeply") from None
    add(at)
    return starts, keys


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _decoder(data: bytes) -> json.JSONDecoder:
    """What reads items; it looks at each number only where one may be too large, since that takes as long again."""
    import re2  # lazily: small files need none

    check = _finite if re2.search(_LARGE, data) else None
    return json.JSONDecoder(parse_constant=_no_constant, parse_float=check, parse_int=check)


_LARGE = rb"[0-9]{200}|[0-9][eE][+]?0*[0-9]{3}"
"""Without such, a number is below 10 to the 299th."""


class _InfinityError(ValueError):
    msg = "a number is too large"


def _finite(text: str) -> float:
    """A number as a draw will read it: orjson knows no infinity."""
    number = float(text)
    if number - number:
        raise _InfinityError
    return number


def _keys(found: set[tuple[str, ...] | None], data: bytes) -> tuple[str, ...] | None:
    """The keys of all items: () where none is a mapping, None where some are, or where only a second look tells."""
    if found != {None} and None in found:
        return None
    names = tuple(dict.fromkeys(name for keys in found if keys for name in keys))
    if data.isascii() or all(map(str.isascii, names)):
        return names
    return None if b"\\u" in data else tuple(name.encode("latin-1").decode() for name in names)


def _broken(reading: Reading, data: bytes, line: int, why: str) -> DataError:
    text = (data.split(b"\n", line)[line - 1 : line] or [b""])[0]
    shown = text[:400].decode("utf-8", "replace").rstrip("\r")
    return DataError(f"this is not JSON: {why}", file=reading.shown, line=line, text=shown)


def _no_list(reading: Reading) -> DataError:
    return DataError("a pool's file holds a list", "begin it with `[`", file=reading.shown)
