"""libcurl's errors as our kinds and phases."""

from __future__ import annotations

import errno
import os
from typing import Any, Final

import pycurl

from loadspec.transports.base import ExchangeError, explain
from loadspec.transports.tls import kind_of_words
from loadspec.wire.url import Origin

_HTTP2_STREAM, _HTTP3, _QUIC_CONNECT, _PROXY, _TOO_LARGE = 92, 95, 96, 97, 100  # pycurl has no names for them

_KINDS: Final = {
    pycurl.E_UNSUPPORTED_PROTOCOL: ("protocol", "status"),  # an answer that is not HTTP, or HTTP/0.9
    pycurl.E_COULDNT_RESOLVE_PROXY: ("dns", "dns"),
    pycurl.E_COULDNT_RESOLVE_HOST: ("dns", "dns"),
    pycurl.E_FTP_WEIRD_SERVER_REPLY: ("protocol", ""),  # of HTTP as well, whatever its name
    pycurl.E_HTTP2: ("http2", ""),
    pycurl.E_PARTIAL_FILE: ("incomplete", ""),
    pycurl.E_GOT_NOTHING: ("closed", "headers"),
    pycurl.E_SEND_FAIL_REWIND: ("closed", "headers"),  # closed after the send: see the channel
    pycurl.E_FILESIZE_EXCEEDED: ("limit", "body"),
    pycurl.E_SSL_CACERT_BADFILE: ("tls_settings", "tls"),
    pycurl.E_SSL_CERTPROBLEM: ("tls_settings", "tls"),
    pycurl.E_SSL_CIPHER: ("tls_settings", "tls"),
    pycurl.E_BAD_CONTENT_ENCODING: ("decode", "decode"),
    _HTTP2_STREAM: ("http2", ""),
    _HTTP3: ("http3", ""),
    _QUIC_CONNECT: ("http3", "connect"),
    _PROXY: ("proxy", "connect"),
    _TOO_LARGE: ("limit", "headers"),
}
"""code → (kind, phase). Without a phase: where the exchange was. Others are told apart by more than the code."""

_TLS: Final = (pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION)
"""Told apart by OpenSSL's words."""

_CHUNKS: Final = ("chunk", "Illegal or missing hexadecimal", "Malformed encoding")
_TOO_LONG: Final = "Too large response headers"
"""libcurl takes 300 kB of all heads together."""
_CUT: Final = ("unexpected eof", "Connection closed abruptly", "incomplete", "end of response with")


def translate(code: int, message: str, origin: Origin, easy: Any, phase: str) -> ExchangeError:
    """The error of a transfer that ended in `phase`. The message is libcurl's own.

    "head": with a part of the head; "headers": without any.
    """
    text = message or f"libcurl's error {code}"
    if "CONNECT tunnel failed" in text:
        return ExchangeError("proxy", "connect", text)
    kind, where = _KINDS.get(code, ("os_error", ""))
    if kind == "protocol":
        return ExchangeError(kind, where or ("status" if phase == "headers" else "headers"), text)
    phase = "headers" if phase == "head" else phase
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return ExchangeError("timeout", phase, "no complete answer within the timeout")
    if code == pycurl.E_COULDNT_CONNECT or (phase == "connect" and code in (pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR)):
        number = easy.getinfo(pycurl.OS_ERRNO) or errno.ECONNREFUSED
        known = explain(OSError(number, os.strerror(number)), "connect")
        return ExchangeError(known.kind, "connect", f"{origin}: {known}")
    if code == pycurl.E_SEND_ERROR:
        return ExchangeError("reset", phase, text)
    if code == pycurl.E_RECV_ERROR:
        if kind_of_words(text) == "tls_client_certificate":  # TLS 1.3 says so after the handshake
            return ExchangeError("tls_client_certificate", "tls", f"{origin}: {text}")
        if _TOO_LONG in text:
            return ExchangeError("limit", "headers", text)
        return ExchangeError(_received(text), phase, text)
    if code in _TLS:
        return ExchangeError(kind_of_words(text), "tls", f"{origin}: {text}")
    return ExchangeError(kind, where or phase, text)


def _received(text: str) -> str:
    """What ended a reading: libcurl has one code for all."""
    if any(word in text for word in _CHUNKS):
        return "protocol"
    return "incomplete" if any(word in text for word in _CUT) else "reset"
