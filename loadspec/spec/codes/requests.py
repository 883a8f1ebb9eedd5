"""Requests and their answers."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS032": Code(
        "a malformed path or URL",
        "A path begins with `/` and follows `target.base_url`; a whole URL begins with http:// or https://. Blanks are "
        "written %20, and parameters are easier under `query`. As a warning: a path that repeats `base_url`, or a "
        "`base_url` with a query.",
        "endpoints:\n  items: {path: api/items}\n",
        "endpoints:\n  items: {path: /api/items}\n",
    ),
    "LS034": Code(
        "an illegal header",
        "A header's name has letters, digits and hyphens, its value is one line of Latin-1. No name stands twice: case "
        "does not count. What frames the body (Content-Length, Transfer-Encoding) is set by loadspec. As a warning: a "
        "name that is most likely misspelt.",
        "endpoints:\n  items: {path: /items, headers: {Content-Length: 5}}\n",
        "endpoints:\n  items: {path: /items, headers: {X-Length: 5}}\n",
    ),
    "LS037": Code(
        "a capture that cannot work",
        "The JSONPath, regular expression, or other locator of a capture does not parse. A JSONPath begins with `$`.",
        "endpoints:\n  login: {path: /login, capture: {token: data.token}}\n",
        "endpoints:\n  login: {path: /login, capture: {token: $.data.token}}\n",
    ),
    "LS049": Code(
        "a secret in plain text",
        "A password, key or token stands in the file, for whoever reads it and in every report. Declare it under `env` "
        "with `secret: true`: its value then comes from outside and is masked wherever it would be shown.",
        'endpoints:\n  items: {path: /items, auth: {bearer: "s3cr3t-t0ken"}}\n',
        "env:\n  API_TOKEN: {secret: true}\nendpoints:\n"
        '  items: {path: /items, auth: {bearer: "{{ env.API_TOKEN }}"}}\n',
    ),
    "LS041": Code(
        "an environment variable without a value",
        "The variable is declared without a default, or as required, and neither the environment nor `--env` gives it "
        "a value. `validate` does not look at values; `run` does.",
        "$ loadspec run spec.yaml\nenv:\n  API_KEY: {required: true, secret: true}\nflow:\n  - call: home\n"
        '    headers: {X-Api-Key: "{{ env.API_KEY }}"}\n',
        "$ API_KEY=k loadspec run spec.yaml\nenv:\n  API_KEY: {required: true, secret: true}\nflow:\n  - call: home\n"
        '    headers: {X-Api-Key: "{{ env.API_KEY }}"}\n',
    ),
}
