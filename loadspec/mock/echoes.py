"""Routes that say what they got: uploads, GraphQL, cookies."""

from __future__ import annotations

import hashlib
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

from loadspec.mock.http import MAX_BODY, Answer, BadRequestError, Request, answer_json

if TYPE_CHECKING:
    from loadspec.mock.state import State

_REDIRECTS = ("301", "302", "303", "307", "308")
_ATTRIBUTES = ("Domain", "Path", "Max-Age", "Expires", "Secure", "HttpOnly", "SameSite")


def upload(state: State, request: Request) -> Answer:
    """What came: type, size and SHA-256 of the body, and of each part of a multipart one."""
    if request.body is None:
        raise BadRequestError(f"the body is longer than {MAX_BODY} bytes", 413)
    view: dict[str, Any] = {"type": request.content_type, **_measured(request.body)}
    if request.content_type.lower().startswith("multipart/"):
        view["parts"] = _parts(request.content_type, request.body)
    return answer_json(view, 201)


def _measured(data: bytes) -> dict[str, Any]:
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _parts(content_type: str, body: bytes) -> list[dict[str, Any]]:
    """The parts, by Python's own parser of MIME."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.defects:
        raise BadRequestError("the multipart body is malformed")
    parts = []
    for part in message.iter_parts():
        data: Any = part.get_payload(decode=True) or b""
        view = {"name": part.get_param("name", header="content-disposition"), "filename": part.get_filename()}
        view["type"] = part.get_content_type() if "content-type" in part else None
        if view["filename"] is None:
            view["text"] = data.decode("utf-8", "replace")
        parts.append({**view, **_measured(data)})
    return parts


def graphql(state: State, request: Request) -> Answer:
    """Answers `image(id: …)` with what it was asked; a query that holds `fail` gives 200 with `errors`."""
    data = request.data()
    query = data.get("query")
    if not isinstance(query, str) or not query.strip():
        return answer_json({"errors": [{"message": "there is no query"}]}, 400)
    variables = data.get("variables") or {}
    if "fail" in query:
        return answer_json({"data": None, "errors": [{"message": "the resolver failed", "path": ["image"]}]})
    image = {"id": variables.get("id") if isinstance(variables, dict) else None, "status": "done"}
    return answer_json({"data": {"image": image}, "extensions": {"operation": data.get("operationName")}})


def set_cookies(state: State, request: Request) -> Answer:
    """Each query parameter is a cookie; those called as an attribute (Path, Max-Age, …) go to all of them."""
    given = request.parameters()
    attributes = "".join(f"; {name}={given[name]}" for name in _ATTRIBUTES if name in given)
    cookies = {name: value for name, value in given.items() if name not in _ATTRIBUTES}
    return answer_json(cookies, 200, tuple(("Set-Cookie", f"{k}={v}{attributes}") for k, v in cookies.items()))


def redirect(state: State, request: Request, left: str) -> Answer:
    """Redirects so many times, with the parameter `status` (302), and then says by which method it was asked."""
    if not left.isdigit() or len(left) > 3:
        raise BadRequestError("the number of redirects is a number below 1000")
    status = request.parameters().get("status", "302")
    if status not in _REDIRECTS:
        raise BadRequestError(f"status is one of {', '.join(_REDIRECTS)}")
    if int(left) == 0:
        return answer_json({"method": request.method, "size": len(request.body or b"")})
    to = f"/api/redirect/{int(left) - 1}?status={status}"
    return answer_json({"to": to}, int(status), (("Location", to),))


def cookies(state: State, request: Request) -> Answer:
    """The cookies that came."""
    return answer_json({"cookies": request.cookies()})
