"""`multipart`: multipart/form-data (RFC 7578), as browsers write it.

The boundary is a hash of what never changes of the body, the same for every request: so heads and constant parts are
built once. Constant parts never hold it, or another is taken. What a template gives is searched for it each time:
where it does occur, as in a body that the server sent back and that is uploaded again, this request gets another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from loadspec.expr import (
    Bytes,
    EvalError,
    ExprError,
    Scope,
    Template,
    compile_json_body,
    compile_template,
    to_bytes,
    to_text,
)
from loadspec.protocols.http.bodies.body import Body
from loadspec.protocols.http.parts import Parts, text
from loadspec.wire.files import File, Upload, type_of

_BOUNDARY = r"""(?i);\s*boundary="?([0-9A-Za-z'()+_,./:=?-]{1,70})"?\s*$"""
_ESCAPES = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})
"""As the HTML standard has them, and browsers."""

_Pieces = list[Any]
"""Parts: tuples of (head, content), or functions of the user that give any number of such pairs."""


def compile_multipart(fields: Mapping[str, Any], scope: Scope, own: str) -> Body:
    """Fields in their order: scalars, Uploads, or lists of either, which repeat the field; null leaves one out."""
    parts = [
        _part(name, item, scope)
        for name, value in fields.items()
        for item in (value if isinstance(value, list | tuple) else [value])
        if item is not None
    ]
    given = re.search(_BOUNDARY, own)
    if given:
        return _fixed(parts, given[1].encode(), own, scope)
    constants = [pair for part in parts if isinstance(part, tuple) for pair in part]
    boundary = _boundary([piece for pair in constants for piece in pair])
    kind: Parts = text(own, scope) if own else [b"multipart/form-data"]
    if all(isinstance(part, tuple) for part in parts):
        body = _assemble(boundary, constants)
        return Body(Bytes(lambda _user: body, True, body), [*kind, b"; boundary=" + boundary])
    return _changing(parts, boundary, kind)


def _boundary(contents: Iterable[bytes]) -> bytes:
    """A text of 33 characters that none of the contents holds."""
    digest = hashlib.blake2s(digest_size=12)
    for content in contents:
        digest.update(content)
    while True:
        boundary = b"loadspec-" + digest.hexdigest().encode()
        if not any(boundary in content for content in contents):
            return boundary
        digest.update(b"again")


def _assemble(boundary: bytes, parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    opening = b"--" + boundary + b"\r\n"
    pieces = [piece for head, content in parts for piece in (opening, head, content, b"\r\n")]
    return b"".join([*pieces, b"--", boundary, b"--\r\n"])


def _changing(parts: _Pieces, boundary: bytes, kind: Parts) -> Body:
    """The header names the boundary that the body turned out to need: rendering it makes the body, too."""
    ready: bytes | None = None

    def make(user: Any) -> bytes:
        """Make the body ready; gives its boundary."""
        nonlocal ready
        contents: list[tuple[bytes, bytes]] = []
        for part in parts:
            contents += part if part.__class__ is tuple else part(user)
        mine = boundary
        for _, content in contents:
            if boundary in content:
                mine = _boundary([content for _, content in contents])
                break
        ready = _assemble(mine, contents)
        return mine

    def head(user: Any) -> bytes:
        return b"; boundary=" + make(user)

    def size(user: Any) -> bytes:
        if ready is None:
            make(user)
        return b"%d\r\n\r\n" % len(ready or b"")

    def content(user: Any) -> bytes:
        nonlocal ready
        if ready is None:
            make(user)
        body, ready = ready or b"", None
        return body

    return Body(Bytes(content, False, b""), [*kind, head], size)


def _fixed(parts: _Pieces, boundary: bytes, own: str, scope: Scope) -> Body:
    """The spec's own boundary: content that holds it cannot be sent."""

    def content(user: Any) -> bytes:
        contents = [pair for part in parts for pair in (part if isinstance(part, tuple) else part(user))]
        if any(boundary in one for _, one in contents):
            raise EvalError(f"a part holds the boundary `{boundary.decode()}` that the Content-Type header gives")
        return _assemble(boundary, contents)

    if all(isinstance(part, tuple) for part in parts):
        _now(content)  # what is wrong with constants is said before the run
    return Body(Bytes(content, False, b""), text(own, scope))


def _part(name: str, value: Any, scope: Scope) -> Any:
    """A row of _Pieces: a value that is a list gives a part for each of its items."""
    upload = value if isinstance(value, Upload) else Upload(to_text(value))
    label = compile_template(name, scope)
    filename, kind = _names(upload, scope)
    if upload.is_json:
        content: Any = compile_json_body(upload.content, scope)
        get, constant = content.render, content.constant
    elif isinstance(upload.content, File):
        data = upload.content.data
        get, constant = (lambda _user: data), True
    else:
        template = compile_template(to_text(upload.content), scope)
        get, constant = template.render, template.constant
    render = partial(_render, label, filename, kind, get)
    if constant and all(part is None or part.constant for part in (label, filename, kind)):
        return tuple(_now(render))
    return render


def _now(render: Callable[[Any], Any]) -> Any:
    """A constant, made now: what is wrong with it is an error of the spec."""
    try:
        return render(None)
    except EvalError as error:
        raise ExprError(str(error)) from None


def _names(upload: Upload, scope: Scope) -> tuple[Template | None, Template | None]:
    """A part's file name and media type, where they are given or follow from what it is."""
    filename, kind = upload.filename, upload.type
    if isinstance(upload.content, File):
        filename = upload.content.name if filename is None else filename
        kind = type_of(upload.content.name) if kind is None else kind
    elif upload.is_json:
        kind = kind or "application/json"
    return (
        None if filename is None else compile_template(filename, scope),
        None if kind is None else compile_template(kind, scope),
    )


def _render(
    label: Template, filename: Template | None, kind: Template | None, get: Any, user: Any
) -> list[tuple[bytes, bytes]]:
    value = get(user)
    if value is None:
        return []
    head = f'Content-Disposition: form-data; name="{to_text(label.render(user)).translate(_ESCAPES)}"'
    if filename is not None:
        file = to_text(filename.render(user))
        head += f'; filename="{file.translate(_ESCAPES)}"'
    if kind is not None or filename is not None:
        media = type_of(file) if kind is None else to_text(kind.render(user))
        if "\r" in media or "\n" in media:
            raise EvalError("a part's type cannot hold a line break")
        head += f"\r\nContent-Type: {media}"
    opening = to_bytes(head + "\r\n\r\n")
    return [(opening, to_bytes(one)) for one in (value if isinstance(value, list | tuple) else [value])]
