"""TLS under connections: contexts as a spec's settings have them, and what OpenSSL's errors mean."""

from __future__ import annotations

import errno
import os
import ssl
from typing import Final

from loadspec.wire.hosts import parse_host_rule
from loadspec.wire.settings import ClientCertificate, Settings, Tls
from loadspec.wire.tls import TlsSettingsError, make_context
from loadspec.wire.url import Origin

HTTP_1: Final = ("http/1.1",)


class Contexts:
    """The TLS contexts of a worker: one for each client certificate, made when it is first asked for.

    What they trust takes some milliseconds to read and some 100 kB to hold, so origins share them.
    """

    def __init__(self, settings: Tls, alpn: tuple[str, ...] = HTTP_1) -> None:
        self._settings = settings
        self._alpn = alpn
        self._rules = [[parse_host_rule(host) for host in one.hosts] for one in settings.certificates]
        self._made: dict[ClientCertificate | None, ssl.SSLContext | TlsSettingsError] = {}

    def context(self, origin: Origin) -> ssl.SSLContext:
        """The context for connections to an origin. Raises TlsSettingsError, the same one each time."""
        certificate = self.certificate(origin)
        found = self._made.get(certificate)
        if found is None:
            try:
                keylog = os.environ.get("SSLKEYLOGFILE")
                found = make_context(self._settings, certificate, self._alpn, keylog)
            except TlsSettingsError as error:
                found = error
            self._made[certificate] = found
        if isinstance(found, TlsSettingsError):
            raise found
        return found

    def certificate(self, origin: Origin) -> ClientCertificate | None:
        """What to show to an origin that asks: the first certificate whose hosts fit."""
        for certificate, rules in zip(self._settings.certificates, self._rules, strict=True):
            if not rules or any(rule.names(origin.host, origin.port) for rule in rules):
                return certificate
        return None


def server_name(settings: Settings, host: str) -> str:
    """The name to ask for by SNI, and to verify. RFC 6066 has no dot at its end; an address is verified, not sent."""
    given = settings.tls.server_name
    return given if given and settings.host in ("", host) else host.rstrip(".")


def refuse_reset(error: ssl.SSLEOFError) -> None:
    """Raises ConnectionResetError where a connection was reset, for which Python raises what it raises for an end.

    For an end alone, OpenSSL 3 has a reason; older ones have none for either.
    """
    if error.reason is None and ssl.OPENSSL_VERSION_INFO >= (3,):
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from None


# Numbers of X509_V_ERR_* in OpenSSL's x509_vfy.h
_CERTIFICATES: Final = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    2: "tls_untrusted",
    18: "tls_untrusted",
    19: "tls_untrusted",
    20: "tls_untrusted",
    21: "tls_untrusted",
    27: "tls_untrusted",
    62: "tls_name",
    64: "tls_name",
}

# OpenSSL's words for the alerts of RFC 8446, 6.2, without the version that it puts before them, and for what it, or
# libcurl with it, finds out by itself
_WORDS: Final = {
    "certificate has expired": "tls_expired",
    "certificate is not yet valid": "tls_not_yet_valid",
    "unable to get local issuer certificate": "tls_untrusted",
    "self-signed certificate": "tls_untrusted",
    "self signed certificate": "tls_untrusted",
    "unable to verify the first certificate": "tls_untrusted",
    "hostname mismatch": "tls_name",
    "ip address mismatch": "tls_name",
    "no alternative certificate subject name matches": "tls_name",
    "does not match target host": "tls_name",
    "certificate verify failed": "tls_certificate",
    "ssl certificate problem": "tls_certificate",
    "verify result": "tls_certificate",
    "wrong version number": "tls_plain",
    "http request": "tls_plain",
    "packet length too long": "tls_plain",
    "record layer failure": "tls_plain",
    "unsupported protocol": "tls_version",
    "no protocols available": "tls_version",
    "unknown protocol": "tls_version",
    "alert protocol version": "tls_version",
    "alert inappropriate fallback": "tls_version",
    "alert handshake failure": "tls_cipher",
    "alert insufficient security": "tls_cipher",
    "no ciphers available": "tls_cipher",
    "wrong cipher returned": "tls_cipher",
    "dh key too small": "tls_cipher",
    "alert no application protocol": "tls_alpn",
    "alert bad certificate": "tls_client_certificate",
    "alert unsupported certificate": "tls_client_certificate",
    "alert certificate revoked": "tls_client_certificate",
    "alert certificate expired": "tls_client_certificate",
    "alert certificate unknown": "tls_client_certificate",
    "alert certificate required": "tls_client_certificate",
    "alert unknown ca": "tls_client_certificate",
    "alert access denied": "tls_client_certificate",
    "unexpected eof while reading": "tls_closed",
}

_SENTENCES: Final = {
    "tls_not_yet_valid": "the server's certificate is not yet valid",
    "tls_expired": "the server's certificate has expired",
    "tls_untrusted": "no trusted authority vouches for the server's certificate",
    "tls_name": "the server's certificate is for another name",
    "tls_certificate": "the server's certificate was not accepted",
    "tls_client_certificate": "the server wants a client certificate, or not this one",
    "tls_version": "no version of TLS suits both sides",
    "tls_cipher": "no cipher suits both sides",
    "tls_plain": "the server's answer is not TLS",
    "tls_alpn": "the server speaks no HTTP/1.1 here",
    "tls_closed": "the server closed the connection in the middle of the handshake",
}


def explain_tls(error: ssl.SSLError, agreed: bool = False) -> tuple[str, str]:
    """(kind, message) of what OpenSSL raised. `agreed`: version and cipher had been agreed on by then.

    A server that misses a client certificate says in TLS 1.2 what it says where no cipher suits: handshake_failure.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        kind = _CERTIFICATES.get(error.verify_code, "tls_certificate")
        return kind, f"{_SENTENCES[kind]}: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLEOFError):
        return "tls_closed", _SENTENCES["tls_closed"]
    words = _words(error)
    kind = kind_of_words(words)
    if kind == "tls_cipher" and agreed:
        kind = "tls_client_certificate"
    return kind, f"{_SENTENCES.get(kind, 'TLS failed')} ({words})"


def kind_of_words(text: str) -> str:
    """The kind of what OpenSSL, or libcurl with it, says in words; `tls` where they say nothing that is known."""
    text = text.lower()
    return next((kind for words, kind in _WORDS.items() if words in text), "tls")


def _words(error: ssl.SSLError) -> str:
    """OpenSSL's words: `[SSL: REASON] words (_ssl.c:1006)`, without a reason for alerts that Python does not know."""
    text = str(error).rpartition("] ")[2]
    return text.partition(" (_ssl.c")[0].strip() or str(error.reason or error)
