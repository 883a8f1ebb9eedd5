"""The document against the schema: each finding as a diagnostic with a place, a reason and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from loadspec.spec.conform import Finding, findings
from loadspec.spec.diagnostics import (
    MAX_DIAGNOSTICS,
    Diagnostic,
    Path,
    brief,
    closest,
    did_you_mean,
    listed,
)
from loadspec.spec.grammar import ACTIONS, DEFINITIONS, DURATION, STEPS
from loadspec.spec.grammar.kinds import RATE, SIZE
from loadspec.spec.grammar.steps import RETRY_ON
from loadspec.spec.habits import ADVICE, ELSEWHERE
from loadspec.spec.schema import spec_schema
from loadspec.spec.source import Node, Source

_TYPES = {
    "string": "a text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}

MAX_STRUCTURE = 20_000
"""Keys and values that are checked one by one; pools and vars, which are data, do not count."""


def validate(source: Source, document: Any) -> list[Diagnostic]:
    """Everything the schema has to say against the document, up to a limit."""
    structure = source.root.size - _data_size(source.root) if source.root else 0
    if structure > MAX_STRUCTURE:
        message = f"a spec holds at most {MAX_STRUCTURE} values beside pools and vars, not {structure}"
        return [source.at("LS008", message, (0, 0, 1), help="put data into pools")]
    errors = islice(findings(spec_schema(), document), MAX_DIAGNOSTICS)
    return [found for error in errors for found in _explain(source, error)]


def _data_size(root: Node) -> int:
    """Nodes below `pools` and `vars`, where anything goes."""
    below = [root.child("pools"), root.child("vars")]
    return sum(node.size for node in below if node is not None)


def _explain(source: Source, error: Finding) -> Iterable[Diagnostic]:
    if error.is_name:
        return [_bad_name(source, error.path, str(error.instance))]
    return list(_KEYWORDS[error.keyword](source, error))


def _bad_name(source: Source, path: Path, name: str) -> Diagnostic:
    return source.at(
        "LS038",
        f"`{brief(name)}` cannot be a name",
        source.key((*path, name)),
        help=f"{_NAMES}{_suggested(name)}",
        path=(*path, name),
    )


_NAMES = "a name has letters, digits and underscores, and begins with no digit"


def _suggested(name: str) -> str:
    better = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return f": `{better}`" if 0 < len(better) <= 40 and not better[0].isdigit() else ""


def _unknown_keys(source: Source, error: Finding) -> Iterator[Diagnostic]:
    schema, legal = error.schema, list(error.schema["properties"])
    action = next((word for word in ACTIONS if word in legal and word in error.instance), None)
    for name in error.instance:
        if name in schema["properties"]:
            continue
        place = source.key((*error.path, name))
        if action and name in ACTIONS:
            yield source.at(
                "LS017",
                f"a step does one thing, and this one has `{action}` already",
                place,
                help=f"make `{name}` a step of its own",
                path=(*error.path, name),
            )
            continue
        yield source.at(
            "LS012",
            f"unknown key `{brief(name)}`",
            place,
            label=_meant(name, legal) or _lacked(name, schema, error.instance),
            help=_belongs(name, action) or _advice(name, legal) or f"the keys here are {listed(legal, 40)}",
            path=(*error.path, name),
        )


def _belongs(name: str, action: str | None) -> str:
    """Where a key of another kind of step, or of an endpoint, has its place."""
    if action is None:
        return ""
    if name in STEPS[action]["properties"]:
        return ""
    homes = [other for other in ACTIONS if name in STEPS[other]["properties"]]
    if homes:
        return f"`{name}` is a key of {listed(homes)} steps, and this is a `{action}`"
    if name in DEFINITIONS["endpoint"]["properties"] and action != "think":
        return f"`{name}` belongs to the endpoint: describe another one under `endpoints`"
    return ""


def _advice(name: str, legal: list[str]) -> str:
    """What a key of another tool becomes here, where it is no single key of ours."""
    return ADVICE.get(name.lower(), "") if "loadspec" in legal or "call" in legal else ""


def _meant(name: str, legal: list[str]) -> str:
    near = [*ELSEWHERE.get(name.lower(), "").split(), closest(name, legal)]
    return next((f"did you mean `{each}`?" for each in near if each in legal), "")


def _lacked(name: str, schema: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """A shorter word for a key that is missing: `user` for `username`."""
    missing = [key for key in schema.get("required", ()) if key not in instance]
    return next((f"did you mean `{key}`?" for key in missing if closest(key, [name])), "")


_TITLED = {DURATION: "a duration such as 30s", RATE: "a rate such as 200/s"}
_UNITS = {DURATION: ("s", "ms"), SIZE: ("B", "kB"), RATE: ("/s", "/m")}
"""Title of texts that are checked after the schema → units of them."""


def _wrong_type(source: Source, error: Finding) -> Iterator[Diagnostic]:
    schema = error.schema
    expected = _TITLED.get(schema.get("title", "")) or _expected(error.value)
    found = f", not {_found(error.instance)}" if error.instance is not None else ", and nothing is given"
    yield source.at(
        "LS013",
        f"{_named(error.path)} must be {expected}{found}",
        source.value(error.path),
        label=f"expected {expected}",
        help=_type_help(schema, error.instance),
        path=error.path,
    )


def _type_help(schema: Mapping[str, Any], value: Any) -> str:
    kinds = schema.get("type", "")
    if value is None:
        return "indent what belongs to it below it" if "object" in kinds or "array" in kinds else ""
    if kinds == "boolean" and str(value).lower() in _TRUTHS:
        return f"write {_TRUTHS[str(value).lower()]}: in YAML 1.2, `{value}` is a text"
    if isinstance(value, list) and "string" in kinds and all(isinstance(item, str) for item in value):
        if len(value) == 1:
            return f"write {brief(value[0])}"
        if len(value) == 2 and schema.get("title") == DURATION and "pattern" not in schema:  # it may be a range
            return f"write {brief(value[0])}..{brief(value[1])}"
    if schema.get("title") in _UNITS and isinstance(value, int | float):
        units = _UNITS[schema["title"]]
        return f"give it a unit: {value}{units[0]} or {value}{units[1]}"
    if kinds == "integer" and isinstance(value, str):
        if "{{" in value:
            return "the load is fixed when the file is read: use a profile, an option such as --vus, or LOADSPEC_VUS"
        return "remove the quotes" if value.strip().isdigit() else ""
    if kinds == "array":
        return "begin each item with `- `" if isinstance(value, dict) else f"write [{brief(value)}]"
    return _mapping_help(schema.get("properties", {}), value) if "object" in kinds else ""


def _mapping_help(keys: Mapping[str, Any], value: Any) -> str:
    """How to make a mapping of something else."""
    if isinstance(value, list):
        return "write {items: [...]}" if "items" in keys else "write `key: value` lines, without `- `"
    if not isinstance(value, str):
        return ""
    if "base_url" in keys:
        return f"write {{base_url: {brief(value)}}}"
    if tight := re.match(_TIGHT, value):
        return f"write `{brief(tight[1])}: {brief(tight[2])}`, with a blank after the colon"
    return "write `key: value` lines"


_TIGHT = r"([A-Za-z_]\w*):(?!//)(\S+)"
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def _missing(source: Source, error: Finding) -> Iterator[Diagnostic]:
    properties = error.schema.get("properties", {})
    for name in error.value:
        if name in error.instance:
            continue
        about = properties.get(name, {})
        doc = about.get("description", "")
        near = closest(name, [key for key in error.instance if key not in properties])
        yield source.at(
            "LS014",
            f"{_named(error.path)} needs `{name}`",
            source.key(error.path),
            label=f"did you mean `{name}` by `{near}`?" if near else "",
            help="begin the file with `loadspec: 1`" if name == "loadspec" else f"`{name}`: {doc}" if doc else "",
            path=error.path,
        )


def _no_action(source: Source, error: Finding) -> Iterator[Diagnostic]:
    """A step without an action; or a file without anything to do."""
    if not error.path:
        near = next((name for name in error.instance if _meant(name, ["flow", "scenarios"])), "")
        yield source.at(
            "LS014",
            "a spec needs `flow`, or `scenarios`",
            source.key((near,)) if near else source.key(()),
            label=_meant(near, ["flow", "scenarios"]) if near else "",
            help="`flow`: Steps that every virtual user repeats. `scenarios`: Several flows.",
            path=error.path,
        )
        return
    key = next((name for name in error.instance if _meant(name, list(ACTIONS))), None)
    yield source.at(
        "LS014",
        f"a step needs one of {listed(ACTIONS)}",
        source.key((*error.path, key) if key else error.path),
        label=_meant(key, list(ACTIONS)) if key else "",
        help="for example `- call: login`",
        path=(*error.path, key) if key else error.path,
    )


def _choice(source: Source, error: Finding) -> Iterator[Diagnostic]:
    options = ["true" if option is True else str(option) for option in error.value]
    if not isinstance(error.instance, str):
        one_of = "" if len(options) == 1 else "one of "
        message = f"{_named(error.path)} must be {one_of}{listed(options)}, not {_found(error.instance)}"
    else:
        message = f"`{brief(error.instance)}` is no choice for {_named(error.path)}"
    yield source.at(
        "LS015",
        message,
        source.value(error.path),
        label=did_you_mean(str(error.instance), options),
        help=_choices(error.path, options),
        path=error.path,
    )


def _choices(path: Path, options: list[str]) -> str:
    if path[-1:] == ("run",):
        return f"the choices are {listed(options)}, and a mapping: {{every: 10m}}"
    return f"the choices are {listed(options)}" if len(options) > 1 else f"write {options[0]}, or leave it out"


def _version(source: Source, error: Finding) -> Iterator[Diagnostic]:
    yield source.at(
        "LS015",
        f"{_named(error.path)} must be {error.value}: this program knows no other version of the grammar",
        source.value(error.path),
        help=f"write {error.value}, without quotes" if str(error.instance) == "1" else "",
        path=error.path,
    )


def _pattern(source: Source, error: Finding) -> Iterator[Diagnostic]:
    schema = error.schema
    if schema.get("title") in _UNITS:
        return  # semantics reads durations, sizes and rates, and points into them
    examples = schema.get("examples", [])
    help = f"for example {examples[0]}" if examples else ""
    if error.path[-1:] == ("name",):
        help = f"{_NAMES}{_suggested(str(error.instance))}"
    elif (key := next((part for part in reversed(error.path) if isinstance(part, str)), "")) in _FITS:
        help = _FITS[key]
    elif "expected_statuses" in error.path:
        hundreds = re.fullmatch("([1-5])xx", str(error.instance), re.IGNORECASE)
        help = "a status such as 404, or a range such as 200-299"
        help = f"write {hundreds[1]}00-{hundreds[1]}99" if hundreds else help
        help = f"write {error.instance}, without quotes" if str(error.instance).isdecimal() else help
    message = f"`{brief(error.instance)}` does not fit {_named(error.path)}"
    yield source.at("LS016", message, source.value(error.path), help=help, path=error.path)


def _properties(error: Finding) -> str:
    legal = error.schema.get("properties", {})
    if legal:
        return f"{_named(error.path)} needs exactly one of {listed(legal)}"
    if not error.instance:
        return f"{_named(error.path)} must not be empty"
    return f"{_named(error.path)} has {len(error.instance)} entries, and {error.value} are the most"


_FITS = {
    "group": "letters, digits, blanks; no template: groups are tags; put a group into another one to nest them",
    "on": f"a kind of failure ({listed(RETRY_ON)}), a status, or a range such as 5xx or 502-504",
}
"""Key → what fits its pattern."""


def _bound(source: Source, error: Finding) -> Iterator[Diagnostic]:
    least = error.keyword.startswith("min")
    limit = error.value
    if error.keyword == "minItems":
        what = f"{_named(error.path)} must not be empty"
    elif error.keyword == "maxItems":
        what = f"{_named(error.path)} has {len(error.instance)} items, and {limit} are the most"
    elif error.keyword == "maxLength":
        what = f"{_named(error.path)} has {len(error.instance)} characters, and {limit} are the most"
    elif error.keyword.endswith("Properties"):
        what = _properties(error)
    elif error.keyword == "minLength":
        what = f"{_named(error.path)} must not be an empty text"
    elif error.keyword == "exclusiveMinimum":
        what = f"{_named(error.path)} must be more than {limit}, not {brief(error.instance)}"
    else:
        what = f"{_named(error.path)} must be {limit} or {'more' if least else 'less'}, not {brief(error.instance)}"
    yield source.at("LS016", what, source.value(error.path), path=error.path)


_KEYWORDS = {
    "additionalProperties": _unknown_keys,
    "anyOf": _no_action,
    "const": _version,
    "enum": _choice,
    "exclusiveMinimum": _bound,
    "maxProperties": _bound,
    "maxItems": _bound,
    "maxLength": _bound,
    "maximum": _bound,
    "minItems": _bound,
    "minLength": _bound,
    "minProperties": _bound,
    "minimum": _bound,
    "pattern": _pattern,
    "required": _missing,
    "type": _wrong_type,
}
"""Keyword of the schema → who explains its errors."""


def _named(path: Path) -> str:
    """The thing at a path, for a sentence."""
    if not path:
        return "a spec"
    name = next(part for part in reversed(path) if isinstance(part, str)) if any(map(str, path)) else ""
    if isinstance(path[-1], int):
        in_steps = name in _STEP_LISTS or path[-3:-2] == ("fragments",)
        return "a step" if in_steps else f"item {path[-1] + 1} of `{brief(name)}`"
    return f"`{brief(str(path[-1]))}`"


_STEP_LISTS = ("flow", "setup", "teardown", "steps", "then", "else", "parallel")


def _expected(kinds: Any) -> str:
    names = [_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text `{brief(value, 40)}`"
    return "a list" if isinstance(value, list) else "a mapping"
