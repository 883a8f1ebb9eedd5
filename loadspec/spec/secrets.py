"""The secrets that a spec knows: values that no report, log or message may show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from loadspec.expr import Scope
from loadspec.masking import AUTH_SECRETS, MASK, SHORTEST, TELLING_HEADER, is_telling, revealed
from loadspec.output_kinds import BrokenOutputError, Out, Output, find_output
from loadspec.spec.constants import constants, folded
from loadspec.spec.model import Auth, Spec, all_exchanges

_LOGIN = r"^(\w+://[^/?#:{}]*:)[^{}]*@"
"""A URL up to the password in it, and that."""


def known_secrets(spec: Spec) -> list[str]:
    """Values of secret environment variables, and those of `auth` that are known before the run."""
    found = {revealed(value): None for name, value in spec.env_values.items() if spec.env[name].secret}
    scope = constants(spec)
    for auth in credentials(spec):
        text = auth.settings.get(AUTH_SECRETS[auth.kind], "")
        value = folded(text, scope) or ""
        if len(value) >= SHORTEST:
            found[value] = None
    if len(password := _proxy_password(spec, scope)) >= SHORTEST:
        found[password] = None
    for secret in secrets_of_outputs(spec.outputs, scope):
        found[secret] = None
    return list(found)


def too_short(spec: Spec) -> list[str]:
    """What there is to say of secrets that are not looked for in texts."""
    lengths = {name: len(revealed(value)) for name, value in spec.env_values.items() if spec.env[name].secret}
    return [
        f"{name} is no secret that could be masked: with fewer than {SHORTEST} characters it is found in any text"
        for name, length in lengths.items()
        if 0 < length < SHORTEST
    ]


def masked_options(arguments: Sequence[str]) -> list[str]:
    """A command line in which no value of a telling name is shown: that of `--env PASSWORD=...`."""
    return [
        f"{head}{name}={MASK}" if equals and value and is_telling(name) else argument
        for argument in arguments
        for head, name, equals, value in [_assignment(argument)]
    ]


def _assignment(argument: str) -> tuple[str, str, str, str]:
    head = next((start for start in ("--env=", "-e") if argument.startswith(start)), "")
    return (head, *argument.removeprefix(head).partition("="))


def secrets_of_outputs(outs: Iterable[Out], scope: Scope | None = None) -> Iterator[str]:
    """What is secret in targets of outputs: passwords and tokens, in URLs and settings. Texts may be templates."""
    for out in outs:
        value = str if scope is None else partial(_value, scope)
        yield from (text for text in _texts_of(out, _output(out.name), value) if len(text) >= SHORTEST)


def _value(scope: Scope, text: object) -> str:
    return folded(str(text), scope) or ""


def _output(name: str) -> Output:
    try:
        return find_output(name) or _UNKNOWN
    except BrokenOutputError:
        return _UNKNOWN


_UNKNOWN = Output("file", "", "")


def _texts_of(out: Out, output: Output, value_of: Callable[[object], str]) -> Iterator[str]:
    yield from _texts_of_url(value_of(out.text), output.secret)
    for name, value in out.options.items():
        if name == "headers" and isinstance(value, Mapping):
            yield from (value_of(text) for key, text in value.items() if re.fullmatch(TELLING_HEADER, str(key).lower()))
        elif name in output.options and output.options[name].secret:
            yield value_of(value)


def _texts_of_url(url: str, whole: bool) -> Iterator[str]:
    """A URL's password, tokens among its parameters and, if it is a secret as a `whole`, its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    yield parts.netloc.rpartition("@")[0].partition(":")[2]
    yield unquote(parts.password or "")
    for name, value in parse_qsl(parts.query):
        if re.search(_TELLING_PARAMETER, name):
            yield value
    if whole:
        path = parts.path.strip("/")
        yield f"{parts.netloc.rpartition('@')[2]}/{path}" if path else ""
        yield path if len(path) >= _LONG else ""
        yield parts.query


_LONG = 12
"""Characters of a path from which on it is hidden by itself: a shorter one may be a word, and is with its host."""
_TELLING_PARAMETER = r"(?i)^p$|pass|token|secret|key|sig"


def _proxy_password(spec: Spec, scope: Scope) -> str:
    proxy = spec.settings.http.proxy
    if not proxy:
        return ""
    from loadspec.wire.proxies import parse_proxy  # lazily: most specs name none

    try:
        return parse_proxy(folded(proxy, scope) or "").password
    except ValueError:
        return ""


def credentials(spec: Spec) -> Iterator[Auth]:
    """The credentials of all requests."""
    requests = list(spec.endpoints.values())
    for flow in (spec.setup, spec.teardown, *(scenario.flow for scenario in spec.scenarios)):
        requests += [step.request for step in all_exchanges(flow)]
    yield from (request.auth for request in requests if request.auth is not None)


def pools_of_credentials(spec: Spec) -> set[str]:
    """Names of the pools that secrets of `auth` are drawn from."""
    texts = (str(auth.settings.get(AUTH_SECRETS[auth.kind], "")) for auth in credentials(spec))
    return {name for text in texts for found in _DRAWN.findall(text) for name in found if name}


_DRAWN = re.compile(r"\bpool\s*\.\s*(\w+)|\bdraw\(\s*['\"](\w+)['\"]")


def token_endpoints(spec: Spec) -> dict[str, str]:
    """Name → URL of the requests for tokens, which are no endpoints of the spec."""
    return {auth.settings["name"]: auth.settings["token_url"] for auth in credentials(spec) if auth.kind == "oauth2"}


def without_credentials(document: Any) -> Any:
    """A document whose secrets of `auth` and of client certificates are masked, but for those that are templates."""
    if isinstance(document, list):
        return [without_credentials(item) for item in document]
    if not isinstance(document, Mapping):
        return document
    masked = {
        key: _masked_auth(value) if key == "auth" and isinstance(value, Mapping) else without_credentials(value)
        for key, value in document.items()
    }
    if isinstance(proxy := masked.get("proxy"), str):
        masked["proxy"] = re.sub(_LOGIN, rf"\1{MASK}@", proxy)
    if isinstance(pools := masked.get("pools"), Mapping):
        masked["pools"] = {name: _masked_rows(pool) for name, pool in pools.items()}
    if "cert_file" in masked and "password" in masked:
        masked["password"] = _masked(masked["password"])
    return masked


def _masked_rows(pool: Any) -> Any:
    """A pool in which no item shows what it has under a telling name."""
    if not isinstance(pool, Mapping) or not isinstance(pool.get("items"), list):
        return pool
    return {**pool, "items": [_masked_row(row) if isinstance(row, Mapping) else row for row in pool["items"]]}


def _masked_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _masked(cell) if is_telling(str(name)) else cell for name, cell in row.items()}


def _masked_auth(auth: Mapping[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = {}
    for kind, value in auth.items():
        secret = AUTH_SECRETS.get(kind, "")
        if isinstance(value, Mapping):
            masked[kind] = {k: _masked(v) if k == secret else v for k, v in value.items()}
        else:
            masked[kind] = _masked(value) if kind in AUTH_SECRETS else value
    return masked


def _masked(value: Any) -> Any:
    text = str(value)
    return value if value is None or (text.startswith("{{") and text.endswith("}}")) else MASK
