"""`target.tls`: versions, ciphers and files, tried on OpenSSL as they will be used. Nothing is connected to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from loadspec.spec.diagnostics import Diagnostic, Path, brief
from loadspec.spec.places import Places
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.files import below_folder, check_ca_file
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.values import listing, mapping
from loadspec.wire.settings import ClientCertificate, Tls, TlsVersion

Found = Iterator[Diagnostic]

_VERSIONS = get_args(TlsVersion)
_NAME = r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:]+"
_PATH: Path = ("target", "tls")
_PEM = "name a PEM file below the spec's folder"


def check_tls(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """How connections are to be encrypted."""
    tls = mapping(mapping(document, "target"), "tls")
    if not tls:
        return
    yield from check_ca_file(places, (*_PATH, "ca_file"), tls.get("ca_file"))
    yield from _versions(places, tls)
    yield from _ciphers(places, tls)
    name = tls.get("server_name")
    if isinstance(name, str) and not re.fullmatch(_NAME, name):
        message = f"`{brief(name)}` is no host name"
        yield places.value((*_PATH, "server_name"), "LS140", message, help="a name alone, such as api.example.com")
    expressions = Expressions(places, work)
    for index, certificate in enumerate(listing(tls, "certificates")):
        if isinstance(certificate, Mapping):
            path = (*_PATH, "certificates", index)
            view = View(known, constants=("env", "vars", "run"))
            expressions.template(certificate.get("password"), (*path, "password"), view)
            yield from _hosts(places, path, certificate)
            yield from _certificate(places, path, certificate)
    yield from expressions.found
    yield from _unused(places, tls)


def _versions(places: Places, tls: Mapping[str, Any]) -> Found:
    low, high = tls.get("min_version"), tls.get("max_version")
    if low in _VERSIONS and high in _VERSIONS and str(low) > str(high):
        message = f"`min_version` {low} is above `max_version` {high}: no version is left"
        yield places.value((*_PATH, "min_version"), "LS140", message, help="make it the lower of the two")


def _ciphers(places: Places, tls: Mapping[str, Any]) -> Found:
    ciphers = tls.get("ciphers")
    if not isinstance(ciphers, str):
        return
    import ssl  # lazily: most specs have no such key

    from loadspec.wire.tls import set_ciphers

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    yield from _tried(places, _PATH, lambda: set_ciphers(context, Tls(ciphers=ciphers)))


def _tried(places: Places, path: Path, attempt: Callable[[], object], password: bool = True) -> Found:
    """What OpenSSL has to say. Without a `password` yet, nothing that one could mend."""
    from loadspec.wire.tls import TlsSettingsError

    try:
        attempt()
    except TlsSettingsError as error:
        if password or not error.mendable:
            help = error.hint or _HELP.get(error.part, "")
            yield places.value((*path, error.part), "LS140", error.message, help=help)


_HELP = {
    "cert_file": "a PEM file: the certificate first, then those that vouch for it",
    "key_file": "a PEM file with the key of that certificate",
    "password": "write the key's password as {{ env.NAME }}",
}


def _hosts(places: Places, path: Path, certificate: Mapping[str, Any]) -> Found:
    from loadspec.wire.hosts import parse_host_rule

    for index, host in enumerate(listing(certificate, "hosts")):
        try:
            parse_host_rule(str(host))
        except ValueError as error:
            yield places.value((*path, "hosts", index), "LS140", str(error).partition(":")[0], help=_HOSTS)


_HOSTS = "write a host, host:port, *.example.com or a network such as 10.0.0.0/8"


def _certificate(places: Places, path: Path, certificate: Mapping[str, Any]) -> Found:
    """A certificate and its key. A password that is a template is known when the run begins, and tried then."""
    files: dict[str, str] = {}
    for key in ("cert_file", "key_file"):
        name = certificate.get(key)
        if not isinstance(name, str):
            continue
        file, what = below_folder(places, name)
        if what:
            yield places.value((*path, key), "LS044", f"`{brief(name)}` {what}", help=_PEM)
            return
        files[key] = str(file)
    if "cert_file" not in files:
        return  # the schema has said so
    password = certificate.get("password")
    is_known = password is None or (isinstance(password, str) and "{{" not in password)
    one = ClientCertificate(files["cert_file"], files.get("key_file"), password if is_known else "?")
    yield from _tried(places, path, lambda: _load(one), is_known)


def _load(certificate: Any) -> None:
    import ssl

    from loadspec.wire.tls import load_certificate

    load_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate)


def _unused(places: Places, tls: Mapping[str, Any]) -> Found:
    """Warnings for settings that change nothing beside others."""
    if "ciphers" in tls and tls.get("min_version") == "1.3":
        message = "`ciphers` is for TLS 1.2 and below, and `min_version` is 1.3"
        yield places.key((*_PATH, "ciphers"), "LS141", message, help="leave it out", level="warning")
    if "ca_file" in tls and tls.get("insecure_skip_verify") is True:
        message = "`ca_file` is not looked at: `insecure_skip_verify` accepts any certificate"
        yield places.key((*_PATH, "ca_file"), "LS141", message, help="keep one of the two", level="warning")
    certificates = listing(tls, "certificates")
    for index, certificate in enumerate(certificates[:-1]):
        if isinstance(certificate, Mapping) and not certificate.get("hosts"):
            message = "this certificate is never shown: the one before it has no `hosts`, and so fits every host"
            path = (*_PATH, "certificates", index + 1)
            yield places.value(path, "LS141", message, help="put the one without `hosts` last", level="warning")
            return
