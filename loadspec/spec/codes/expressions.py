"""Expressions and templates."""

from __future__ import annotations

from loadspec.spec.codes.code import Code

CODES: dict[str, Code] = {
    "LS026": Code(
        "an expression that does not parse",
        "Expressions are a small part of Python's: comparisons, `and`, `or`, `not`, `in`, arithmetic, indexing, and "
        "the functions of the documentation. No assignments, attributes, comprehensions, lambdas or powers. `checks`, "
        "`when`, `until`, `fail_when` and `record` hold a bare expression, all other texts a template with `{{ }}`.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status = 200\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status == 200\n",
    ),
    "LS043": Code(
        "a template where none is expanded",
        "A variable that is a text may be a template. Texts inside a list or mapping of `vars` are data, sent as they "
        "stand: give such a text a variable of its own.",
        'vars:\n  users: [{mail: "load+{{ run.id }}@example.com"}]\n',
        'vars:\n  mail: "load+{{ run.id }}@example.com"\n',
    ),
}
