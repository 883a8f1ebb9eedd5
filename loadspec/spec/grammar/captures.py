"""Values to keep from an answer."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import Schema, choice, flag, obj, short_or_long, text
from loadspec.spec.model.request import CaptureSource

PICKS = ("first", "last", "random")


def _whole(doc: str) -> Schema:
    return {"description": doc, "enum": [True]}


SOURCES: dict[CaptureSource, Schema] = {
    "jsonpath": text("A JSONPath (RFC 9535) into the JSON body.", "$.data.id", "$.items[*].id"),
    "header": text("The name of a header of the answer; one sent twice is joined by `, `.", "X-Request-Id"),
    "regex": text(
        "A regular expression (RE2) over the body: its named group, or the first, or all of it.", r"id=(\w+)"
    ),
    "css": text("A CSS selector into an HTML or XML body: the text of what it finds.", "input[name=csrf]"),
    "xpath": text("An XPath 1.0 into an HTML or XML body.", "//a[@rel='next']/@href"),
    "cookie": text("The name of a cookie that this answer sets.", "session"),
    "body": _whole("The whole body, as text."),
    "status": _whole("The status."),
    "duration": _whole("How long the answer took, in ms."),
}
"""Source → its schema. A capture has exactly one."""

CAPTURE = short_or_long(
    text("A value to keep from the answer: a JSONPath, or a mapping that says where it is.", "$.token"),
    {
        **obj(
            "",
            {
                **{source: schema for source, schema in SOURCES.items()},
                "attribute": text("The attribute of what `css` finds, instead of its text.", "href", "value"),
                "pick": choice("Which of several matches is kept.", PICKS, "first"),
                "all": flag("Whether all matches are kept, as a list."),
                "default": {
                    "description": "The value, of any type, if nothing is found; the step stays ok.",
                    "examples": [0, "", []],
                },
                "optional": flag("Whether a value that is not found leaves the step ok."),
                "secret": flag(
                    "Whether the value is masked wherever it would be shown; names such as `token` tell it."
                ),
            },
        )
    },
    null=True,
)
