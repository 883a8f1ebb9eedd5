"""Pools of a spec → pools to draw from: files opened, filters and busting templates compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.expr import Getter, Missing, Scope, compile_expression, compile_template
from loadspec.pools import DataError, Pool, Reading, open_rows, rows_of, settle
from loadspec.pools.data import Keep
from loadspec.pools.pool import Bust as BustItem
from loadspec.spec.model.pools import Bust, PoolDef

Constants = Mapping[str, Mapping[str, Any]]

_INLINE = Reading("inline")


def make_pool(pool: PoolDef, constants: Constants, seed: int, run_id: str, users: int) -> Pool:
    """Open a pool. Raises ValueError, with the file and line where its data is malformed."""
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
        raise ValueError(f"pool `{pool.name}`: {error}") from None
    bust = None if pool.bust is None else _bust(pool.bust, constants)
    return Pool(
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
    )


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
