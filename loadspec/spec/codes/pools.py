"""Pools and their data."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

_USERS = "email,password\nada@example.com,one\nbob@example.com,two\n"
_LOGIN = (
    "endpoints:\n  login:\n    method: POST\n    path: /login\n"
    '    json: {email: "{{ pool.users.%s }}", password: "{{ pool.users.password }}"}\n'
)

CODES: dict[str, Code] = {
    "LS070": Code(
        "a pool's file that cannot be used",
        "The file or folder is not there, cannot be read, or lies outside the spec's folder once links are followed. "
        "Names are relative to the folder of the spec. Hidden files are refused. Where the name does not end with "
        ".txt, .csv, .tsv, .json, .jsonl or .yaml, `format` says what it is.",
        "pools:\n  users: {file: data/user.csv}\n" + _LOGIN % "email",
        "pools:\n  users: {file: data/users.csv}\n" + _LOGIN % "email",
        {"data/users.csv": _USERS},
    ),
    "LS071": Code(
        "data that cannot be read",
        "A line of a pool's file is malformed: it is not UTF-8, no JSON, has more or fewer cells than the header, a "
        "quote that is never closed, a cell that is not of its type, or a weight that is no number. The place is that "
        "of the file of data. Its line is not shown: it may hold a password.",
        "pools:\n  users: {file: data/users.csv, types: {id: int}}\n" + _LOGIN % "id",
        "pools:\n  users: {file: data/users.csv}\n" + _LOGIN % "id",
        {"data/users.csv": "id,password\n1,one\n2b,two\n"},
    ),
    "LS072": Code(
        "keys of a pool that do not fit together",
        "A key says nothing beside the others, or contradicts them: `at_end` where rows never end (`random`, "
        "`weighted`, `zipf`), `weight` without `pick: weighted`, `exponent` without `pick: zipf`, `header` without a "
        "csv or tsv file, `unique` that wraps, or `bust` that does not say which column to change.",
        "pools:\n  prompts: {pick: random, at_end: stop, items: [a fox in snow, a bowl of ramen]}\n"
        'endpoints:\n  home: {path: "/?q={{ pool.prompts }}"}\n',
        "pools:\n  prompts: {pick: sequential, at_end: stop, items: [a fox in snow, a bowl of ramen]}\n"
        'endpoints:\n  home: {path: "/?q={{ pool.prompts }}"}\n',
    ),
    "LS073": Code(
        "an unknown column",
        "The items of the pool have no such key. The columns of a csv or tsv file are those of its header, as "
        "`columns` renames them; those of other data are the keys that its mappings have.",
        "pools:\n  users: {file: data/users.csv}\n" + _LOGIN % "emial",
        "pools:\n  users: {file: data/users.csv}\n" + _LOGIN % "email",
        {"data/users.csv": _USERS},
    ),
    "LS074": Code(
        "a pool without a row",
        "The file has no row below its header, the folder no file, or `where` leaves nothing to draw: that is known "
        "only when a run begins, as `where` may ask for values of `env`.",
        "pools:\n  users: {file: data/none.csv}\n" + _LOGIN % "email",
        "pools:\n  users: {file: data/users.csv}\n" + _LOGIN % "email",
        {"data/none.csv": "email,password\n", "data/users.csv": _USERS},
    ),
}
