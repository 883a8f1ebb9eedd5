"""Where connections go."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS120": Code(
        "a host or address of `network` that cannot be read",
        "Hosts are names, with a port or a `*` at the beginning where that is allowed; they lie at addresses, never at "
        "other names. Networks are written 10.0.0.0/8, ranges of `local_ips` 10.0.0.2-10.0.0.9.",
        "network: {hosts: {api.example.com: staging.example.com}}\n",
        "network: {hosts: {api.example.com: 10.0.0.7:8443}}\n",
    ),
    "LS121": Code(
        "a place that the spec may not reach",
        "A spec may come from a stranger: it cannot connect to link-local addresses and those where clouds keep "
        "credentials, nor to a Unix socket outside its own folder that `--allow-host` does not name.",
        "network: {hosts: {docker.example.com: unix:/var/run/docker.sock}}\n",
        "network: {hosts: {api.example.com: unix:run/api.sock}}\n",
    ),
}
