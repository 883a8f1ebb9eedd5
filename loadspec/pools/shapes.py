"""From a record of a file to an item of a pool: columns chosen and renamed, cells given their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from loadspec.pools.cells import TYPES, Convert, quoted, to_weight
from loadspec.pools.errors import CellError, DataError
from loadspec.pools.reading import Reading

Shape = Callable[[Any], Any]
"""A record → the item. Raises CellError."""
Weigh = Callable[[Any], float]
"""A record → its weight. Raises CellError."""


def row_shape(reading: Reading, header: Sequence[str]) -> tuple[Shape, tuple[str, ...]]:
    """For records that are lists of cells under these names → (shape, names of the item's keys).

    Raises DataError for a column that is not there.
    """
    if isinstance(reading.columns, str):
        at = _position(reading, header, reading.columns)
        convert = _scalar_type(reading, reading.columns)
        return (lambda cells: convert(cells[at])) if convert else itemgetter(at), ()
    chosen = reading.columns
    if chosen is None:
        chosen = tuple((name, position) for position, name in enumerate(header, 1) if name)
    names = tuple(name for name, _ in chosen)
    places = [_position(reading, header, source) for _, source in chosen]
    types = _column_types(reading, names)
    if places != list(range(len(header))):
        return _picked(names, places, types), names
    if not types:
        return lambda cells: dict(zip(names, cells, strict=True)), names
    return _typed(lambda cells: dict(zip(names, cells, strict=True)), types), names


def row_probe(reading: Reading, header: Sequence[str], names: tuple[str, ...]) -> Shape | None:
    """Looks at the cells that have a type, and makes no item; `names` are the item's keys."""
    if isinstance(reading.columns, str) or not reading.types:
        return None
    sources = dict(reading.columns) if reading.columns is not None else {}
    converts = [
        (_position(reading, header, sources.get(name, name)), name, convert)
        for name, convert in _column_types(reading, names).items()
    ]

    def probe(cells: Sequence[Any]) -> None:
        for at, name, convert in converts:
            try:
                convert(cells[at])
            except CellError as error:
                raise CellError(f"column `{name}`: {error}") from None

    return probe


def _picked(names: tuple[str, ...], places: list[int], types: dict[str, Convert]) -> Shape:
    pairs = list(zip(names, places, strict=True))

    def pick(cells: Sequence[Any]) -> dict[str, Any]:
        return {name: cells[at] for name, at in pairs}

    return _typed(pick, types) if types else pick


def _typed(shape: Shape, types: dict[str, Convert]) -> Shape:
    converts = list(types.items())

    def typed(record: Any) -> Any:
        item = shape(record)
        for name, convert in converts:
            try:
                item[name] = convert(item[name])
            except CellError as error:
                raise CellError(f"column `{name}`: {error}") from None
        return item

    return typed


def value_shape(reading: Reading) -> Shape | None:
    """For records that are values of any kind; None where they are the items as they stand."""
    columns, types = reading.columns, reading.types
    if isinstance(columns, str):
        convert = _scalar_type(reading, columns)
        return lambda record: convert(_field(record, columns)) if convert else _field(record, columns)
    if columns is not None:
        pairs = [(name, str(source)) for name, source in columns]

        def pick(record: Any) -> dict[str, Any]:
            return {name: _field(record, source) for name, source in pairs}

        column_types = _column_types(reading, tuple(name for name, _ in pairs))
        return _typed(pick, column_types) if column_types else pick
    if isinstance(types, str):
        return TYPES[types]
    if types:
        whole = {name: TYPES[kind] for name, kind in types}
        return _typed(lambda record: {**record, **{name: _field(record, name) for name in whole}}, whole)
    return None


def row_weight(reading: Reading, header: Sequence[str]) -> Weigh | None:
    """The weight of a list of cells. Raises DataError where there is no such column."""
    if not reading.weight:
        return None
    at = _position(reading, header, _source_of(reading))
    return lambda cells: _weight(reading, cells[at])


def value_weight(reading: Reading) -> Weigh | None:
    """The weight of a mapping."""
    if not reading.weight:
        return None
    source = str(_source_of(reading))
    return lambda record: _weight(reading, _field(record, source))


def _weight(reading: Reading, cell: Any) -> float:
    try:
        return to_weight(cell)
    except CellError as error:
        raise CellError(f"weight `{reading.weight}`: {error}") from None


def _source_of(reading: Reading) -> str | int:
    """The data's name of the column of weights, which may be given by the item's."""
    renamed = dict(reading.columns) if isinstance(reading.columns, tuple) else {}
    return renamed.get(reading.weight, reading.weight)


def _position(reading: Reading, header: Sequence[str], column: str | int) -> int:
    """Where a column is, by its name or its number from 1."""
    if isinstance(column, int):
        if 1 <= column <= len(header):
            return column - 1
        raise DataError(f"there is no column {column}: there are {len(header)}", kind="column", word=str(column))
    if column in header:
        return header.index(column)
    known = tuple(name for name in header if name)
    raise DataError(f"`{reading.path}` has no column `{column}`", kind="column", word=str(column), known=known)


def _column_types(reading: Reading, names: tuple[str, ...]) -> dict[str, Convert]:
    if isinstance(reading.types, str):
        return dict.fromkeys(names, TYPES[reading.types])
    for name, _ in reading.types or ():
        if name not in names:
            raise DataError(f"`types` names `{name}`, which is no column", kind="column", word=name, known=names)
    return {name: TYPES[kind] for name, kind in reading.types or ()}


def _scalar_type(reading: Reading, column: str) -> Convert | None:
    types = reading.types
    if isinstance(types, str):
        return TYPES[types]
    for name, kind in types or ():
        if name != column:
            message = f"`types` names `{name}`, which is no column"
            raise DataError(message, kind="column", word=name, known=(column,))
        return TYPES[kind]
    return None


def _field(record: Any, name: str) -> Any:
    try:
        return record[name] if isinstance(record, Mapping) else _no_mapping(record, name)
    except KeyError:
        from difflib import get_close_matches  # lazily: only mistakes need it

        near = get_close_matches(name, [key for key in record if isinstance(key, str)], n=1)
        meant = f", but there is `{near[0]}`" if near else ""
        raise CellError(f"there is no `{name}`{meant}") from None


def _no_mapping(record: Any, name: str) -> Any:
    raise CellError(f"{quoted(record)} is no mapping, and has no `{name}`")
