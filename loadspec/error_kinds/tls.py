"""Errors of encryption."""

from __future__ import annotations

from loadspec.error_kinds.kind import Kind, at

KINDS = {
    "tls_expired": Kind(
        at("tls", code=1300),
        "The server's certificate, or one of those that vouch for it, has expired.",
        "Renew it, check the clock of this machine, or set target.tls.insecure_skip_verify for a test system.",
    ),
    "tls_not_yet_valid": Kind(
        at("tls", code=1300),
        "The server's certificate begins to be valid later than now.",
        "Check the clocks of both machines, or set target.tls.insecure_skip_verify for a test system.",
    ),
    "tls_name": Kind(
        at("tls", code=1311),
        "The server's certificate is for another name.",
        "Use a name of the certificate in the base URL, or give it as target.tls.server_name.",
    ),
    "tls_untrusted": Kind(
        at("tls", code=1310),
        "No trusted authority vouches for the server's certificate: it is self-signed, of an authority of your own, "
        "or its chain is incomplete.",
        "Give the authority by target.tls.ca_file, or set target.tls.insecure_skip_verify for a test system.",
    ),
    "tls_certificate": Kind(
        at("tls", code=1300),
        "The server's certificate is not accepted for another reason, such as a weak key or a wrong purpose.",
        "The message has the reason; target.tls.insecure_skip_verify accepts it for a test system.",
    ),
    "tls_client_certificate": Kind(
        at("tls", code=1300),
        "The server wants a client certificate and got none, or does not accept the one it was shown.",
        "Give one by target.tls.certificates, and look at its `hosts`, its dates and who issued it.",
    ),
    "tls_version": Kind(
        at("tls", code=1300),
        "There is no version of TLS that both sides allow.",
        "Look at target.tls.min_version and max_version, and at the versions that the server has.",
    ),
    "tls_cipher": Kind(
        at("tls", code=1300),
        "There is no cipher, group or signature algorithm that both sides allow.",
        "Look at target.tls.ciphers, and at the ciphers and the kind of key that the server has.",
    ),
    "tls_plain": Kind(
        at("tls", code=1300),
        "What the server sent is not TLS: it speaks plain HTTP, or something else, on this port.",
        "Write http:// instead of https://, or use the port that has TLS.",
    ),
    "tls_alpn": Kind(
        at("tls", code=1300),
        "The server speaks no HTTP/1.1 on this port.",
        "Use `transport: curl`, which speaks HTTP/2 and HTTP/3.",
    ),
    "tls_closed": Kind(
        at("tls", code=1300),
        "The server cut the connection off in the middle of the handshake.",
        "Look at the server's log: an overload, a firewall, or a name (SNI) that it does not know.",
    ),
    "tls_settings": Kind(
        at("tls", code=1300),
        "The spec's own TLS settings cannot be used: a file is missing or broken, or OpenSSL refuses a setting.",
        "`loadspec validate` says which; the files must stay in place while the load runs.",
    ),
    "tls": Kind(
        at("tls", "write", "headers", "body", code=1300),
        "TLS failed in another way, in the message.",
        "The message has OpenSSL's own words; `openssl s_client -connect HOST:PORT` shows the handshake.",
    ),
}
