"""What is tried before a run begins: settings that only the values of variables make whole."""

from __future__ import annotations

import os
from typing import Any

from loadspec.errors import ExitCode, LoadspecError
from loadspec.expr import ExprError, Missing, Scope
from loadspec.run.values import check_values
from loadspec.spec.model import Spec
from loadspec.wire.settings import Tls
from loadspec.wire.tls import TlsSettingsError, make_context


def check_run(spec: Spec) -> None:
    """The base URL, `network` and TLS. Raises LoadspecError (104) before anything is sent."""
    check_values(spec)
    check_tls(spec)


def check_tls(spec: Spec) -> None:
    """A context for each client certificate, with its password. Raises LoadspecError (104).

    What no setting asks for is not tried: the system's authorities take some 10 ms to read.
    """
    keylog = os.environ.get("SSLKEYLOGFILE")
    tls = _rendered(spec)
    if tls == Tls() and not keylog:
        return
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
    """The settings with their passwords. What cannot be rendered is left as it is: the worker says why."""
    from loadspec.plan.settings import render_settings  # the process that leads a run loads it only where it must

    values: dict[str | tuple[str, ...], Any] = {("env", name): value for name, value in spec.env_values.items()}
    values.update({("vars", name): value for name, value in spec.vars.items()})
    try:
        return render_settings(spec.settings, Scope(constants=values)).tls
    except (ExprError, Missing):
        return Tls()
