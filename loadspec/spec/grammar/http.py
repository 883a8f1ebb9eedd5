"""How requests are carried: `http` and `network`, and the TLS of `target`."""

from __future__ import annotations

from typing import get_args

from loadspec.spec.grammar.kinds import choice, flag, listing, mapping, obj, size, text, whole
from loadspec.wire.encoding import CODING_NAMES
from loadspec.wire.settings import HttpVersion, Policy, Select, Timing, TlsVersion

TRANSPORTS = ("fast", "requests", "curl")
_TLS_VERSIONS = get_args(TlsVersion)

TRANSPORT = choice(
    "What carries the requests: `fast` (HTTP/1.1), `requests` (the Python library, slow) or `curl` (HTTP/2, HTTP/3).",
    TRANSPORTS,
    "fast",
)
TIMING = choice(
    "Whose clock says when an answer came: loadspec's own, or the kernel's stamps, which `fast` can read.",
    get_args(Timing),
    "process",
)
MAX_REDIRECTS = whole("How many redirects are followed; 0 takes the 3xx as the answer.", 0, 100, 10)
COMPRESSION = choice("How the request's body is compressed.", CODING_NAMES)

TLS = obj(
    "How connections are encrypted and certificates verified.",
    {
        "ca_file": text("A PEM file of authorities to trust instead of the system's, below the spec's folder."),
        "insecure_skip_verify": flag("Whether to accept any certificate."),
        "min_version": choice("The lowest version of TLS.", _TLS_VERSIONS),
        "max_version": choice("The highest version of TLS.", _TLS_VERSIONS),
        "ciphers": text("OpenSSL's list of ciphers, for TLS 1.2 and below.", "ECDHE+AESGCM"),
        "server_name": text("The name to ask for and to verify, instead of the host's.", "api.example.com"),
        "session_resumption": flag("Whether a user's new connection takes up the session of its last one."),
        "certificates": listing(
            "Certificates to show to servers that ask for one; the first that fits the host.",
            obj(
                "A client certificate.",
                {
                    "cert_file": text("A PEM file below the spec's folder, with the chain if there is one."),
                    "key_file": text("A PEM file with the key, if it is not in `cert_file`."),
                    "password": text("The key's password.", "{{ env.KEY_PASSWORD }}"),
                    "hosts": listing("Hosts that are shown it; all if not given.", text("", "*.example.com"), 1),
                },
                required=("cert_file",),
            ),
            1,
        ),
    },
)

HTTP = obj(
    "What holds for every request.",
    {
        "version": choice(
            "The version of HTTP: `auto` is HTTP/2 where `curl` and the server agree on it, else 1.1.",
            get_args(HttpVersion),
            "auto",
        ),
        "user_agent": text("The User-Agent header; loadspec/VERSION if not given.", "acme-loadtest/1.0"),
        "max_redirects": MAX_REDIRECTS,
        "no_connection_reuse": flag("Whether every request opens a connection of its own."),
        "no_vu_connection_reuse": flag("Whether a user opens new connections in every iteration."),
        "share_connections": flag("Whether users share connections, and multiplex on them with HTTP/2; `curl` can."),
        "discard_response_bodies": flag("Whether bodies are read and thrown away; captures and checks see none."),
        "rps": {
            "description": "Requests a second of all users together, at most.",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1_000_000,
            "examples": [100],
        },
        "proxy": text(
            'The proxy: an http, https, socks5 or socks5h URL; "" for none, whatever HTTP_PROXY says.',
            "http://proxy.example.com:3128",
            "{{ env.PROXY }}",
        ),
        "no_proxy": listing(
            "Hosts that are reached without the proxy: names, .domains, addresses, networks.",
            text("", "localhost", ".internal.example.com", "10.0.0.0/8"),
            1,
        ),
        "limits": obj(
            "What one answer may cost; beyond it the request fails.",
            {
                "head": size("All lines of the head.", "64KiB", default="64KiB"),
                "headers": whole("How many header lines.", 1, 100_000, 256),
                "body": size("The body as it is transferred.", "256MiB", default="256MiB"),
                "decoded": size("The body once it is decompressed.", "256MiB", default="256MiB"),
                "ratio": whole("Decompressed over transferred size, once it is over 1 MiB.", 1, 1_000_000, 1100),
            },
        ),
    },
)

NETWORK = obj(
    "Where connections go.",
    {
        "dns": obj(
            "How names become addresses.",
            {
                "ttl": {
                    **text(
                        "How long an address is kept: a duration, 0 to ask each time, `inf` to ask once.",
                        "5m",
                        "0",
                        "inf",
                        default="5m",
                    ),
                    "type": ["string", "integer"],  # for 0
                },
                "select": choice("Which of several addresses is taken.", get_args(Select), "random"),
                "policy": choice(
                    "Which family of addresses is taken.",
                    get_args(Policy),
                    "prefer_ipv4",
                ),
            },
        ),
        "hosts": mapping(
            "Hosts that lie elsewhere: host, host:port or *.domain → address, address:port or unix:/path.",
            text("Where it lies.", "127.0.0.1", "10.0.0.7:8443", "unix:/run/api.sock"),
        ),
        "block_hosts": listing("Hosts that are never talked to.", text("", "*.example.com"), 1),
        "block_ips": listing("Networks that are never talked to.", text("", "10.0.0.0/8", "::1"), 1),
        "local_ips": listing(
            "Addresses of this machine that users connect from, in turn: addresses, networks, ranges.",
            text("", "192.168.20.12", "192.168.21.0/28", "192.168.22.10-192.168.22.19"),
            1,
        ),
    },
)
