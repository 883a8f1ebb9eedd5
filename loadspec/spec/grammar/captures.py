"""Values to keep from an answer."""

from __future__ import annotations

from loadspec.spec.grammar.kinds import flag, obj, short_or_long, text

CAPTURE = short_or_long(
    text("A value to keep from the answer: a JSONPath, or a mapping that says where it is.", "$.token"),
    {
        **obj(
            "",
            {
                "jsonpath": text("A JSONPath into the JSON body; the first hit counts.", "$.data.id"),
                "header": text("The name of a header of the answer.", "X-Request-Id"),
                "regex": text("A regular expression over the body; its first group, or all of it.", r"id=(\w+)"),
                "optional": flag("Whether a value that is not found leaves the step ok."),
                "secret": flag("Whether the value is masked wherever it would be shown."),
            },
        )
    },
    null=True,
)
