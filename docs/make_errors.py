"""`make docs`: docs/errors.md, from the table of kinds that the code reads."""

from __future__ import annotations

from pathlib import Path

from loadspec.error_kinds import THEMES, Kind

PAGE = Path(__file__).with_name("errors.md")

HEAD = """# Errors

A request or a step that fails has one kind of error, out of a closed list, and a phase that says where it was: `dns`,
`connect`, `tls`, `write` (sending), `status`, `headers`, `body` (reading), `decode` (decompressing). Beside each kind
stands the number that k6 has for it, `error_code`; where k6 has none, it is its general one of the group, or 1000.

Kinds and codes are in the errors of the terminal, the report and `results.json`. In expressions they are `error` and
`error_code`, in thresholds they are tags of `http_reqs`:

```yaml
thresholds:
  http_reqs{error:timeout}: count == 0
  http_reqs{error_code~^12}: count < 10
```

`error_code` of an answer with a status from 400 on is 1000 + the status, as in k6: 1404, 1503. Without an error it
is 0. k6's codes of HTTP/2 frames (1610 to 1670) are one here, 1600: what carries HTTP/2 does not say more.

`on` of [`retry`](flow.md) names groups of them: `dns`, `connect` and `tls` are all that fails in that phase, but for
what this side refuses (`forbidden_target`, `host_not_allowed`, `blocked_host`, `blocked_ip`, `tls_settings`);
`timeout` is the kind, in any phase; `reset` is `reset`, `closed`, `incomplete` and `tls_closed`.

`loadspec explain tls_name`, or `loadspec explain 1311`, prints a row of the tables. The page is made of
the table that the code reads, by `make docs`.
"""


def page() -> str:
    """The whole page: a table for each theme."""
    return HEAD + "".join(f"\n## {theme}\n\n{_table(kinds)}\n" for theme, kinds in THEMES.items())


def _table(kinds: dict[str, Kind]) -> str:
    rows = (f"| `{name}` | {_codes(kind)} | {kind.meaning} | {kind.way_out} |" for name, kind in kinds.items())
    return "\n".join(["| kind | `error_code` | what happened | what to do |", "|---|---|---|---|", *rows])


def _codes(kind: Kind) -> str:
    """`1050`, or each code with its phases: `1050`, `dns` 1100."""
    usual = max(kind.codes.values(), key=list(kind.codes.values()).count)
    others = [f"`{phase}` {code}" for phase, code in kind.codes.items() if code != usual]
    return ", ".join([_code(kind, usual), *others])


def _code(kind: Kind, code: int) -> str:
    if code:
        return str(code)
    return "1000 + status" if "status" in kind.codes else "0"


if __name__ == "__main__":
    PAGE.write_text(page())
