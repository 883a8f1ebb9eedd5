"""Pools of a spec → pools to draw from: files opened, filters and busting templates compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loadspec.expr import Getter, Missing, Scope, compile_expression, compile_template
from loadspec.load import Crew, TraceReplay
from loadspec.masking import is_telling
from loadspec.pools import DataError, Pool, Reading, open_rows, rows_of, settle
from loadspec.pools.data import Keep
from loadspec.pools.policies.draw import Row
from loadspec.pools.policies.unique import block_row
from loadspec.pools.pool import Bust as BustItem
from loadspec.protocols.user import User
from loadspec.spec.model.pools import Bust, PoolDef

Constants = Mapping[str, Mapping[str, Any]]

_INLINE = Reading("inline")
_TEXTS = ("csv", "tsv", "txt")


Takers = Mapping[str, Mapping[int, bool]]
"""Phase that runs once → numbers of the pools it draws from, and whether it may take more than one row of them."""


Replays = Mapping[str, Sequence[tuple[int, Sequence[int]]]]
"""Pool → for each crew that replays it as a trace, its first seat and the rows of its starts."""


def replays_of(crews: Iterable[Crew[Any]]) -> Replays:
    """What crews replay."""
    found: dict[str, list[tuple[int, Sequence[int]]]] = {}
    for crew in crews:
        if isinstance(crew.load, TraceReplay):
            found.setdefault(crew.load.pool, []).append((crew.first_seat, crew.load.rows))
    return found


class PoolError(ValueError):
    """A pool whose data turned out to be unusable; `hint` says what to do about it."""

    def __init__(self, pool: PoolDef, error: DataError) -> None:
        super().__init__(f"pool `{pool.name}`: {error}")
        texts = pool.reading is not None and pool.reading.format in _TEXTS and pool.reading.types is None
        more = ["cells are texts unless `types` says otherwise"] * texts + ["for more: loadspec explain LS074"]
        self.hint = "; ".join([error.hint, *more]) if error.kind == "empty" and error.hint else error.hint


def make_pools(
    pools: Iterable[PoolDef],
    constants: Constants,
    seed: int,
    run_id: str,
    users: int,
    takers: Takers,
    replays: Replays,
) -> tuple[tuple[Pool, ...], dict[str, tuple[Pool, ...]]]:
    """→ (the load's pools, those of each taker). No row of a `unique` pool is in two of them, and no mark."""
    load: list[Pool] = []
    apart: dict[str, list[Pool]] = {phase: [] for phase in takers}
    for number, pool in enumerate(pools):
        unique = pool.pick == "unique"
        wants = {phase: drawn[number] for phase, drawn in takers.items() if number in drawn} if unique else {}
        made, blocks = make_pool(pool, constants, seed, run_id, users, wants, replays.get(pool.name, ()))
        load.append(made)
        for phase, own in apart.items():
            own.append(made.apart(phase, blocks.get(phase)))
    return tuple(load), {phase: tuple(own) for phase, own in apart.items()}


def _blocks(size: int, users: int, wants: Mapping[str, bool]) -> tuple[dict[str, Row], int]:
    """→ (rows for each phase, how many they are): one, or as many as a user has where it may take several."""
    share, begin, blocks = max(1, size // (users + len(wants))), 0, {}
    for phase, several in wants.items():
        count = max(0, min(share if several else 1, size - begin))
        blocks[phase] = block_row(begin, count)
        begin += count
    return blocks, begin


def make_pool(
    pool: PoolDef,
    constants: Constants,
    seed: int,
    run_id: str,
    users: int,
    wants: Mapping[str, bool],
    replays: Sequence[tuple[int, Sequence[int]]] = (),
) -> tuple[Pool, dict[str, Row]]:
    """Open a pool → (it, rows of the phases that want some of their own).

    Raises ValueError, with the file and line where its data is malformed.
    """
    keep = None if pool.where is None else _keep(pool.where, constants)
    weights: Any = pool.weights
    items: Any = pool.items
    try:
        if pool.reading is not None:
            rows = rows_of(pool.reading, items) if pool.items else open_rows(pool.reading, _parse_yaml)
            items, weights = settle(rows, keep, pool.weights)
        elif keep is not None:
            items, weights = settle(rows_of(_INLINE, items), keep, pool.weights)
    except DataError as error:
        raise PoolError(pool, error) from None
    bust = None if pool.bust is None else _bust(pool.bust, constants)
    blocks, first = _blocks(len(items), users, wants)
    made = Pool(
        pool.name,
        items,
        pool.pick,
        seed,
        users,
        at_end=pool.at_end,
        weights=weights,
        exponent=pool.exponent,
        bust=bust,
        run_id=run_id,
        first=first,
        replays=replays,
    )
    return made, blocks


def _parse_yaml(data: bytes, name: str) -> Any:
    from loadspec.spec.datafile import parse_yaml

    return parse_yaml(data, name)


def _keep(where: str, constants: Constants) -> Keep:
    """A filter over `row`; a missing path is false, as in checks."""
    holds = compile_expression(where, _scope(constants, {"row": lambda row: row}))

    def keep(row: Any) -> bool:
        try:
            return bool(holds(row))
        except Missing:
            return False

    return keep


def _bust(bust: Bust, constants: Constants) -> BustItem:
    """The template over (mark, value), for the item or for one field of it."""
    names: dict[str | tuple[str, ...], Getter] = {"mark": lambda pair: pair[0], "value": lambda pair: pair[1]}
    render, field = compile_template(bust.template, _scope(constants, names)).render, bust.field

    def whole(item: Any, mark: str) -> Any:
        if not isinstance(item, Mapping):
            return render((mark, item))
        name = next((name for name, value in item.items() if isinstance(value, str)), None)
        return item if name is None else {**item, name: render((mark, item[name]))}

    def part(item: Any, mark: str) -> Any:
        return {**item, field: render((mark, item.get(field, "")))} if isinstance(item, Mapping) else item

    return whole if field is None else part


class _Fixed(Scope):
    """Neither chance nor the time: every worker must keep the same rows."""

    clock = None


def _scope(constants: Constants, names: dict[str | tuple[str, ...], Getter]) -> Scope:
    fixed: dict[Any, Any] = {
        (root, name): value for root, values in constants.items() for name, value in values.items()
    }
    return _Fixed(names, fixed)


def secret_cells(user: User) -> list[Any]:
    """For the masks: what the rows that a user has drawn hold under telling names, such as `password`."""
    rows = [row for row in user.draws.values() if isinstance(row, Mapping)]
    return [value for row in rows for name, value in row.items() if is_telling(str(name))]
