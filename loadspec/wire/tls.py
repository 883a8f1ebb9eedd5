"""TLS contexts as settings have them. Reads the files that they name; opens no connection.

What a spec's settings are checked with is what connections are made with.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Sequence
from typing import Any, Final

from loadspec.wire.settings import ClientCertificate, Tls, TlsVersion

VERSIONS: Final = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD: Final = ("1.0", "1.1")
_ALL_LEVELS: Final = "@SECLEVEL=0"
"""OpenSSL 3 has TLS 1.0 and 1.1 at this level only."""
_PASSWORD_BYTES: Final = 1024
"""OpenSSL takes no longer one."""


class TlsSettingsError(ValueError):
    """Settings that no context can be made of.

    `part` is the key of the spec, `file` the file that is to blame; `mendable`: another password might do.
    """

    def __init__(self, part: str, message: str, hint: str = "", file: str = "", mendable: bool = False) -> None:
        super().__init__(f"{file}: {message}" if file else message)
        self.part = part
        self.message = message
        self.hint = hint
        self.file = file
        self.mendable = mendable


def make_context(
    settings: Tls, certificate: ClientCertificate | None = None, alpn: Sequence[str] = (), keylog: str | None = None
) -> ssl.SSLContext:
    """The context for connections that show `certificate` where they are asked for one.

    `alpn` are the protocols to offer; the secrets of each connection are added to the file `keylog`, for Wireshark.
    Raises TlsSettingsError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whatever ca_file holds is trusted, as in k6
    set_versions(context, settings)
    set_ciphers(context, settings)
    if settings.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_file is None:
        context.load_default_certs()
    if settings.ca_file is not None:
        load_authorities(context, settings.ca_file)
    if certificate is not None:
        load_certificate(context, certificate)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    if keylog:
        _log_keys(context, keylog)
    return context


def lowest_version(settings: Tls) -> TlsVersion | None:
    """What `min_version` says; where only the highest is said, it must not lie below the lowest that is usual, 1.2."""
    return "1.0" if settings.min_version is None and settings.max_version in _OLD else settings.min_version


def cipher_list(settings: Tls) -> str | None:
    """What `ciphers` says, at the level that old versions need; None for the usual ones."""
    ciphers = settings.ciphers
    if (settings.min_version in _OLD or settings.max_version in _OLD) and "@SECLEVEL" not in (ciphers or ""):
        return f"{ciphers or 'DEFAULT'}:{_ALL_LEVELS}"
    return ciphers


def set_versions(context: ssl.SSLContext, settings: Tls) -> None:
    """Raises TlsSettingsError where the lowest is above the highest, or OpenSSL lacks one."""
    low, high = settings.min_version, settings.max_version
    if low and high and low > high:
        raise TlsSettingsError("min_version", f"min_version {low} is above max_version {high}")
    low = lowest_version(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what old servers are tested with
        for part, version in (("minimum_version", low), ("maximum_version", high)):
            if version is not None:
                _set_version(context, part, version)


def _set_version(context: ssl.SSLContext, part: str, version: str) -> None:
    try:
        setattr(context, part, VERSIONS[version])
    except ValueError as error:
        raise TlsSettingsError(f"{part[:3]}_version", f"this machine's OpenSSL has no TLS {version}: {error}") from None


def set_ciphers(context: ssl.SSLContext, settings: Tls) -> None:
    """Raises TlsSettingsError where the list selects nothing."""
    ciphers = cipher_list(settings)
    if ciphers is None:
        return
    try:
        context.set_ciphers(ciphers)
    except (ssl.SSLError, ValueError):
        known = {cipher["name"] for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.3"}
        if set((settings.ciphers or "").upper().replace(",", ":").split(":")) & known:
            hint = "the suites of TLS 1.3 are always all offered; the list is for TLS 1.2 and below"
        else:
            hint = "for example ECDHE+AESGCM; `openssl ciphers -v 'LIST'` shows what a list selects"
        raise TlsSettingsError("ciphers", f"`{settings.ciphers}` selects no cipher", hint) from None


def load_authorities(context: ssl.SSLContext, file: str) -> None:
    """Raises TlsSettingsError where the file holds no certificates."""
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise TlsSettingsError("ca_file", "holds no certificates in PEM form", file=file) from None
    except OSError as error:
        raise TlsSettingsError("ca_file", f"cannot be read: {error.strerror}", file=file) from None


def load_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    """Raises TlsSettingsError; `part` is then `cert_file`, `key_file` or `password`."""
    password = certificate.password or ""
    if len(password.encode()) > _PASSWORD_BYTES:
        raise TlsSettingsError("password", f"the password is longer than {_PASSWORD_BYTES} bytes")
    for part, file in (("cert_file", certificate.cert_file), ("key_file", certificate.key_file)):
        if file is not None:
            _check_readable(part, file)
    asked: list[bool] = []

    def tell() -> str:
        asked.append(True)
        return password

    try:
        # Asked or not, OpenSSL must never ask the terminal.
        context.load_cert_chain(certificate.cert_file, certificate.key_file, tell)
    except ssl.SSLError as error:
        raise _refused(certificate, error, bool(asked)) from None
    except (OSError, ValueError) as error:
        raise TlsSettingsError("cert_file", f"cannot be used: {error}", file=certificate.cert_file) from None


def _check_readable(part: str, file: str) -> None:
    try:
        with open(file, "rb"):
            return
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise TlsSettingsError(part, f"cannot be read: {cause}", file=file) from None


def _refused(certificate: ClientCertificate, error: ssl.SSLError, encrypted: bool) -> TlsSettingsError:
    """Which of certificate, key and password is to blame; OpenSSL does not say."""
    key = certificate.key_file or certificate.cert_file
    part = "key_file" if certificate.key_file else "cert_file"
    if error.reason == "KEY_VALUES_MISMATCH":
        return TlsSettingsError(part, "the key is of another certificate", file=key)
    if _no_certificate(certificate.cert_file):
        return TlsSettingsError("cert_file", "holds no certificate in PEM form", file=certificate.cert_file)
    if encrypted and certificate.password:
        return TlsSettingsError("password", "the password does not open the key", file=key, mendable=True)
    if encrypted:
        return TlsSettingsError(part, "the key is encrypted, and there is no `password`", file=key)
    if error.reason in ("EE_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "CA_KEY_TOO_SMALL"):
        words = str(error.reason).lower().replace("_", " ")
        return TlsSettingsError("cert_file", f"OpenSSL refuses it: {words}", file=certificate.cert_file)
    hint = "" if certificate.key_file else "name the key's file as `key_file`"
    return TlsSettingsError(part, "holds no private key in PEM form", hint, file=key)


def _no_certificate(file: str) -> bool:
    probe: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        probe.load_verify_locations(file)
    except (OSError, ValueError):
        return True
    return False


def _log_keys(context: ssl.SSLContext, file: str) -> None:
    try:
        context.keylog_filename = file
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise TlsSettingsError("SSLKEYLOGFILE", f"cannot be written: {cause}", file=file) from None
