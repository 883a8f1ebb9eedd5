"""Errors of an answer: one that is no HTTP, that ends too early, costs too much, or is not what was expected."""

from __future__ import annotations

from loadspec.error_kinds.kind import Kind, at

KINDS = {
    "protocol": Kind(
        at("status", "headers", "body"),
        "What the server sent is no legal HTTP.",
        "The message shows the bytes. A TLS port answers plain HTTP so: then write https://.",
    ),
    "incomplete": Kind(
        at("status", "headers", "body"),
        "The server closed the connection in the middle of its answer.",
        "Look for a crash or a timeout at the server, and for a proxy that cuts long answers.",
    ),
    "limit": Kind(
        at("headers", "status", "body", "decode"),
        "The answer costs more than http.limits allows.",
        "If the answer is meant to be that large, raise the limit under http.limits.",
    ),
    "decode": Kind(
        at("decode", code=1701),
        "The compressed body could not be decompressed.",
        "Look at Content-Encoding; br and zstd need `pip install 'loadspec[encodings]'`.",
    ),
    "http2": Kind(
        at("connect", "tls", "write", "status", "headers", "body", code=1600),
        "HTTP/2 failed: the server reset the stream, sent GOAWAY or broke the protocol.",
        "The message has the reason; http.version: '1.1' shows whether it is HTTP/2's.",
    ),
    "http3": Kind(
        at("connect", "tls", "write", "status", "headers", "body"),
        "HTTP/3 failed: no QUIC connection came about, or it broke.",
        "Check that UDP reaches the server's port; http.version: '2' does without QUIC.",
    ),
    "redirect": Kind(
        at("redirect"),
        "An answer redirects to what is no http or https URL, or to ever new hosts. Nothing was sent there.",
        "Look at the Location in the message; with max_redirects: 0 the redirect itself is the answer.",
    ),
    "status": Kind(
        at("status", code=0),
        "An answer came with a status that was not expected. k6's code is 1000 + status, from 400 on.",
        "Look at the sample in the report; expected_statuses says which are good.",
    ),
}
