"""A spec's settings as libcurl's options."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from typing import Any, Final

import pycurl

from loadspec.transports.base import ExchangeError
from loadspec.transports.network import Network
from loadspec.wire.dns import Address
from loadspec.wire.settings import ClientCertificate, Tls
from loadspec.wire.tls import cipher_list, lowest_version
from loadspec.wire.url import Origin, bracketed, host_header

VERSIONS: Final = {
    "auto": pycurl.CURL_HTTP_VERSION_2TLS,
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2_0,
    "2-prior-knowledge": pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
"""`http.version` → what is offered to the server."""

INSISTED: Final = {"2": b"HTTP/2", "2-prior-knowledge": b"HTTP/2", "3": b"HTTP/3"}
"""`http.version` → how a head must begin: a test of HTTP/2 that measures HTTP/1.1 would be none."""

_SUPPRESS_CONNECT_HEADERS: Final = 265  # pycurl has no name for it

_LOWEST: Final = {
    None: pycurl.SSLVERSION_DEFAULT,
    "1.0": pycurl.SSLVERSION_TLSv1_0,
    "1.1": pycurl.SSLVERSION_TLSv1_1,
    "1.2": pycurl.SSLVERSION_TLSv1_2,
    "1.3": pycurl.SSLVERSION_TLSv1_3,
}
_HIGHEST: Final = {
    None: pycurl.SSLVERSION_MAX_DEFAULT,
    "1.0": pycurl.SSLVERSION_MAX_TLSv1_0,
    "1.1": pycurl.SSLVERSION_MAX_TLSv1_1,
    "1.2": pycurl.SSLVERSION_MAX_TLSv1_2,
    "1.3": pycurl.SSLVERSION_MAX_TLSv1_3,
}


def make_easy(network: Network, origin: Origin) -> Any:
    """A handle with all that stays the same from one request to the next."""
    http, tls = network.settings.http, network.settings.tls
    if http.version == "3" and not origin.tls:
        raise ExchangeError("http3", "connect", "HTTP/3 needs an https URL")
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, _url(network, origin))
    easy.setopt(pycurl.HTTP_VERSION, VERSIONS[http.version])
    easy.setopt(pycurl.PIPEWAIT, 0 if http.version == "1.1" else 1)
    easy.setopt(pycurl.NOSIGNAL, 1)
    easy.setopt(pycurl.NOPROXY, "*")
    easy.setopt(pycurl.HTTP09_ALLOWED, 0)
    easy.setopt(_SUPPRESS_CONNECT_HEADERS, 1)  # a proxy's answer is not the server's
    if http.no_connection_reuse:
        easy.setopt(pycurl.FORBID_REUSE, 1)  # else libcurl keeps what is closed for a second, and its file
    if origin.tls:
        _set_tls(easy, tls, network.certificate(origin), "")
    proxy = network.proxy(origin)
    if proxy is not None and proxy.scheme == "https":
        _set_tls(easy, tls, network.certificate(proxy.origin), "PROXY_")
    easy.setopt(pycurl.SSL_SESSIONID_CACHE, 1 if tls.session_resumption else 0)
    return easy


def _url(network: Network, origin: Origin) -> str:
    """The host of the URL is the name that TLS asks for and verifies; where it leads, the line says."""
    if origin.tls:
        origin = Origin(origin.scheme, network.server_name(origin), origin.port)
    return f"{origin.scheme}://{host_header(origin)}/"


def lead(easy: Any, addresses: Sequence[Address], alias: str, old: str, network: Network, seat: int) -> None:
    """Have connections go to one of these addresses, for which the name `alias` stands, and no longer `old`."""
    family, first = addresses[0]
    if family == socket.AF_UNIX:
        easy.setopt(pycurl.UNIX_SOCKET_PATH, first.encode())
        easy.setopt(pycurl.INTERFACE, alias)  # unused by such a socket; else libcurl has users share one
        return
    port = first[1]
    forgotten = [f"-{old}:{port}"] if old and old != alias else []
    easy.setopt(pycurl.RESOLVE, [*forgotten, entry(alias, port, addresses)])
    easy.setopt(pycurl.CONNECT_TO, [f"::{alias}:{port}"])
    leave_from(easy, network, seat, family)


def leave_from(easy: Any, network: Network, seat: int, family: int) -> None:
    """Have connections come from the user's own address, if the spec says of any."""
    if local := network.local_address(seat, family):
        easy.setopt(pycurl.INTERFACE, f"host!{local}")


def entry(name: str, port: int, addresses: Sequence[Address]) -> str:
    """What has libcurl take these addresses for a name, or for an address that is to lead elsewhere."""
    return f"{bracketed(name)}:{port}:{','.join(bracketed(where[0]) for _, where in addresses)}"


def _set_tls(easy: Any, tls: Tls, certificate: ClientCertificate | None, peer: str) -> None:
    """TLS with a `peer`: "" for the server, "PROXY_" for the proxy, by which libcurl's options begin."""

    def put(option: str, value: str | int) -> None:
        # pycurl takes no text but ASCII: the spec's folder may be called otherwise, and a password is what it is
        easy.setopt(getattr(pycurl, peer + option), value.encode() if isinstance(value, str) else value)

    paths = ssl.get_default_verify_paths()
    if tls.ca_file is not None:
        put("CAINFO", tls.ca_file)
    elif paths.cafile is not None:
        put("CAINFO", paths.cafile)
    elif paths.capath is not None:
        put("CAPATH", paths.capath)
    if tls.insecure_skip_verify:
        put("SSL_VERIFYPEER", 0)
        put("SSL_VERIFYHOST", 0)
    put("SSLVERSION", _LOWEST[lowest_version(tls)] | _HIGHEST[tls.max_version])
    if ciphers := cipher_list(tls):
        put("SSL_CIPHER_LIST", ciphers)
    if certificate is not None:
        put("SSLCERT", certificate.cert_file)
        put("SSLKEY", certificate.key_file or certificate.cert_file)
        if certificate.password is not None:
            put("KEYPASSWD", certificate.password)
