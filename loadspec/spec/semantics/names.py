"""What a name may mean where it stands: one dotted name or call, against what is declared and what is there by then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set

from msgspec import Struct, field
from msgspec.structs import replace

from loadspec.expr import FUNCTIONS, CallUse, NameUse
from loadspec.spec.diagnostics import Level, did_you_mean, listed

ANSWER = ("status", "duration", "ok", "json", "body", "headers", "error", "error_code", "size")
CONTEXT = ("env", "vars", "pool", "setup", "steps", "run", "vu", "iteration")
RESERVED = (*ANSWER, *CONTEXT)
RUN = ("id", "seed")
OUTCOMES = ("ok", "status", "duration")


class Known(Struct, frozen=True):
    """What a document declares: the same for all its expressions."""

    env: frozenset[str] = frozenset()
    vars: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    setup: frozenset[str] = frozenset()
    columns: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """Pool → the keys of its items, () where they are no mappings, None where that is not known."""


class View(Struct, frozen=True):
    """What one expression may name.

    `constants`, if any, are all that a name may begin with: what is known before the run. `answer` says that an
    answer is there, `ok` that it has been judged.
    `captures` and `steps` are there by now, `maybe` are captures that some ways to here make and others do not,
    `elsewhere` those of any step above, and so of branches that are not on the way, `loops` the names of loops above;
    `later` are captures and steps of the whole flow.
    """

    known: Known
    where: str = "the flow"
    constants: tuple[str, ...] = ()
    answer: bool = False
    ok: bool = False
    captures: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    elsewhere: Set[str] = frozenset()
    loops: Set[str] = frozenset()
    step: str = ""
    """The step that asks, where it has a name: what it sends may be written far from it."""
    later_captures: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    later_steps: frozenset[str] = frozenset()
    setup_over: bool = True
    own: frozenset[str] = frozenset()
    """Names that mean something only where this expression stands."""
    row: tuple[str, ...] | None = None
    """The keys of `row`, as in `Known.columns`."""
    drawn: set[str] = field(default_factory=set)
    """Pools that were drawn from, for whoever looks for unused ones."""


class Problem(Struct, frozen=True):
    """A finding about one name: `shift` and `length` say which part of it."""

    code: str
    message: str
    label: str = ""
    help: str = ""
    shift: int = 0
    length: int = 0
    level: Level = "error"


def check_name(use: NameUse, view: View) -> Problem | None:
    """What is wrong with one dotted name, or None."""
    head = use.parts[0]
    if head in view.own:
        return _column(use, 1, view.row, "a row") if head == "row" else None
    if view.constants and head not in view.constants:
        return _not_yet(head, view)
    if head in ANSWER:
        return _answer(head, view)
    check = _HEADS.get(head)
    if check:
        if len(use.parts) < 2:
            return Problem("LS024", f"`{head}` needs a name: `{head}.NAME`", length=len(head))
        return check(use, view)
    if head in CONTEXT:
        return None
    return _capture(use, view)


def _column(use: NameUse, at: int, columns: tuple[str, ...] | None, of: str) -> Problem | None:
    """What is wrong with the column that part `at` of a name asks for."""
    if columns is None or len(use.parts) <= at:
        return None
    name, shift = use.parts[at], sum(len(part) + 1 for part in use.parts[:at])
    if not columns:
        whole = ".".join(use.parts[:at])
        message = f"{of} is no mapping, and has no `{name}`"
        return Problem("LS073", message, help=f"write `{whole}` for all of it", shift=shift, length=len(name))
    if name in columns:
        return None
    message = f"{of} has no column `{name}`"
    return Problem(
        "LS073", message, did_you_mean(name, columns), f"the columns are {listed(columns)}", shift, len(name)
    )


def _not_yet(name: str, view: View) -> Problem:
    if "row" in view.own and name in (view.row or ()):
        return Problem("LS024", f"nothing is called `{name}` here", f"did you mean `row.{name}`?", length=len(name))
    message = f"`{name}` has no value here: only {listed(view.constants)} are known before the run"
    return Problem("LS039", message, did_you_mean(name, view.own), length=len(name))


def _answer(head: str, view: View) -> Problem | None:
    length = len(head)
    if not view.answer:
        help = "another step's outcome is steps.NAME.ok, .status or .duration"
        label = f"did you mean `vars.{head}`?" if head in view.known.vars else ""
        message = f"`{head}` is the answer's, and no answer is there yet"
        return Problem("LS039", message, label, help, length=length)
    if head == "ok" and not view.ok:
        message = "`ok` is what the checks amount to: a check cannot use it"
        return Problem("LS039", message, help="for example status == 200", length=length)
    return None


def _declared(kind: str, code: str, section: str, names: Callable[[View], Iterable[str]]) -> _Check:
    def check(use: NameUse, view: View) -> Problem | None:
        name, known = use.parts[1], sorted(names(view))
        if section == "pools":
            view.drawn.add(name)
        if name in known:
            columns = view.known.columns.get(name) if section == "pools" else None
            return _column(use, 2, columns, f"an item of pool `{name}`")
        help = f"declared under `{section}`: {listed(known)}" if known else f"declare it under `{section}`"
        if not section:
            help = f"there are {listed(known)}"
        message = f"no {kind} is called `{name}`"
        return Problem(code, message, did_you_mean(name, known), help, _shift(use), len(name))

    return check


def _setup(use: NameUse, view: View) -> Problem | None:
    name, known = use.parts[1], sorted(view.known.setup)
    if not view.setup_over:
        return Problem("LS039", "setup is not over: in it, captures are read by their own name", length=len("setup"))
    if name in known:
        return None
    help = f"setup captures {listed(known)}" if known else "no step of `setup` captures anything"
    message = f"setup captures no `{name}`"
    return Problem("LS024", message, did_you_mean(name, known), help, _shift(use), len(name))


def _steps(use: NameUse, view: View) -> Problem | None:
    problem = _step(use.parts[1], view, _shift(use))
    if problem is None and len(use.parts) > 2 and use.parts[2] not in OUTCOMES:
        part = use.parts[2]
        shift = _shift(use) + len(use.parts[1]) + 1
        help = f"a step has {listed(OUTCOMES)}"
        message = f"a step has no `{part}`"
        problem = Problem("LS024", message, did_you_mean(part, OUTCOMES), help, shift, len(part))
    if problem is None and len(use.parts) < 3:
        name = use.parts[1]
        problem = Problem("LS024", f"say what of step `{name}`: steps.{name}.ok, .status or .duration")
    return problem


def _step(name: str, view: View, shift: int) -> Problem | None:
    if name in view.steps:
        return None
    if name in view.later_steps:
        message = f"step `{name}` comes only later in {view.where}"
        return Problem("LS039", message, shift=shift, length=len(name))
    known = sorted(view.steps)
    help = f"the steps before this one are {listed(known)}" if known else "no step comes before this one"
    message = f"no step of {view.where} is called `{name}`"
    return Problem("LS025", message, did_you_mean(name, view.steps | view.later_steps), help, shift, len(name))


def _capture(use: NameUse, view: View) -> Problem | None:
    name = use.parts[0]
    if name in view.captures:
        return None
    length = len(name)
    if name in view.maybe:
        message = f"`{name}` may have no value here: not every way to {_asker(view)} captures it"
        return Problem("LS052", message, help=_PERHAPS.format(name), length=length, level="warning")
    if name in view.elsewhere:
        message = f"`{name}` is captured in another branch, which is not on the way to {_asker(view)}"
        return Problem("LS039", message, help="capture it before the branches part", length=length)
    if name in view.loops:
        message = f"`{name}` is there in the steps of its `repeat` only"
        return Problem("LS039", message, help="move the step into the loop", length=length)
    if name in view.later_captures:
        message = f"`{name}` is captured only later in {view.where}"
        return Problem("LS039", message, help="move the step that captures it up", length=length)
    for section, names in (("setup", view.known.setup), ("vars", view.known.vars), ("env", view.known.env)):
        if name in names:
            return Problem(
                "LS024", f"nothing is called `{name}` here", f"did you mean `{section}.{name}`?", length=length
            )
    if name in view.known.pools:
        return Problem("LS024", f"nothing is called `{name}` here", f"did you mean `pool.{name}`?", length=length)
    known = [*sorted(view.captures), *(RESERVED if view.answer else CONTEXT)]
    help = f"the names here are {listed(known)}"
    message = f"nothing is called `{name}`: no step before this one captures it"
    label = did_you_mean(name, known)
    if not label and view.answer and len(use.parts) > 1 and use.parts[1] in ANSWER:
        label = f"did you mean `{use.parts[1]}`?"  # `res.status`, as of a client's answer
    return Problem("LS024", message, label, help, length=length)


def _asker(view: View) -> str:
    return f"step `{view.step}`" if view.step else "this step"


_PERHAPS = "ask for it first: `defined({0})` in `when` or `if`, or `default({0}, ...)`; or capture it on every way"


def check_call(call: CallUse, view: View) -> Problem | None:
    """What is wrong with the name that `since` or `draw` is given, or None."""
    if view.constants and FUNCTIONS[call.name].needs in ("chance", "clock"):
        message = f"`{call.name}` has no value here: chance and time belong to a running user"
        return Problem("LS039", message, help="write it where it is used, in a step or endpoint")
    if call.name not in ("since", "draw"):
        return None
    if view.constants:
        return replace(_not_yet(call.name, view), length=0)
    name = str((call.args_constant or ("",))[0])
    if call.name == "since":
        return _step(name, view, 0)
    view.drawn.add(name)
    known = sorted(view.known.pools)
    if name in known:
        return None
    return Problem("LS022", f"no pool is called `{name}`", did_you_mean(name, known), f"the pools are {listed(known)}")


def _shift(use: NameUse) -> int:
    return len(use.parts[0]) + 1


_Check = Callable[[NameUse, View], Problem | None]

_HEADS: dict[str, _Check] = {
    "env": _declared("environment variable", "LS023", "env", lambda view: view.known.env),
    "vars": _declared("variable", "LS024", "vars", lambda view: view.known.vars),
    "pool": _declared("pool", "LS022", "pools", lambda view: view.known.pools),
    "run": _declared("value of the run", "LS024", "", lambda view: RUN),
    "setup": _setup,
    "steps": _steps,
}
"""First part of a dotted name → who checks the second."""
