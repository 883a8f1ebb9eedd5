"""Errors on the way to the server: names, addresses, connections, and their ends."""

from __future__ import annotations

from loadspec.error_kinds.kind import Kind, at

KINDS = {
    "dns": Kind(
        at("dns", code=1101),
        "The host's name is not known to the resolver.",
        "Check the host in target.base_url; network.hosts can say where it lies.",
    ),
    "dns_failed": Kind(
        at("dns", code=1100),
        "The resolver itself failed: it did not answer, or answered with an error.",
        "Check the name server of this machine, and look names up less often with network.dns.ttl.",
    ),
    "blocked_host": Kind(
        at("dns", "connect", code=1111),
        "The spec forbids this host by network.block_hosts. Nothing was sent.",
        "Leave the request out, or take the host off the list.",
    ),
    "blocked_ip": Kind(
        at("dns", "connect", code=1110),
        "The host has an address that the spec forbids by network.block_ips. Nothing was sent.",
        "Leave the request out, or take the network off the list.",
    ),
    "host_not_allowed": Kind(
        at("dns", "connect", code=1111),
        "Whoever started the run did not allow this host, or its address, by --allow-host. Nothing was sent.",
        "Add --allow-host HOST if it is meant; what the command line allows is not up to the spec.",
    ),
    "forbidden_target": Kind(
        at("dns", "connect", code=1110),
        "The host has a link-local address or one of a cloud's metadata service. Nothing was sent, and never is.",
        "Check the name, and the redirect that led there.",
    ),
    "refused": Kind(
        at("connect", code=1212),
        "Nobody listens on this address and port.",
        "Start the server, or set the base URL; `loadspec mock` serves a mock platform.",
    ),
    "unreachable": Kind(
        at("connect", "write", "headers", "body", code=1213),
        "There is no way to this address from here.",
        "Check the network, a VPN and the address family: network.dns.policy chooses IPv4 or IPv6.",
    ),
    "proxy": Kind(
        at("dns", "connect", "tls"),
        "The proxy refused to connect, or spoke no proxy's language.",
        "Check http.proxy or HTTP_PROXY, its user and password; http.no_proxy lists hosts that need none.",
    ),
    "timeout": Kind(
        at("write", "status", "headers", "body", dns=1100, connect=1211, tls=1050, code=1050),
        "It was not done within the timeout. The phase says what was being waited for.",
        "Look at the server under this load; `timeout` of the endpoint says how long to wait.",
    ),
    "reset": Kind(
        at("connect", "tls", "headers", "body", code=1220, write=1201),
        "The server, or something on the way, cut the connection off.",
        "Look for a crash, a full accept queue or a limit on connections at the server or its load balancer.",
    ),
    "closed": Kind(
        at("headers"),
        "The server closed the connection without an answer.",
        "Look at the server's log. If its keep-alive is short, requests that are no GET can meet the close half-way.",
    ),
    "fd_exhausted": Kind(
        at("dns", "connect", code=1213),
        "This machine let no more files be opened: each connection is one.",
        "Raise `ulimit -n` where the load comes from, or take fewer users.",
    ),
    "port_exhausted": Kind(
        at("connect", code=1213),
        "This machine has no local port left for a connection to this address.",
        "Keep connections open, spread users over network.local_ips, or widen net.ipv4.ip_local_port_range.",
    ),
    "os_error": Kind(
        at("dns", "connect", code=1213, tls=1202, write=1202, headers=1202, body=1202),
        "The system refused, for the reason in the message.",
        "The message has the system's own words.",
    ),
}
