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
        "stand: give such a text a variable of its own. As a warning: a template of another tool, such as ${name}, "
        "which is sent as it stands.",
        'vars:\n  users: [{mail: "load+{{ run.id }}@example.com"}]\n',
        'vars:\n  mail: "load+{{ run.id }}@example.com"\n',
    ),
    "LS047": Code(
        "a condition that is decided before the run",
        "The condition is a number or truth value, so that it always or never holds, or an earlier branch has the same "
        "one. In `checks`, `status: 200` names a check and gives it a number that always holds: it compares nothing.",
        "endpoints:\n  home:\n    path: /\n    checks: {status: 200}\n",
        "endpoints:\n  home:\n    path: /\n    checks: {status: status == 200}\n",
    ),
    "LS095": Code(
        "an expression that can never work",
        "It adds, compares, calls or looks into a value of a kind that this cannot be done with, so every evaluation "
        "fails: `headers['x'] > 5` compares text with a number. `int(x)`, `float(x)` and `str(x)` turn one into the "
        "other.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      it is short: headers['content-length'] < 500\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      it is short: int(headers['content-length']) < 500\n",
    ),
    "LS096": Code(
        "a comparison that always says the same",
        "Values of these kinds are never equal, or no value satisfies both sides. The expression works, and cannot "
        "mean what it says: `status == '200'` compares a number with a text.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status == '200'\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status == 200\n",
    ),
    "LS097": Code(
        "a regular expression that cannot be used",
        "Regular expressions are RE2's, in time linear in the text, so that none can stall the other users. There is "
        "no look-around and no back-reference; counts are at most 1000; the end of the text is \\z.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      no error: matches(body, r'^(?!.*error)')\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      no error: not matches(body, r'error')\n",
    ),
    "LS098": Code(
        "a call that no function takes",
        "There is no function of this name, or it takes another number of arguments, or constants only, or has no "
        "value here. The functions are listed in docs/expressions.md.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      has items: length(json.items) > 0\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      has items: len(json.items) > 0\n",
    ),
    "LS099": Code(
        "a condition that never changes",
        "A condition, or one side of its `and` or `or`, is a constant: `status == 200 or 202` is true for every "
        "status, since `202` alone is true.",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status == 200 or 202\n",
        "endpoints:\n  home:\n    path: /\n    checks:\n      is ok: status in [200, 202]\n",
    ),
}
