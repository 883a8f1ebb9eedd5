"""How connections are encrypted."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS140": Code(
        "TLS settings that cannot be used",
        "`target.tls` is tried on this machine's OpenSSL: the list of ciphers must select one, `min_version` must not "
        "be above `max_version`, and each client certificate needs the key that belongs to it, with the password that "
        "opens it. A password that is a template is tried when the run begins, before anything is sent.",
        'target:\n  base_url: https://api.example.com\n  tls: {min_version: "1.3", max_version: "1.2"}\n',
        'target:\n  base_url: https://api.example.com\n  tls: {min_version: "1.2", max_version: "1.3"}\n',
    ),
    "LS141": Code(
        "a TLS setting without effect",
        "Another setting makes this one do nothing: `ciphers` is for TLS 1.2 and below, `insecure_skip_verify` looks "
        "at no `ca_file`, and of several client certificates the first that fits the host is shown.",
        'target:\n  base_url: https://api.example.com\n  tls: {min_version: "1.3", ciphers: ECDHE+AESGCM}\n',
        'target:\n  base_url: https://api.example.com\n  tls: {min_version: "1.3"}\n',
    ),
}
