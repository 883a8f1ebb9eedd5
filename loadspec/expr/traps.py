"""Habits from other languages, each with a sentence that leads back: `&&`, `=`, pipes, `30s` and the like.

Looked for in the text before it is parsed, outside its string literals; none of them is ever legal.
"""

from __future__ import annotations

import keyword
import re

from loadspec.expr.errors import ExprError

STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
"""One string literal (Python's, without the triple quotes)."""

_QUOTE = re.compile(r"['\"]")
_WORDS = "|".join(sorted(set(keyword.kwlist) - {"True", "False", "None"}))

_TRAPS: tuple[tuple[str, str, str], ...] = (
    # regular expression, sentence, hint; `{0}` is what was found, `{word}` and `{lower}` its group of that name
    (r"\{\{", "`{{{{` has no place inside an expression", "drop the {{{{ }}}}: this is an expression already"),
    (r"\bJSON\.parse\b", "`{0}` is JavaScript's", "json is the body parsed already; for another text from_json(text)"),
    (r"\bJSON\.stringify\b", "`{0}` is JavaScript's", "write to_json(x)"),
    (r"\bDate\.now\b", "`{0}` is JavaScript's", "write now()"),
    (r"\bMath\.(?P<word>round|floor|ceil|abs)\b", "`{0}` is JavaScript's", "write {word}(x)"),
    (r"\bMath\.(?P<word>min|max)\b", "`{0}` is JavaScript's", "write {word}(x, y)"),
    (r"\bMath\.random\b", "`{0}` is JavaScript's", "write random(), or random_int(low, high)"),
    (r"\bMath\.\w+", "`{0}` is JavaScript's", "there are round, floor, ceil, abs, min, max and random"),
    (r"\bcrypto\.hmac\s*\(", "`{0}` is k6's", "write hmac(key, message, 'sha256', 'hex')"),
    (r"\bcrypto\.(?P<word>md5|sha1|sha256|sha512)\s*\(", "`{0}` is k6's", "write {word}(x, 'hex')"),
    (r"\bundefined\b", "`{0}` is JavaScript's", "whether something is there: defined(x)"),
    (r"\b__ENV\b", "`{0}` is k6's", "write env.NAME, and declare NAME under `env`"),
    (r"\b__VU\b", "`{0}` is k6's", "write vu"),
    (r"\b__ITER\b", "`{0}` is k6's", "write iteration"),
    (r"\$(?:processEnvironment|env)\b", "`{0}` is Artillery's", "write env.NAME, and declare NAME under `env`"),
    (r"\$(?:randomNumber|randomInt)\b", "`{0}` is of another tool", "write random_int(low, high)"),
    (r"\$randomString\b", "`{0}` is Artillery's", "write random_string(length)"),
    (r"\$(?:uuid|guid|randomUUID)\b", "`{0}` is of another tool", "write uuid()"),
    (r"\$(?:timestamp|isoTimestamp)\b", "`{0}` is of another tool", "write now(), timestamp() or iso_date()"),
    (r"\$loop(?:Count|Element)\b", "`{0}` is Artillery's", "name it: `index` and `as` of the step's `repeat`"),
    (r"\?\?", "`??` is not an operator here", "write default(x, y)"),
    (r"\?\.", "`?.` is not an operator here", "a missing path is no error: json.a.b, or default(json.a.b, y)"),
    (r"\bis\s+(?:not\s+)?(?:defined|undefined|none)\b", "`{0}` is a test of Jinja", "write defined(x), or x == null"),
    (r"\|\|", "`||` is not an operator here", "write `or`"),
    (r"\|", "there is no pipe", "call the function: default(x, y) instead of x | default(y)"),
    (r"&&", "`&&` is not an operator here", "write `and`"),
    (r"[=!]==", "`{0}` is not an operator here", "write `==` or `!=`"),
    (r"<>", "`<>` is not an operator here", "write `!=`"),
    (r"!(?!=)", "`!` is not an operator here", "write `not`"),
    (r":=|(?<![=!<>])=(?!=)", "`{0}` assigns, and nothing can be assigned here", "to compare, write `==`"),
    (r"\*\*", "`**` is not an operator here", "multiply: x * x"),
    (r"\?", "`?` is not an operator here", "write `a if condition else b`, or default(x, y)"),
    (r"\$", "`$` belongs to JSONPath", "in an expression $.a.b is json.a.b"),
    (r"#", "there are no comments inside an expression", "put the comment behind the YAML value"),
    (r"[\0-\x08\x0b\x0e-\x1f\x7f]", "the expression holds a control character", "delete it"),
    (r"`", "a backtick quotes nothing here", "quote text with ' or \""),
    (
        r"(?<![\w.])\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d)\b",
        "`{0}`: numbers carry no unit here",
        "times are milliseconds: 30s is 30000",
    ),
    (
        r"(?<![\w.])(?P<word>[1-5])[xX][xX]\b",
        "`{0}` is no number",
        "write {word}00 <= status <= {word}99",
    ),
    (
        r"(?<![\w.])\d+(?:\.\d+)?[kKMG]?i?[bB]\b",
        "`{0}`: numbers carry no unit here",
        "sizes are bytes: 10kB is 10000; a check may also be {{max_size: 10kB}}",
    ),
    (r"(?<![\w.])\d+\.\.+\d+", "`{0}`: there are no ranges", "write low <= x <= high"),
    (
        r"(?<=[A-Za-z_\])])(?<!\bor)(?<!\band)(?<!\bin)(?<!\bnot)(?<!\bif)(?<!\belse)\.(?P<word>\d+)\b",
        "`{0}`: an index stands in brackets",
        "write [{word}] instead of {0}",
    ),
    (
        r"(?<![\w.])headers\.(?P<word>[A-Za-z]\w*(?:-[A-Za-z]\w*)+)",
        "`{0}`: a name holds no hyphen",
        "write headers['{lower}']",
    ),
    (
        rf"(?<=[A-Za-z_\])])\.(?P<word>{_WORDS})\b",
        "`{0}`: this key is a word of the grammar",
        "write it in brackets: ['{word}'] instead of {0}",
    ),
)
_ANY = re.compile("|".join(re.sub(r"\(\?P<word>", "(?:", pattern) for pattern, _, _ in _TRAPS))
"""Whether there is a trap at all: most expressions have none."""


def blank_strings(text: str) -> str:
    """`text` with every string literal replaced by as many spaces. Raises ExprError for one that is not closed."""
    blank = STRING.sub(lambda found: " " * len(found[0]), text)
    opened = _QUOTE.search(blank)
    if opened:
        raise ExprError("this string is not closed", opened.start(), f"end it with {opened[0]}")
    return blank


def check_traps(blank: str) -> None:
    """Raise ExprError for the first trap in a text without string literals."""
    if _ANY.search(blank):
        found = [(match, row) for row in _TRAPS if (match := re.search(row[0], blank))]
        match, (_, message, hint) = min(found, key=lambda pair: pair[0].start())
        words = match.groupdict()
        hint = hint.format(match[0], lower=words.get("word", "").lower(), **words)
        raise ExprError(message.format(match[0]), match.start(), hint)
