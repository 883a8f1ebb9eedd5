"""What carries requests."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS160": Code(
        "a transport whose library is not installed",
        "`transport: curl` is libcurl by pycurl, which not every load test needs: the extra `http2` brings it. Install "
        "it by pip install 'loadspec[http2]', also where the load runs, or leave `transport` out for HTTP/1.1.",
        "endpoints:\n  items: {path: /items, transport: curl}\n",
        "endpoints:\n  items: {path: /items}\n",
    ),
}
