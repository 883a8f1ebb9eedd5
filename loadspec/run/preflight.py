"""What is tried before a run begins: settings that only the values of variables make whole."""

from __future__ import annotations

import os

from msgspec.structs import replace

from loadspec.doctor import examine, look, need_of
from loadspec.errors import ExitCode, LoadspecError
from loadspec.run.values import check_values, target
from loadspec.spec.constants import constants, folded
from loadspec.spec.model import Spec
from loadspec.wire.settings import Tls


def check_run(spec: Spec) -> None:
    """The spec's name, the base URL, `network` and TLS. Raises LoadspecError (104) before anything is sent."""
    if any("\ud800" <= char <= "\udfff" for char in spec.source):
        raise LoadspecError("the spec's file or folder has a name that is no UTF-8", "rename it", ExitCode.INVALID_SPEC)
    check_values(spec)
    check_tls(spec)


def machine_warnings(spec: Spec, workers: int) -> list[str]:
    """What this machine lacks for the spec, as sentences with a way out: `doctor`'s checks that failed."""
    need = need_of(spec, target(spec), workers)
    failed = [found for found in examine(look(need.local_ips), need) if found.level == "fail"]
    return [f"{found.check}: {found.text}; mend it: {found.mend}" for found in failed]


def check_tls(spec: Spec) -> None:
    """A context for each client certificate, with its password. Raises LoadspecError (104).

    What no setting asks for is not tried: the system's authorities take some 10 ms to read.
    """
    keylog = os.environ.get("SSLKEYLOGFILE")
    tls = _rendered(spec)
    if tls == Tls() and not keylog:
        return
    from loadspec.wire.tls import TlsSettingsError, make_context  # lazily: few specs need more than the defaults

    for index, certificate in enumerate(tls.certificates or (None,)):
        try:
            make_context(tls, certificate, (), keylog)
        except TlsSettingsError as error:
            where = f"certificates[{index}].{error.part}" if error.part in _OF_CERTIFICATES else error.part
            key = where if where == "SSLKEYLOGFILE" else f"target.tls.{where} of {spec.source}"
            hint = f"it is {key}" + (f"; {error.hint}" if error.hint else "")
            raise LoadspecError(str(error), hint, ExitCode.INVALID_SPEC) from None


_OF_CERTIFICATES = ("cert_file", "key_file", "password")


def _rendered(spec: Spec) -> Tls:
    """The settings with their passwords; none where one is not known yet: then the worker says what is wrong."""
    tls, scope = spec.settings.tls, constants(spec)
    certificates = []
    for one in tls.certificates:
        password = None if one.password is None else folded(one.password, scope)
        if password is None and one.password is not None:
            return Tls()
        certificates.append(replace(one, password=password))
    return replace(tls, certificates=tuple(certificates))
