"""From a file to the one document that runs: file < profile < LOADSPEC_* < command line.

Mappings merge, lists and load shapes are replaced whole. Each value keeps its origin, so that an error in it points
to the profile, the variable or the option that set it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from loadspec.spec.building.values import read_env
from loadspec.spec.diagnostics import Diagnostic, Path, did_you_mean, listed
from loadspec.spec.layering import replaced_by, says_one_thing
from loadspec.spec.limits import Limits
from loadspec.spec.places import Places
from loadspec.spec.scalars import NumberError, scalar
from loadspec.spec.shapes import replaced
from loadspec.spec.shapes.keys import MAX_VUS
from loadspec.spec.source import Source

Origins = dict[Path, Path | str]


class Overrides(Struct, frozen=True):
    """What the command line sets; None leaves it to the layers below. `vars` are read as YAML, `env` are values."""

    profile: str | None = None
    vus: int | None = None
    duration: float | str | None = None
    stages: str | None = None
    rate: str | None = None
    rate_stages: str | None = None
    iterations: int | None = None
    vars: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    submetrics: Sequence[str] = ()
    """Beside those of the file."""
    limits: Limits = field(default_factory=Limits)
    """They change nothing, and bound what all layers together say."""


class Layer(Struct, frozen=True):
    """Values that go over those below; `origin` is where a path of it was written."""

    values: Mapping[str, Any]
    origin: Path | Mapping[str, str]

    def home(self, path: Path) -> Path | str:
        """Where the value at `path` was written."""
        if isinstance(self.origin, tuple):
            return (*self.origin, *path)
        return self.origin.get(".".join(map(str, path)), self.origin.get(str(path[0]), ""))


class Resolved(Struct, frozen=True):
    """The document without profiles, where its values came from, and what was wrong with the overrides."""

    document: dict[str, Any]
    origins: Origins
    found: list[Diagnostic]


def resolve(
    source: Source,
    document: Mapping[str, Any],
    overrides: Overrides,
    environ: Mapping[str, str] | None = None,
    profile: str | None = None,
) -> Resolved:
    """Apply the layers. `profile` is the one chosen (None: none); its name has been checked."""
    base = {key: value for key, value in document.items() if key not in ("profiles", "include", "fragments")}
    origins: Origins = {}
    found: list[Diagnostic] = []
    profiles = document.get("profiles")
    if profile is not None and isinstance(profiles, Mapping) and isinstance(profiles.get(profile), Mapping):
        layer = Layer(profiles[profile], ("profiles", profile))
        base = _apply(base, layer, origins, found, source)
    for values, names, wrong in (_environment(environ or {}), _options(overrides)):
        found += wrong
        base = _apply(base, Layer(values, names), origins, found, source)
    base = _set_vars(base, overrides.vars, origins, found)
    base = _add_submetrics(base, overrides.submetrics, origins)
    return Resolved(base, origins, found)


def choose_profile(
    document: Mapping[str, Any], overrides: Overrides, environ: Mapping[str, str] | None
) -> tuple[str | None, list[Diagnostic]]:
    """The profile that the command line or LOADSPEC_PROFILE asks for, if there is one of that name."""
    name, asked_by = overrides.profile, "--profile"
    if name is None and environ is not None:
        name, asked_by = environ.get("LOADSPEC_PROFILE") or None, "LOADSPEC_PROFILE"
    profiles = document.get("profiles")
    known = list(profiles) if isinstance(profiles, Mapping) else []
    if name is None or name in known:
        return name, []
    help = f"the profiles are {listed(known)}" if known else "this file has no `profiles`"
    message = f"no profile is called `{name}`"
    found = Diagnostic("error", "LS036", message, label=did_you_mean(name, known), help=help, file=asked_by)
    return None, [found]


def env_values(
    document: Mapping[str, Any], overrides: Overrides, environ: Mapping[str, str] | None, places: Places
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Values of the declared variables: --env, then the environment, then the default.

    Without an environment (`validate`) nothing is read and nothing is missing.
    """
    declared = document.get("env")
    declared = declared if isinstance(declared, Mapping) else {}
    values: dict[str, str] = {}
    found = [_undeclared(name, declared) for name in overrides.env if name not in declared]
    for name, setting in declared.items():
        default, required = read_env(setting)
        value = overrides.env.get(name, (environ or {}).get(name))
        value = default if value is None and not (required and environ is not None) else value
        if value is not None and not value.isprintable() and any("\ud800" <= char <= "\udfff" for char in value):
            help = "set it to UTF-8 text"
            found.append(places.key(("env", name), "LS041", f"environment variable `{name}` is no UTF-8", help=help))
        elif value is not None:
            values[name] = value
        elif environ is not None:
            help = f"set it: {name}=... loadspec run, or --env {name}=..."
            found.append(places.key(("env", name), "LS041", f"environment variable `{name}` has no value", help=help))
    return values, found


