"""`outputs`: names that nobody knows, files outside the run's folder, hosts that no output may talk to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from loadspec.metrics.catalog import BUILTIN
from loadspec.metrics.figures import parse_figures
from loadspec.output_kinds import OUTPUTS, BrokenOutputError, Option, Output, file_problem, find_output, output_names
from loadspec.spec.diagnostics import Diagnostic, Path, brief, did_you_mean, listed
from loadspec.spec.places import Places
from loadspec.spec.semantics.durations import check_duration
from loadspec.spec.semantics.expressions import Expressions, Work
from loadspec.spec.semantics.names import Known, View
from loadspec.spec.semantics.values import mapping, texts
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.selector import parse_key
from loadspec.wire.addresses import is_forbidden, is_loopback, parse_address, split_port

Found = Iterator[Diagnostic]


def check_outputs(document: Mapping[str, Any], places: Places, known: Known, work: Work) -> Found:
    """Everything that can be said without a look at the network or the disk."""
    outputs = mapping(document, "outputs")
    expressions, view = Expressions(places, work), View(known, constants=("env", "vars"))
    for path, text in texts(outputs, ("outputs",)):
        expressions.template(text, path, view)
    yield from expressions.found
    files: dict[str, Path] = {}
    kinds = {*BUILTIN, *mapping(document, "metrics")}
    for name, value in outputs.items():
        key: Path = ("outputs", name)
        try:
            output = find_output(str(name))
        except BrokenOutputError as error:
            yield places.key(key, "LS202", str(error), help="mend or remove the package that brings it")
            continue
        if output is None:
            names = output_names()
            label, help = did_you_mean(str(name), names), f"the outputs are {listed(names, 40)}"
            yield places.key(key, "LS200", f"no output is called `{brief(str(name))}`", label=label, help=help)
            continue
        if output.missing:
            message = f"output `{name}` needs a library that is not installed: {output.needs[0]}"
            yield places.key(key, "LS202", message, help=output.missing)
        for place, target in _targets(value, key):
            yield from _check_target(places, place, target, output, files, kinds)


def targets(document: Mapping[str, Any]) -> Iterator[tuple[Path, str, Output]]:
    """(path, text, output) of each target, as far as they are well-formed."""
    for name, value in mapping(document, "outputs").items():
        try:
            output = find_output(str(name))
        except BrokenOutputError:
            continue
        for path, target in _targets(value, ("outputs", name)) if output else ():
            where, text = _text(path, target, output) if output else (path, None)
            if isinstance(text, str) and output:
                yield where, text, output


def _targets(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value))
    else:
        yield path, value


def _text(path: Path, target: Any, output: Output) -> tuple[Path, Any]:
    if isinstance(target, Mapping):
        return (*path, output.place), target.get(output.place)
    return path, target


def _check_target(
    places: Places, path: Path, target: Any, output: Output, files: dict[str, Path], kinds: Collection[str]
) -> Found:
    if isinstance(target, Mapping):
        yield from _check_options(places, path, target, output, kinds)
    where, text = _text(path, target, output)
    if not isinstance(text, str) or "{{" in text:
        return  # the schema has said so, or `run` does
    problem, code, help = "", "LS201", ""
    if output.on_disk:
        problem = file_problem(text) or output.name_problem(text)
        help = f"name a {output.place} of its own, such as {output.example or 'results.txt'}"
        if not problem and files.setdefault(text, where) != where:
            problem = "is where another output goes"
    elif output.place == "url":
        problem, help = _url_problem(text), f"for example {output.example}"
    else:
        problem, help = _address_problem(text, output)
    if not problem and output.place in ("url", "address"):
        address = parse_address(host_of(text, output))
        if address is not None and is_forbidden(address):
            code, problem = "LS121", "is a link-local or metadata address"
            help = "no spec may connect to one, whatever is allowed"
    if problem:
        yield places.value(where, code, f"`{brief(text)}` {problem}", help=help)


def _check_options(
    places: Places, path: Path, target: Mapping[str, Any], output: Output, kinds: Collection[str]
) -> Found:
    """What settings say, and those of an installed package's output; the form of loadspec's own is in the schema."""
    for name, option in output.options.items():
        value, place = target.get(name), (*path, name)
        if value is None or "{{" in str(value):
            continue
        if option.type == "duration":
            yield from check_duration(places, place, value, zero=True)
        elif problem := _text_problem(option, str(value), kinds):
            offset, message, help = problem
            yield places.text(place, str(value), offset, "LS201", message, help=help)
        elif path[1] not in OUTPUTS and not _fits(option, value):
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            message = f"`{name}` is {_FORMS[option.type][1]}, not `{brief(shown)}`"
            yield places.value(place, "LS201", message, help=option.about)
    if path[1] not in OUTPUTS:
        yield from _check_keys(places, path, target, output)


def _text_problem(option: Option, value: str, kinds: Collection[str]) -> tuple[int, str, str] | None:
    """(place in the text, message, help), if it is none of what it may be."""
    if option.type == "metric":
        try:
            parse_key(value, kinds, {})
        except ThresholdError as error:
            return error.offset, error.message, error.hint
    if option.type == "figures":
        at = 0
        for part in value.split(","):
            try:
                parse_figures([part])
            except ValueError as error:
                return at + len(part) - len(part.lstrip()), str(error), f"for example {option.example}"
            at += len(part) + 1
    if option.among and value not in option.among:
        return 0, f"`{brief(value)}` is neither {' nor '.join(option.among)}", did_you_mean(value, option.among)
    return None


_FORMS: Mapping[str, tuple[Any, str]] = {
    "number": ((int, float), "a number"),
    "size": (int, "a whole number above 0"),
    "flag": (bool, "true or false"),
    "texts": (Mapping, "a mapping of texts"),
}


def _fits(option: Option, value: Any) -> bool:
    """Whether a value has the form of its setting."""
    form, _ = _FORMS.get(option.type, (object, ""))
    if isinstance(value, bool):
        return form in (bool, object)
    return isinstance(value, form) and (option.type != "size" or value > 0)


def _check_keys(places: Places, path: Path, target: Mapping[str, Any], output: Output) -> Found:
    known = [output.place, *output.options]
    for name in target:
        if name not in known:
            label, help = did_you_mean(str(name), known), f"the keys here are {listed(known, 40)}"
            message = f"output `{path[1]}` has no setting `{brief(str(name))}`"
            yield places.key((*path, name), "LS201", message, label=label, help=help)
    if output.place not in target:
        message = f"output `{path[1]}` needs `{output.place}`"
        yield places.value(path, "LS201", message, help=f"for example {output.place}: {output.example}")


def _url_problem(text: str) -> str:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    return "" if known else "is no http or https URL"


def _address_problem(text: str, output: Output) -> tuple[str, str]:
    """(why nothing can be sent to, or asked for at, this address, help)."""
    if output.place == "address" and text.startswith("unix:"):
        return "", ""
    found = split_port(text)
    if found is None:
        return "is no host:port", f"for example {output.example}"
    if output.place == "listen" and not is_loopback(found[0]):
        return "is no loopback address: other machines could ask there", "`--out` may open others"
    return "", ""


def host_of(text: str, output: Output) -> str:
    """The host that a target names; "" for one that is a Unix socket, or cannot be read."""
    if text.startswith("unix:"):
        return ""
    try:
        host = urlsplit(text if output.place == "url" else f"//{text}").hostname
    except ValueError:
        return ""
    return host or ""
