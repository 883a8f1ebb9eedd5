"""`loadspec init`: four questions, and a spec that runs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from loadspec.cli.errors import reported
from loadspec.cli.streams import put, say
from loadspec.errors import OutputError, UsageError
from loadspec.units import format_duration, parse_duration


class Kind(Struct, frozen=True):
    """What a user does; `path` is the main request's unless another is given."""

    about: str
    path: str
    login: bool = True
    job: bool = False


KINDS: Mapping[str, Kind] = {
    "request": Kind("Each user sends one request again and again.", "/healthz", login=False),
    "login": Kind("Each user logs in, then sends a request with its token.", "/api/credits"),
    "job": Kind("Each user logs in, asks for work, and polls until it is done.", "/api/images/demo/generate", job=True),
}
"""The drafts there are. Their paths are those of `loadspec mock`, so that a draft runs before it is changed."""

_TAKEN = ("login", "result", "null", "true", "false")
"""No names for the main request: the draft's other endpoints, and what YAML reads as no text."""
_LONGEST = 40

URL = "http://127.0.0.1:8089"
FILE = "loadspec.yaml"


class Answers(Struct, frozen=True):
    """What the draft is made of; `duration` in seconds."""

    kind: str = "request"
    url: str = URL
    path: str = ""
    users: int = 5
    duration: float = 30.0
    file: str = FILE


def draft(answers: Answers) -> str:
    """The spec as text: ramp up for a fifth of the time, hold, ramp down for a tenth."""
    from jinja2 import Environment, StrictUndefined  # every value that comes from outside goes through `_quoted`

    kind = KINDS[answers.kind]
    up, down = answers.duration / 5, answers.duration / 10
    lengths = [format_duration(round(part, 3)) for part in (up, answers.duration - up - down, down)]
    stages = ", ".join(
        f"{length}:{users}" for length, users in zip(lengths, (answers.users, answers.users, 0), strict=True)
    )
    text = files("loadspec.cli").joinpath("templates/init.yaml.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - YAML
    path = answers.path or kind.path
    return environment.from_string(text).render(
        kind=kind,
        name=_quoted("my-api" if answers.file in ("-", FILE) else Path(answers.file).stem),
        file=answers.file if answers.file != "-" else "FILE",
        url=_quoted(answers.url),
        path=_quoted(path),
        endpoint=_endpoint(path),
        stages=stages,
    )


def _quoted(text: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)


def _endpoint(path: str) -> str:
    """The last word of a path that can be a name: `/api/v1/credits?all=1` is `credits`."""
    words = re.findall(r"[A-Za-z][A-Za-z0-9_]*", path.partition("?")[0])
    names = [word for word in words if len(word) <= _LONGEST and word.lower() not in _TAKEN]
    return names[-1] if names else "request"


@click.command("init")
@click.argument("file", default=FILE)
@click.option("--kind", type=click.Choice(list(KINDS)), help="What a user does.")
@click.option("--url", metavar="URL", help=f"Where the API is; {URL} is `loadspec mock`.")
@click.option("--path", metavar="PATH", help="The path of the main request.")
@click.option("-u", "--vus", "users", type=click.IntRange(1, 100_000), metavar="N", help="How many users.")
@click.option("-d", "--duration", metavar="TIME", help="How long.")
@click.option("--ask/--yes", "ask", default=None, help="Ask, or take the defaults; by default it asks on a terminal.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(file: str, ask: bool | None, force: bool, **given: Any) -> None:
    """Write a spec to FILE (loadspec.yaml), or to stdout if FILE is -.

    What no option says is asked for on a terminal, and has a default anywhere else.
    """
    with reported():
        if file != "-" and Path(file).exists() and not force:
            raise UsageError(f"{file} is there already", "name another file, or write over it with --force")
        asking = sys.stdin.isatty() if ask is None else ask
        answers = _answers(file, given, asking)
        text = draft(answers)
        if file == "-":
            put(text)
            return
        _write(Path(file), text)
    mock = "" if answers.url != URL or given["url"] else "loadspec mock &             # unless your API is there\n"
    say(f"{file} is written. Now:\n{mock}loadspec validate {file}\nloadspec run {file}\n")


def _write(path: Path, text: str) -> None:
    from loadspec.outputs.files import replace_file

    try:
        if path.is_file() or (path.parent.is_dir() and not path.exists()):
            replace_file(path.resolve(), text.encode())
        else:
            path.write_text(text, encoding="utf-8")  # a device takes it; what else is there says why it cannot
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}", "name a file in another folder, one that is there"
        ) from None


def _answers(file: str, given: Mapping[str, Any], asking: bool) -> Answers:
    """Options first, then answers, then defaults. Raises UsageError for an option that cannot be read."""

    def ask(name: str, question: str, default: str, check: Callable[[str], Any]) -> Any:
        if given[name] is not None:
            return _checked(f"--{name}", str(given[name]), check)
        if not asking:
            return check(default)
        try:
            return click.prompt(question, default, value_proc=_proc(check), err=True)
        except click.Abort:  # the end of the input; Ctrl-C ends the program before
            raise UsageError("there are no more answers", "--yes takes the defaults") from None

    kind = ask("kind", f"What does a user do ({', '.join(KINDS)})", "request", _kind)
    return Answers(
        kind=kind,
        url=ask("url", "Where is the API", URL, _url),
        path=ask("path", "Path of the main request", KINDS[kind].path, _path),
        users=ask("users", "How many users", "5", _users),
        duration=ask("duration", "For how long", "30s", _duration),
        file=file,
    )


def _checked(option: str, text: str, check: Callable[[str], Any]) -> Any:
    try:
        return check(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _proc(check: Callable[[str], Any]) -> Callable[[str], Any]:
    def proc(text: str) -> Any:
        try:
            return check(text)
        except ValueError as error:
            raise click.UsageError(str(error)) from None  # click asks again

    return proc


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"`{text}` is none of {', '.join(KINDS)}")
    return text


def _url(text: str) -> str:
    from loadspec.wire.url import parse_url

    parse_url(text)
    return text.rstrip("/")


def _path(text: str) -> str:
    if not re.fullmatch(r"/[^\s\x00-\x1f\x7f]*", text) or "{{" in text:
        raise ValueError(f"`{text}` is no path: it begins with /, and a blank is %20")
    return text


def _users(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise ValueError(f"`{text}` is no number of users, from 1 to 100000")
    return int(text)


def _duration(text: str) -> float:
    seconds = parse_duration(text)
    if seconds < 1:
        raise ValueError("that is shorter than a second")
    return seconds
