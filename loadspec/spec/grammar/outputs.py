"""Where results go beside the files of each run."""

from __future__ import annotations

from loadspec.output_kinds import OUTPUTS as ROWS
from loadspec.output_kinds import Option, Output, Place
from loadspec.spec.grammar.kinds import Schema, duration, examples, flag, keys_of, mapping, obj, template, text

_PLACES: dict[Place, str] = {
    "file": "The file, in the run's folder.",
    "folder": "The folder, in the run's own.",
    "url": "The URL to send to.",
    "address": "The host:port to send to, or unix:/path.",
    "listen": "The address:port to listen at.",
}


def _option(option: Option) -> Schema:
    shown = option.among or (() if option.example is None else (option.example,))
    match option.type:
        case "number":
            return {"description": option.about, "type": "number", **examples(*shown)}
        case "size":
            return {"description": option.about, "type": "integer", "minimum": 1, **examples(*shown)}
        case "flag":
            return flag(option.about)
        case "duration":
            return duration(option.about, *shown)
        case "texts":
            return {**mapping(option.about, template("Its value.")), **examples(*shown)}
        case _:
            return template(option.about, *shown)


def _target(row: Output) -> Schema:
    options = {name: _option(option) for name, option in row.options.items()}
    return obj(row.about, {row.place: text(_PLACES[row.place], row.example), **options}, required=(row.place,))


def _output(row: Output) -> Schema:
    target = keys_of(_target(row))
    return {
        "description": row.about,
        "type": ["string", "object", "array", "null"],
        "minLength": 1,
        "if": {"type": "object"},
        "then": target,
        "items": {"type": ["string", "object"], "minLength": 1, "if": {"type": "object"}, "then": target},
        **examples(row.example),
    }


_OTHER: Schema = {
    "description": "An output of an installed package: its target, or a mapping with that and its settings.",
    "type": ["string", "object", "array", "null"],
    "items": {"type": ["string", "object"]},
}

OUTPUTS: Schema = {
    **mapping("Where results go beside the files of each run: an output's name → its target, or several.", _OTHER),
    "properties": {name: _output(row) for name, row in ROWS.items()},
}
