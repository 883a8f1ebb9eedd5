"""Who may ask for a live page, and who may end its run. Pure.

A page of another site, open in the same browser, can send requests here. Its origin gives it away, unless its own name
was made to point here (DNS rebinding): then the host that it asks for is a name, and none of ours. Reading is refused
to both; ending the run also takes a token that only our page has. What it only lays into itself, an `<img>`, has no
origin: there Sec-Fetch-Site tells (W3C Fetch Metadata), which browsers send to a machine's own addresses and HTTPS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import compare_digest

from loadspec.wire.addresses import parse_address

_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@/\s]+))(?::\d{1,5})?", re.IGNORECASE)
_OWN_SITES = {"same-origin", "none"}
"""Our page, and an address that somebody typed."""
_FOREIGN = "a page of another origin may not ask here"
_ELSEWHERE = "this page is not at that host: ask for it by a numeric address, or run with --dashboard HOST:PORT"


class Gate:
    """`host` is the one that the page was asked to be at; `token` is the page's."""

    def __init__(self, host: str, token: str) -> None:
        self._names = {"localhost", host.lower()}
        self._token = token.encode()

    def refuses(self, hosts: Sequence[str], origins: Sequence[str], sites: Sequence[str] = ()) -> str:
        """Why a request with these Host, Origin and Sec-Fetch-Site headers is refused; empty if it is not."""
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return _ELSEWHERE
        if any(origin != f"http://{hosts[0]}" for origin in origins) or not _OWN_SITES.issuperset(sites):
            return _FOREIGN
        return ""

    def refuses_order(self, hosts: Sequence[str], origins: Sequence[str], token: str, sites: Sequence[str] = ()) -> str:
        """The same for a request that changes something."""
        if why := self.refuses(hosts, origins, sites):
            return why
        if len(origins) != 1:
            return "it does not say which page asks"
        if not compare_digest(token.encode("utf-8", "surrogateescape"), self._token):
            return "it does not have this page's token"
        return ""

    def _is_ours(self, authority: str) -> bool:
        """A numeric address is no name that somebody else could have pointed here."""
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return False
        host = found[1] or found[2]
        return parse_address(host) is not None or host.lower() in self._names
