"""`hmac`: a signature over the finished request, by a secret that never leaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from loadspec.expr import Binding, Bytes, EvalError, ExprError, Scope, compile_bytes, header_value
from loadspec.protocols.http.auth.credentials import Credentials, Tools
from loadspec.protocols.http.cookies import target_in
from loadspec.protocols.http.parts import host_in, insert
from loadspec.protocols.user import User
from loadspec.wire.request import check_header_name

clock: Callable[[], float] = time.time

ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
}
KEY_ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "text": lambda key: key,
    "hex": lambda key: bytes.fromhex(key.decode()),
    "base64": lambda key: base64.b64decode(b"".join(key.split()), validate=True),
}
TIMESTAMPS: Mapping[str, Callable[[float], str]] = {
    "unix": lambda now: str(int(now)),
    "unix_ms": lambda now: str(int(now * 1000)),
    "iso8601": lambda now: datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
}


class Signing:
    """What `request.NAME` gives while a request is being signed. One is enough: signing never waits."""

    __slots__ = ("body_hash", "host", "method", "nonce", "path", "query", "signature", "target", "timestamp")

    def __init__(self) -> None:
        self.method = self.target = self.path = self.query = self.host = ""
        self.body_hash = self.timestamp = self.nonce = self.signature = ""


class SigningScope(Scope):
    """The names of a flow, and `request.NAME`."""

    def __init__(self, names: Scope, signing: Signing) -> None:
        super().__init__(functions=names.functions)
        self._names = names
        self._signing = signing

    def resolve(self, parts: tuple[str, ...]) -> Binding:
        """See `Scope`."""
        if parts[0] == "request" and len(parts) > 1 and parts[1] in Signing.__slots__:
            signing, name = self._signing, parts[1]
            return Binding(get=lambda _user: getattr(signing, name), used=2)
        return self._names.resolve(parts)


def compile_hmac(settings: Mapping[str, Any], tools: Tools) -> Credentials:
    """`algorithm`, `key`, `key_encoding`, `string_to_sign`, `encoding`, `timestamp`, `header`, `value`, `headers`."""
    signing = Signing()
    scope = SigningScope(tools.scope, signing)
    digest = getattr(hashlib, settings["algorithm"])
    encode = ENCODINGS[settings["encoding"]]
    stamp = TIMESTAMPS[settings["timestamp"]]
    key = _key(settings, tools.scope)
    to_sign = compile_bytes(settings["string_to_sign"], scope)
    lines = {**settings["headers"], settings["header"]: settings["value"]}
    headers = [
        (check_header_name(name.encode()) + b": ", compile_bytes(value, scope, header_value).render)
        for name, value in lines.items()
    ]

    def sign(user: User, request: bytes) -> bytes:
        _, _, body = request.partition(b"\r\n\r\n")
        signing.method = request[: request.index(b" ")].decode()
        signing.target = target_in(request)
        signing.path, _, signing.query = signing.target.partition("?")
        signing.host = host_in(request).decode("latin-1")
        signing.body_hash = encode(digest(body).digest())
        signing.timestamp = stamp(clock())
        signing.nonce = token_hex(16)
        signing.signature = encode(hmac.digest(key(user), to_sign.render(user), digest))
        return insert(request, b"".join([name + value(user) + b"\r\n" for name, value in headers]))

    return Credentials(sign=sign, names=tuple(name.lower() for name in lines))


def _key(settings: Mapping[str, Any], scope: Scope) -> Callable[[User], bytes]:
    text: Bytes = compile_bytes(settings["key"], scope)
    decode = KEY_ENCODINGS[settings["key_encoding"]]

    def key(user: Any) -> bytes:
        try:
            return decode(text.render(user))
        except ValueError:
            raise EvalError(f"the key of `hmac` is not {settings['key_encoding']}") from None

    if not text.constant:
        return key
    try:
        once = key(None)
    except EvalError as error:
        raise ExprError(str(error)) from None
    return lambda _user: once
