"""Keys and values against the schema."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS012": Code(
        "an unknown key",
        "No key is ignored: a misspelt setting that is silently dropped makes a test that tests something else. The "
        "help lists the keys that may stand here.",
        "treshold:\n  http_req_failed: rate < 1%\n",
        "thresholds:\n  http_req_failed: rate < 1%\n",
    ),
    "LS013": Code(
        "a value of the wrong type",
        "The value is a text where a number is wanted, a list where a mapping is wanted, and so on. Quotes make a "
        'text: `"5"` is one, `5` is a number. Durations are texts with a unit. By YAML 1.2, `yes` and `on` are texts '
        "too: the truth values are `true` and `false`.",
        'vus: "5"\nduration: 30s\n',
        "vus: 5\nduration: 30s\n",
    ),
    "LS014": Code(
        "a missing key",
        "Something cannot work without this key: a spec without `loadspec` and a flow, an endpoint without `path`, a "
        "poll without `until`, a pool without data.",
        "endpoints:\n  job: {path: /job}\nflow:\n  - poll: job\n",
        "endpoints:\n  job: {path: /job}\nflow:\n  - poll: job\n    until: json.status == 'done'\n",
    ),
    "LS015": Code(
        "a value that is not one of the choices",
        "The key takes one of a few words, which the help lists. They are written as they stand, in lower case unless "
        "shown otherwise.",
        "pools:\n  words: {items: [red, green], pick: cycle}\n"
        'flow:\n  - call: home\n    query: {q: "{{ pool.words }}"}\n',
        "pools:\n  words: {items: [red, green], pick: sequential}\n"
        'flow:\n  - call: home\n    query: {q: "{{ pool.words }}"}\n',
    ),
    "LS016": Code(
        "a value out of bounds",
        "The value has the right type, and is too small, too large, empty, or malformed.",
        "vus: 0\nduration: 30s\n",
        "vus: 1\nduration: 30s\n",
    ),
    "LS017": Code(
        "keys that exclude each other",
        "Two keys say two things where one is meant: a step with two actions, a capture with two sources, "
        "a pool of items and of a file.",
        "endpoints:\n  login:\n    path: /login\n    capture: {_id: {jsonpath: $.id, header: X-Id}}\n",
        "endpoints:\n  login:\n    path: /login\n    capture: {_id: {jsonpath: $.id}}\n",
    ),
    "LS018": Code(
        "a number that JSON cannot hold",
        "`.inf`, `.nan` and numbers beyond a double's range have no JSON form, so they could neither be sent nor "
        "reported. Quote the value if it is a text.",
        "vars:\n  limit: .inf\n",
        "vars:\n  limit: 1000000\n",
    ),
    "LS038": Code(
        "a malformed name",
        "Names of endpoints, pools, variables, metrics and captures are used in expressions, so they have letters, "
        "digits and underscores, and begin with no digit.",
        "endpoints:\n  log-in: {path: /login}\nflow:\n  - call: log-in\n",
        "endpoints:\n  log_in: {path: /login}\nflow:\n  - call: log_in\n",
    ),
}