def merge(base: Any, over: Any, path: Path, layer: Layer, origins: Origins) -> Any:
    """`over` over `base`: mappings by key, all else replaced; what is replaced gets the layer's origin."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping) or says_one_thing(path):
        for known in [known for known in origins if known[: len(path)] == path]:
            del origins[known]
        origins[path] = layer.home(path)
        return over
    gone = replaced_by(base, over, path)
    merged = {key: value for key, value in base.items() if key not in gone}
    for key, value in over.items():
        merged[key] = merge(merged.get(key), value, (*path, key), layer, origins)
    return merged


def _apply(
    base: dict[str, Any], layer: Layer, origins: Origins, found: list[Diagnostic], source: Source
) -> dict[str, Any]:
    base = _below_load(base, layer.values, (), layer, found, source)
    over = layer.values.get("scenarios")
    if isinstance(over, Mapping) and isinstance(base.get("scenarios"), Mapping):
        base["scenarios"] = {
            name: _below_load(dict(scenario), over[name], ("scenarios", name), layer, found, source)
            if isinstance(scenario, Mapping) and isinstance(over.get(name), Mapping)
            else scenario
            for name, scenario in base["scenarios"].items()
        }
    for key, value in layer.values.items():
        if key not in ("profiles", "loadspec"):
            base = {**base, key: merge(base.get(key), value, (key,), layer, origins)}
    if isinstance(over, Mapping) and isinstance(base.get("scenarios"), Mapping):
        base["scenarios"] = {name: value for name, value in base["scenarios"].items() if value is not None}
    return base


def _below_load(
    base: dict[str, Any], over: Mapping[str, Any], path: Path, layer: Layer, found: list[Diagnostic], source: Source
) -> dict[str, Any]:
    """What is left of a load below another layer's: a shape replaces it, `vus` alone cannot change stages."""
    gone = replaced(base, over)
    if "vus" in over and "stages" in base and not gone:
        message = "`vus` alone does not change a load of stages: they say how many users there are"
        example = f"30s:{over['vus']}"
        help = f"give --stages {example}, or a duration beside it"
        home = layer.home((*path, "vus"))
        if isinstance(home, str):
            found.append(Diagnostic("error", "LS040", message, help=help, file=home))
        else:
            help = f"give `stages: {example}`, or a `duration` beside it (on the command line, --stages)"
            found.append(source.at("LS040", message, source.key(home), help=help))
    return {key: value for key, value in base.items() if key not in gone}


_LOAD = ("vus", "duration", "stages", "iterations", "rate", "rate_stages")
"""What LOADSPEC_* variables set of a load."""


def _environment(environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str], list[Diagnostic]]:
    given = {key: environ.get(f"LOADSPEC_{key.upper()}") for key in _LOAD}
    names = {key: f"LOADSPEC_{key.upper()}" for key in given}
    values: dict[str, Any] = {}
    found: list[Diagnostic] = []
    for key, text in given.items():
        if not text:
            continue
        if key in ("vus", "iterations"):
            if not text.strip().isdecimal() or len(text) > 15:
                found.append(_no_count(names[key], text))
                continue
            values[key] = int(text)
        else:
            values[key] = text
    return values, names, found + _bounds(values, names)


def _options(overrides: Overrides) -> tuple[dict[str, Any], dict[str, str], list[Diagnostic]]:
    duration = overrides.duration
    if isinstance(duration, int | float):
        duration = f"{duration:.6f}".rstrip("0").rstrip(".") + "s"
    given = {
        "vus": overrides.vus,
        "duration": duration,
        "stages": overrides.stages,
        "rate": overrides.rate,
        "rate_stages": overrides.rate_stages,
        "iterations": overrides.iterations,
        "tags": overrides.tags or None,
    }
    values = {key: value for key, value in given.items() if value is not None}
    names = {**{key: f"--{key.replace('_', '-')}" for key in given}, "tags": "--tag"}
    return values, names, _bounds(values, names)


def _bounds(values: dict[str, Any], names: Mapping[str, str]) -> list[Diagnostic]:
    """What the schema would have said."""
    found = []
    for key, most in (("vus", MAX_VUS), ("iterations", 10**12)):
        if key in values and not 1 <= values[key] <= most:
            found.append(_no_count(names[key], str(values[key])))
            del values[key]
    return found


def _no_count(name: str, text: str) -> Diagnostic:
    message = f"`{text[:40]}` is not a whole number, 1 or more"
    return Diagnostic("error", "LS016", message, help=f"for example {name} 10", file=name)


def _set_vars(
    base: dict[str, Any], given: Mapping[str, str], origins: Origins, found: list[Diagnostic]
) -> dict[str, Any]:
    if not given:
        return base
    declared = base.get("vars")
    values = dict(declared) if isinstance(declared, Mapping) else {}
    for name, text in given.items():
        if name not in values:
            help = f"declared under `vars`: {listed(values)}" if values else "declare it under `vars`"
            message = f"no variable is called `{name}`"
            found.append(
                Diagnostic("error", "LS042", message, label=did_you_mean(name, values), help=help, file="--var")
            )
            continue
        try:
            value = scalar(text)
        except NumberError:
            value = text
        if isinstance(values[name], bool) and not isinstance(value, bool):
            message, help = f"`{name}` is true or false, not `{text[:40]}`", f"write --var {name}=true or {name}=false"
            found.append(Diagnostic("error", "LS013", message, help=help, file="--var"))
            continue
        values[name] = value
        origins[("vars", name)] = f"--var {name}"
    return {**base, "vars": values}


def _add_submetrics(base: dict[str, Any], given: Sequence[str], origins: Origins) -> dict[str, Any]:
    if not given:
        return base
    written = base.get("submetrics")
    known = list(written) if isinstance(written, list) else []
    origins.update({("submetrics", len(known) + index): "--submetric" for index in range(len(given))})
    return {**base, "submetrics": [*known, *given]}


def _undeclared(name: str, declared: Mapping[str, Any]) -> Diagnostic:
    help = f"declared under `env`: {listed(declared)}" if declared else "declare it under `env`"
    message = f"environment variable `{name}` is not declared"
    return Diagnostic("error", "LS042", message, label=did_you_mean(name, declared), help=help, file="--env")
