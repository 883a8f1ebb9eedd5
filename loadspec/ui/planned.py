"""A forecast in the terminal: the load as a picture, its scenarios, and what they add up to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from loadspec.plan.forecast import CrewForecast, Forecast
from loadspec.ui.sketch import sketch
from loadspec.ui.text import Style, clean
from loadspec.units import format_duration

_MARGIN = "  "


def planned(
    forecast: Forecast,
    addresses: Mapping[str, Sequence[str]],
    latency: float,
    style: Style,
    fleet: tuple[int, str] = (1, ""),
    ascii_only: bool = False,
) -> str:
    """The text. `latency`: seconds that an answer is taken to last, where time ends the load.

    `fleet`: how many workers share it, and why there are not more.
    """
    lines = [style("load", "head"), *_load(forecast, ascii_only), "", style("totals", "head")]
    rows = [
        ("users", f"{forecast.users} at most{_busy(forecast, latency)}"),
        ("duration", _duration(forecast)),
        *_amounts(forecast, latency),
        *_hosts(addresses),
        *_workers(*fleet),
    ]
    width = max(len(name) for name, _ in rows) + 2
    lines += [f"{_MARGIN}{name:<{width}}{text}" for name, text in rows]
    return "".join(f"{line}\n" for line in lines)


def _workers(count: int, fewer: str) -> Iterator[tuple[str, str]]:
    if count > 1 or fewer:
        yield "workers", fewer or str(count)


def _load(forecast: Forecast, ascii_only: bool) -> Iterator[str]:
    opened = [each.crew.load.planned is not None for each in forecast.crews]
    if not all(opened):
        yield from _curve(forecast.users_at, forecast, ascii_only)
    if any(opened):
        yield f"{_MARGIN}iterations started a second"
        yield from _curve(forecast.rate_at, forecast, ascii_only)
    for each in forecast.crews:
        names = ", ".join(clean(_member(each, index)) for index in range(len(each.crew.members)))
        yield f"{_MARGIN}{names}: {each.crew.load.executor}, {each.crew.load.describe()}{_begin(each)}"


def _curve(level: Callable[[float], float], forecast: Forecast, ascii_only: bool) -> Iterator[str]:
    return (f"{_MARGIN}{line}" for line in sketch(level, forecast.finish, ascii_only=ascii_only))


def _busy(forecast: Forecast, latency: float) -> str:
    """How many of the users that an open model may have will be busy."""
    if any(each.crew.load.planned is None for each in forecast.crews):
        return ""
    busy = [each.busy(latency) for each in forecast.crews]
    told = f"about {max(1, math.ceil(sum(busy)))} busy, if an answer takes {format_duration(latency)} (--latency)"
    return f", {told}"


def _member(each: CrewForecast, index: int) -> str:
    """A scenario's name; in a mix with its share."""
    member = each.crew.members[index]
    if len(each.crew.members) == 1:
        return member.name
    total = sum(other.weight or 0.0 for other in each.crew.members) or 1.0
    return f"{member.name} {100 * (member.weight or 0.0) / total:.3g} %"


def _begin(each: CrewForecast) -> str:
    if each.crew.after is not None:
        return f", after {clean(each.crew.after)}"
    return f", from {format_duration(each.crew.start_at)}" if each.crew.start_at else ""


def _duration(forecast: Forecast) -> str:
    counted = any(each.crew.load.budget() is not None for each in forecast.crews)
    grace = forecast.end - forecast.finish
    more = f", and {format_duration(grace)} more for what is in flight" if grace else ""
    return f"{'at most ' if counted else ''}{format_duration(forecast.finish)}{more}"


def _amounts(forecast: Forecast, latency: float) -> Iterator[tuple[str, str]]:
    expected = [each.expected(latency) for each in forecast.crews]
    iterations, requests = (sum(pair[part] for pair in expected) for part in (0, 1))
    counted = [each.iterations for each in forecast.crews if each.iterations is not None]
    if len(counted) == len(expected) and sum(counted) == iterations:
        by_chance = any(each.crew.load.by_chance for each in forecast.crews)
        yield "iterations", f"about {_count(iterations)}, by chance" if by_chance else _count(iterations)
    else:
        most = f"; {_count(sum(counted))} at most" if len(counted) == len(expected) else ""
        yield "iterations", f"{_about(iterations)}, if an answer takes {format_duration(latency)} (--latency){most}"
    for each in forecast.crews:
        name = "requests" if len(forecast.crews) == 1 else f"requests of {clean(each.crew.name)}"
        yield name, f"{_range(each)} an iteration"
    total = f"{_about(requests)} in total"
    if _varies(forecast):
        total = f"{total}, or more" if requests else "how many in total, the steps' conditions and `run` decide"
    yield "", total


def _varies(forecast: Forecast) -> bool:
    return any(each.share.most > each.share.fewest for each in forecast.crews)


def _range(each: CrewForecast) -> str:
    fewest, most = _count(each.share.fewest), _count(each.share.most)
    return fewest if fewest == most else f"{fewest} to {most}"


def _count(value: float) -> str:
    return "any number" if value == math.inf else f"{value:.3g}" if value < 100 else f"{value:,.0f}".replace(",", " ")


def _about(value: float) -> str:
    if value == math.inf:
        return "as many as the target answers"
    return f"about {_count(float(f'{value:.2g}'))}" if value >= 10 else f"about {value:.2g}"


def _hosts(addresses: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for number, (where, endpoints) in enumerate(addresses.items()):
        known = ", known at run time" if "{{" in where else ""
        yield "" if number else "hosts", f"{clean(where)}{known} ({', '.join(map(clean, endpoints))})"
