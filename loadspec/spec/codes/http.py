"""What holds for requests apart from what they say: proxies, compression, bodies thrown away, redirects."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

_BASE = "target: {base_url: https://api.example.com}\n"

CODES: dict[str, Code] = {
    "LS180": Code(
        "a proxy, or a host that needs none, that cannot be read",
        "`http.proxy` is a URL with http, https, socks5 or socks5h, a host and a port; what stands in it before `@` is "
        "%-escaped. `http.no_proxy` lists names (which stand for all below them), .domains, addresses and networks.",
        "http: {proxy: 'proxy.example.com:3128'}\n",
        "http: {proxy: 'http://proxy.example.com:3128'}\n",
    ),
    "LS181": Code(
        "a compression whose library is not installed",
        "`br` and `zstd` are in libraries that not every load test needs: the extra `encodings` brings them. Install "
        "it by pip install 'loadspec[encodings]', also where the load runs, or compress by `gzip`.",
        "endpoints:\n  items: {path: /items, method: POST, json: [1, 2], compression: zstd}\n",
        "endpoints:\n  items: {path: /items, method: POST, json: [1, 2], compression: gzip}\n",
    ),
    "LS182": Code(
        "a body that is thrown away, and read",
        "With `discard_response_body`, or `http.discard_response_bodies`, nothing is left of a body but its size: what "
        "captures, checks or records it never finds anything. Set discard_response_body: false for requests whose "
        "bodies count.",
        "http: {discard_response_bodies: true}\nendpoints:\n  items: {path: /items, capture: {id: $.id}}\n",
        "http: {discard_response_bodies: true}\nendpoints:\n"
        "  items: {path: /items, discard_response_body: false, capture: {id: $.id}}\n",
    ),
    "LS183": Code(
        "a setting of requests without effect",
        "`compression` is of a body, and this request has none; HTTP/2 and HTTP/3 are spoken by `transport: curl`, "
        "which nothing here asks for, and HTTP/3 of https URLs only; it alone lets users share connections, and then "
        "keeps them; the stamps of `timing: kernel` are read by `transport: fast` alone.",
        _BASE + 'http: {version: "2"}\n',
        "target: {base_url: https://api.example.com, transport: curl}\n" + 'http: {version: "2"}\n',
    ),
    "LS184": Code(
        "a redirect that is waited for, and followed",
        "Redirects are followed, 10 of them unless `max_redirects` says otherwise: the answer that checks see is the "
        "last one, which has the status of a redirect only where it leads nowhere. `max_redirects: 0` follows none.",
        "endpoints:\n  old: {path: /old, checks: {it has moved: status == 301}}\n",
        "endpoints:\n  old: {path: /old, max_redirects: 0, checks: {it has moved: status == 301}}\n",
    ),
}
