"""Captures and checks."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS075": Code(
        "a capture whose libraries are not installed",
        "`css` and `xpath` read HTML and XML by lxml and cssselect, which not every load test needs: the extra `html` "
        "brings them. Install it by pip install 'loadspec[html]', also where the load runs, or capture by `regex`.",
        "endpoints:\n  form:\n    path: /form\n    capture: {csrf: {css: 'input[name=csrf]', attribute: value}}\n",
        'endpoints:\n  form:\n    path: /form\n    capture: {csrf: {regex: \'name="csrf" value="([^"]+)"\'}}\n',
    ),
    "LS076": Code(
        "keys of a capture that mean nothing together",
        "`attribute` belongs to `css`; `pick` chooses one of several matches and `all` keeps every one; `body`, "
        "`status`, `duration` and `cookie` are one value, of which nothing is chosen.",
        "endpoints:\n  items:\n    path: /items\n    capture: {ids: {jsonpath: '$[*].id', all: true, pick: last}}\n",
        "endpoints:\n  items:\n    path: /items\n    capture: {ids: {jsonpath: '$[*].id', all: true}}\n",
    ),
    "LS077": Code(
        "a check with a malformed value",
        "A size has a unit (512B, 2kB, 1.5MB, 1MiB), a header a legal name and a regular expression of RE2's syntax, a "
        "media type no parameters, and a hash as many hexadecimal digits as its kind: 64 of sha256, 32 of md5.",
        "endpoints:\n  items: {path: /items, checks: {a list came: {content_type: json}}}\n",
        "endpoints:\n  items: {path: /items, checks: {a list came: {content_type: application/json}}}\n",
    ),
    "LS078": Code(
        "a JSON Schema that is none",
        "The schema of a check is compiled when the spec is read. Nothing is fetched for it: a `$ref` leads to a place "
        "in the same schema. `pattern` has no look-around and no back-references, as all regular expressions here.",
        "endpoints:\n  items:\n    path: /items\n    checks:\n      a list came: {schema: {type: list}}\n",
        "endpoints:\n  items:\n    path: /items\n    checks:\n      a list came: {schema: {type: array}}\n",
    ),
    "LS079": Code(
        "a keyword that JSON Schema does not know",
        "The standard has validators ignore what they do not know, so a misspelt keyword asks for nothing, and the "
        "check holds for every body. A warning: the name looks much like one that exists.",
        "endpoints:\n  items:\n    path: /items\n    checks:\n      it has an id: {schema: {requird: [id]}}\n",
        "endpoints:\n  items:\n    path: /items\n    checks:\n      it has an id: {schema: {required: [id]}}\n",
    ),
}
