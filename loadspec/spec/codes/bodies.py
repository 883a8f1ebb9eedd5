"""Bodies, credentials and cookies of requests."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS080": Code(
        "more than one body",
        "A request sends one of `json`, `form`, `multipart`, `body` and `graphql`. A step's own body replaces the "
        "endpoint's where it is of another kind.",
        "endpoints:\n  login: {method: POST, path: /login, json: {a: 1}, form: {a: 1}}\n",
        "endpoints:\n  login: {method: POST, path: /login, json: {a: 1}}\n",
    ),
    "LS081": Code(
        "a body that may not be read",
        "A GET or HEAD request may carry a body, but no server has to read it, and some refuse it: most often "
        "`method: POST` was forgotten. It is sent as it is written.",
        "endpoints:\n  login: {path: /login, json: {a: 1}}\n",
        "endpoints:\n  login: {method: POST, path: /login, json: {a: 1}}\n",
    ),
    "LS082": Code(
        "a body that is not whole",
        "A part of a multipart body that is a mapping has exactly one of `file`, `content` and `json`, and `graphql` "
        "has a `query`.",
        "endpoints:\n  upload: {method: POST, path: /upload, multipart: {photo: {filename: a.png}}}\n",
        "endpoints:\n  upload: {method: POST, path: /upload, multipart: {photo: {filename: a.png, content: x}}}\n",
    ),
    "LS083": Code(
        "credentials that contradict",
        "`auth` writes a header, a query parameter or a cookie, and the same request writes it, too; or a key, a name "
        "or a URL of `auth` cannot be what it must be. `auth: null` removes credentials that come from `target`.",
        "endpoints:\n  me: {path: /me, auth: {bearer: x}, headers: {Authorization: y}}\n",
        "endpoints:\n  me: {path: /me, auth: {bearer: x}}\n",
    ),
    "LS084": Code(
        "an illegal cookie",
        "A cookie's name is a word without blanks, `=`, `;` and `,`; its value has no `;` and no line break. A request "
        "has `cookies` or a header `Cookie`, not both.",
        "endpoints:\n  home: {path: /, cookies: {theme: 'dark; size=2'}}\n",
        "endpoints:\n  home: {path: /, cookies: {theme: dark, size: 2}}\n",
    ),
}
