"""Digest's arithmetic (RFC 7616): a challenge read, a response computed. No I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from msgspec import Struct

from loadspec.wire.headers import header_list

_SCHEME = r"(?:^|,)[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s+[\w*-]+\s*=|\s*(?:,|$))"
_PARAM = r'([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))'
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_UNESCAPE = r"\\(.)"


def _hash(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


ALGORITHMS: dict[str, Callable[[str], str]] = {
    "MD5": _hash("md5"),
    "SHA-256": _hash("sha256"),
    "SHA-512-256": _hash("sha512_256"),
}
"""Name → hash of a text, in hex; each may end in -sess."""


class Challenge(Struct, frozen=True):
    """What a server asks for. `algorithm` is as the server spells it, "" if it did not; `qop` is "auth" or ""."""

    realm: str
    nonce: str
    algorithm: str = ""
    qop: str = ""
    opaque: str | None = None
    userhash: bool = False

    @property
    def session(self) -> bool:
        """Whether the algorithm is a -sess one."""
        return self.algorithm.lower().endswith("-sess")

    @property
    def hash(self) -> Callable[[str], str]:
        """The algorithm's hash; MD5 where none is named."""
        return ALGORITHMS[_base(self.algorithm)]


def _base(algorithm: str) -> str:
    name = algorithm.upper()
    return name.removesuffix("-SESS") or "MD5"


def read_challenge(head: bytes) -> Challenge | None:
    """The first Digest challenge of an answer's head that can be met, as the server prefers them; None for none."""
    for name, value in header_list(head):
        if name == b"www-authenticate":
            for scheme, params in _challenges(value.decode("utf-8", "surrogateescape")):
                challenge = _challenge(params) if scheme.lower() == "digest" else None
                if challenge is not None:
                    return challenge
    return None


def next_nonce(head: bytes) -> str | None:
    """The nonce that the server wants next (Authentication-Info)."""
    for name, value in header_list(head):
        if name == b"authentication-info":
            return _params(value.decode("utf-8", "surrogateescape")).get("nextnonce")
    return None


def _challenges(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A list of challenges; what stands in quotes is no scheme."""
    plain = re.sub(_QUOTED, lambda match: '"' + "x" * (len(match[0]) - 2) + '"', value)
    found = list(re.finditer(_SCHEME, plain))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(value)
        yield match[1], _params(value[match.end(1) : end])


def _params(text: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(_UNESCAPE, r"\1", quoted) if quoted or not token else token
        for name, quoted, token in re.findall(_PARAM, text)
    }


def _challenge(params: dict[str, str]) -> Challenge | None:
    algorithm = params.get("algorithm", "")
    offered = [item.strip().lower() for item in params.get("qop", "").split(",")]
    if "nonce" not in params or _base(algorithm) not in ALGORITHMS or not {"auth", ""} & set(offered):
        return None
    return Challenge(
        params.get("realm", ""),
        params["nonce"],
        algorithm,
        "auth" if "auth" in offered else "",
        params.get("opaque"),
        params.get("userhash", "").lower() == "true",
    )


def first_hash(challenge: Challenge, username: str, password: str, cnonce: str) -> str:
    """H(A1): the same for all requests that answer one challenge with one cnonce."""
    hashed = challenge.hash(f"{username}:{challenge.realm}:{password}")
    return challenge.hash(f"{hashed}:{challenge.nonce}:{cnonce}") if challenge.session else hashed


def authorization(challenge: Challenge, username: str, ha1: str, method: str, uri: str, cnonce: str, count: int) -> str:
    """The Authorization header's value."""
    hashed, nonce = challenge.hash, challenge.nonce
    ha2 = hashed(f"{method}:{uri}")
    if challenge.qop:
        response = hashed(f"{ha1}:{nonce}:{count:08x}:{cnonce}:{challenge.qop}:{ha2}")
    else:
        response = hashed(f"{ha1}:{nonce}:{ha2}")
    fields = [
        _username(challenge, username),
        f'realm="{_escaped(challenge.realm)}"',
        f'nonce="{_escaped(nonce)}"',
        f'uri="{uri}"',
        f'response="{response}"',
    ]
    if challenge.algorithm:
        fields.append(f"algorithm={challenge.algorithm}")
    if challenge.opaque is not None:
        fields.append(f'opaque="{_escaped(challenge.opaque)}"')
    if challenge.qop:
        fields += [f"qop={challenge.qop}", f"nc={count:08x}"]
    if challenge.qop or challenge.session:
        fields.append(f'cnonce="{cnonce}"')
    if challenge.userhash:
        fields.append("userhash=true")
    return "Digest " + ", ".join(fields)


def _username(challenge: Challenge, username: str) -> str:
    """RFC 7616 §3.4.4: hashed where the server wants it so, else in the extended notation if it is no ASCII."""
    if challenge.userhash:
        return f'username="{challenge.hash(f"{username}:{challenge.realm}")}"'
    if username.isascii():
        return f'username="{_escaped(username)}"'
    return f"username*=UTF-8''{quote(username, safe='')}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
