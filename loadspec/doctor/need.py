"""What a spec needs of a machine. Upper bounds: what servers answer decides how much of it is used."""

from __future__ import annotations

from itertools import islice

from loadspec.doctor.model import Need
from loadspec.load import crews_of
from loadspec.spec.constants import constants, folded
from loadspec.spec.model import ParallelStep, Spec, all_exchanges, all_steps
from loadspec.wire.addresses import LocalPool, parse_block
from loadspec.wire.url import parse_url

_LISTED = 256
"""So many local addresses are tried."""


def need_of(spec: Spec, target: str, workers: int = 1) -> Need:
    """Of a validated spec whose values were checked; `target` is its base URL as it is used."""
    loads = [crew.load for crew in crews_of(spec.scenarios)]
    users = sum(load.max_vus for load in loads)
    steps = [step for scenario in spec.scenarios for step in all_steps(scenario.flow)]
    abreast = max((len(step.steps) for step in steps if isinstance(step, ParallelStep)), default=1)
    exchanges = [exchange for scenario in spec.scenarios for exchange in all_exchanges(scenario.flow)]
    paths = {exchange.request.path for exchange in exchanges}
    hosts = {_host(target if path.startswith("/") else path) for path in paths}
    scope = constants(spec)
    blocks = [folded(text, scope) or text for text in spec.settings.route.local_ips]
    count = sum(number for _, number in map(parse_block, blocks))
    pool = LocalPool(blocks)
    version = parse_block(blocks[0])[0].version if blocks else 4
    listed = (pool.address(seat, version) for seat in range(count))
    return Need(
        users=users,
        spare=sum(load.max_vus - load.pre_allocated_vus for load in loads if load.planned is not None),
        connections=users * abreast * max(1, len(hosts)),
        to_one=users * abreast,
        local_ips=tuple(dict.fromkeys(islice(listed, _LISTED))),
        addresses=max(1, count),
        workers=workers,
        reuses=not (spec.settings.http.no_connection_reuse or spec.settings.http.no_vu_connection_reuse),
        transports=frozenset(exchange.request.transport for exchange in exchanges if exchange.request.transport),
    )


def _host(url: str) -> str:
    """Scheme, host and port; what only an answer can tell stays a template."""
    try:
        return str(parse_url(url)[0])
    except ValueError:
        return url
