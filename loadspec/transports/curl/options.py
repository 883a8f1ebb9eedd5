"""A spec's settings as libcurl's options."""

from __future__ import annotations

import ssl
from typing import Any, Final

import pycurl

from loadspec.transports.base import ExchangeError
from loadspec.transports.network import Network
from loadspec.wire.settings import Tls
from loadspec.wire.url import Origin, host_header

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
    easy.setopt(pycurl.MAXFILESIZE_LARGE, network.limits.body_bytes)
    if origin.tls:
        _set_tls(easy, tls)
    return easy


def _url(network: Network, origin: Origin) -> str:
    """The host of the URL is the name that TLS asks for and verifies; where it leads, the line says."""
    if origin.tls:
        origin = Origin(origin.scheme, network.server_name(origin), origin.port)
    return f"{origin.scheme}://{host_header(origin)}/"


def _set_tls(easy: Any, tls: Tls) -> None:
    paths = ssl.get_default_verify_paths()
    if tls.ca_file is not None:
        easy.setopt(pycurl.CAINFO, tls.ca_file)
    elif paths.cafile is not None:
        easy.setopt(pycurl.CAINFO, paths.cafile)
    if tls.ca_file is None and paths.capath is not None and paths.cafile is None:
        easy.setopt(pycurl.CAPATH, paths.capath)
    if tls.insecure_skip_verify:
        easy.setopt(pycurl.SSL_VERIFYPEER, 0)
        easy.setopt(pycurl.SSL_VERIFYHOST, 0)
    easy.setopt(pycurl.SSLVERSION, _LOWEST[tls.min_version] | _HIGHEST[tls.max_version])
    if tls.ciphers is not None:
        easy.setopt(pycurl.SSL_CIPHER_LIST, tls.ciphers)
    easy.setopt(pycurl.SSL_SESSIONID_CACHE, 1 if tls.session_resumption else 0)
