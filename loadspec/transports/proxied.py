"""What is checked of a host that a proxy connects to."""

from __future__ import annotations

from loadspec.transports.network import Network
from loadspec.wire.addresses import is_numeric
from loadspec.wire.url import Origin


def check_target(network: Network, origin: Origin, timeout: float) -> None:
    """Refuse a host of `network.block_hosts`, an address that is never a target, and what `--allow-host` leaves out.

    With `--allow-host` the host is looked up here, too: what else a name leads to is up to the proxy. Raises
    ExchangeError.
    """
    network.refuse_blocked(origin.host)
    if network.limited or is_numeric(origin.host):
        network.addresses(origin.host, origin.port, timeout)
