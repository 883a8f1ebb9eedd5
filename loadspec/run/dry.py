"""`run --dry-run`: one user, every step once, all that is sent and answered to read. Nothing is measured or kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
from msgspec import Struct, field

from loadspec.clock import Clock, monotonic
from loadspec.engine import Bounds, Engine, PhaseEnd
from loadspec.errors import ExitCode, LoadspecError
from loadspec.expr import to_text
from loadspec.fleet.httplog import HttpLog, notes_of
from loadspec.fleet.logfile import begin_log
from loadspec.masking import MASK
from loadspec.plan import compile_plan
from loadspec.plan.rehearsal import rehearsed
from loadspec.protocols.http.transcript import harmless, transcript
from loadspec.protocols.user import User
from loadspec.run.conductor import GRACE
from loadspec.run.options import RunOptions
from loadspec.run.preflight import check_run
from loadspec.run.signals import Signals
from loadspec.run.values import target
from loadspec.spec.model import CallStep, PollStep, Spec, Step
from loadspec.transports.base import Answer
from loadspec.ui.text import Style
from loadspec.units import format_ms
from loadspec.wire.url import Origin

_MARGIN = " " * 6
_PATIENCE = 5.0
"""Seconds after which a step that is still under way says so."""


class _Visit(Struct):
    """A step that is under way: what was captured before it, and the exchanges since."""

    captures: dict[str, Any]
    told: float
    exchanges: list[list[str]] = field(default_factory=list)
    answers: list[tuple[str, int, float]] = field(default_factory=list)


class DryRun:
    """Looks on and tells: a `Watch` whose lines go to `say`. `failed` names the steps that were not ok."""

    def __init__(
        self,
        spec: Spec,
        options: RunOptions,
        say: Callable[[str], None],
        style: Style,
        http_log: HttpLog | None = None,
        clock: Clock = monotonic,
    ) -> None:
        self._say = say
        self._http_log = http_log
        self._clock = clock
        self._style = style
        self._spec = rehearsed(spec)
        self._plan = compile_plan(self._spec, options.seed, options.run_id, self)
        self._bodies = not options.quiet
        bounds = Bounds.from_wire(options.limits.wire())
        self._engine = Engine(self._plan, lambda snapshot: self._pending.extend(snapshot["failures"]), bounds)
        self._pending: list[dict[str, Any]] = []
        self._messages: dict[tuple[Any, ...], str] = {}  # a class of failures brings its message once
        self._visits: dict[User, list[_Visit]] = {}
        self._phase = "setup"
        self._where = ""
        self._asked: set[str] = set()
        self.failed: list[str] = []

    def run(self) -> ExitCode:
        """Setup, every scenario, teardown → the exit code of the whole. Signals act as in a run."""
        with Signals(self._heard) as signals:
            setup = self._told("setup", self._engine.setup())
            if setup.status == "timeout":
                return ExitCode.SETUP_TIMEOUT
            if setup.status == "failed":
                return ExitCode.SETUP_FAILED
            load = PhaseEnd()
            if not signals():
                self._phase = "load"
                load = self._told("the load", self._engine.load(setup.captures))
            if signals() <= 1:
                self._phase = "teardown"
                self._told("teardown", self._engine.teardown(setup.captures))
            self._say("".join(self._closing()))
            if signals():
                return ExitCode.INTERRUPTED
        if load.status == "failed":
            return ExitCode.ABORTED
        return ExitCode.THRESHOLDS if self.failed else ExitCode.OK

    def _heard(self, count: int) -> None:
        """A stop signal came. The first leaves teardown alone."""
        if count > 1 or self._phase != "teardown":
            gevent.spawn(self._stop, GRACE if count == 1 else 0.0)

    def _stop(self, grace: float) -> None:
        self._say(f"\nstopping: {grace:g} s for what is in flight\n" if grace else "\nstopping now\n")
        self._engine.stop(grace, self._phase)

    def _told(self, phase: str, end: PhaseEnd) -> PhaseEnd:
        if end.status == "crashed":
            raise RuntimeError(end.reason)
        if end.status != "done":
            self._say(f"{phase} ended early: {harmless(end.reason) or end.status}\n")
        return end

    def _closing(self) -> Iterator[str]:
        known = list(self._spec.endpoints)
        left = [name for name in known if name not in self._asked]
        asked = f"{len(known) - len(left)} of {len(known)} endpoints asked"
        failed = f"not ok: {', '.join(self.failed)}" if self.failed else "every step was ok"
        yield f"\n{asked}; {failed}\n"
        if left:
            yield f"not asked: {', '.join(left)}\n"

    # What the plan tells, in the user's greenlet

    def entered(self, user: User, step: Step) -> None:
        """See `plan.watch`."""
        self._visits.setdefault(user, []).append(_Visit(dict(user.captures), self._clock()))

    def exchanged(self, user: User, origin: Origin, request: bytes, answer: Answer) -> None:
        """See `plan.watch`."""
        line = request.partition(b" HTTP/1.1\r\n")[0].decode("utf-8", "replace")
        method, _, path = line.partition(" ")
        masker = self._log.masker(user)
        visit = self._visits[user][-1]
        visit.answers.append((harmless(masker(f"{method} {origin}{path}")), answer.status, answer.duration))
        visit.exchanges.append([harmless(text) for text in transcript(request, answer, masker)])
        if self._http_log is not None:
            self._http_log.failures = self._log
            self._http_log.exchanged(user, origin, request, answer)
        if self._clock() - visit.told >= _PATIENCE:
            visit.told = self._clock()
            self._head(user)
            self._say(f"{self._style('…', 'dim')} still asking{_result(visit)}\n")

    def left(self, user: User, step: Step, cut: bool) -> None:
        """See `plan.watch`."""
        visit = self._visits[user].pop()
        if isinstance(step, CallStep | PollStep):
            self._head(user)
            self._say("".join(f"{line}\n" for line in self._lines(user, step, visit, cut)))

    def _head(self, user: User) -> None:
        """Where we are, whenever that changes."""
        where = self._phase if self._phase != "load" else f"scenario {self._spec.scenarios[user.seat].name}"
        if where != self._where:
            self._say(f"\n{self._style(where, 'head')}\n")
            self._where = where

    @property
    def _log(self) -> Any:
        return self._plan.phases[self._phase].failures

    def _lines(self, user: User, step: CallStep | PollStep, visit: _Visit, cut: bool) -> Iterator[str]:
        failures = self._failures()
        samples = self._log.drain_samples()
        style = self._style
        if not visit.answers and not failures and not cut:
            yield f"{style('-', 'dim')} {step.name}: not sent, its condition did not hold"
            return
        if visit.answers:
            self._asked.add(step.endpoint)
        ok = user.ok and not cut
        if not ok:
            self.failed.append(step.name)
        yield f"{style('✓', 'good') if ok else style('✗', 'bad')} {style(step.name, 'strong')}{_result(visit)}"
        if self._bodies:
            yield from (f"{_MARGIN}{line}".rstrip() for line in _shown(visit.exchanges, isinstance(step, PollStep)))
        for message in [*failures, *self._log.drain_remarks(), *(["interrupted"] if cut else [])]:
            yield f"{_MARGIN}{style('!', 'warn')} {harmless(message)}"
        for sample in samples:
            expected, found = (harmless(str(sample[key])) for key in ("expected", "found"))
            yield f"{_MARGIN}  `{harmless(sample['check'])}` expects {expected}; found {found}"
        yield from self._captured(user, step, visit)

    def _failures(self) -> list[str]:
        """The messages of what failed since the last call."""
        found = [*self._pending, *self._log.drain()]
        self._pending.clear()
        for failure in found:
            if "message" in failure:
                self._messages[tuple(failure["key"])] = failure["message"]
        return [self._messages.get(tuple(failure["key"]), failure["key"][1]) for failure in found]

    def _captured(self, user: User, step: CallStep | PollStep, visit: _Visit) -> Iterator[str]:
        masker = self._log.masker(user)
        for capture in step.request.captures:
            value = user.captures.get(capture.name, _captured_nothing)
            if value is not _captured_nothing and value is not visit.captures.get(capture.name, _captured_nothing):
                text = MASK if capture.secret else _brief(masker(to_text(value)))
                yield f"{_MARGIN}captured {capture.name} = {text}"


_captured_nothing = object()


def _brief(text: str, most: int = 100) -> str:
    line = harmless(text.replace("\n", " "))
    return line if len(line) <= most else f"{line[:most]}…"


def _result(visit: _Visit) -> str:
    if not visit.answers:
        return ""
    what, status, duration = visit.answers[-1]
    came = f"{status} in {format_ms(duration)}" if status else "no answer"
    count = f" ({len(visit.answers)} requests)" if len(visit.answers) > 1 else ""
    return f": {what} → {came}{count}"


def _shown(exchanges: list[list[str]], of_poll: bool) -> Iterator[str]:
    """Every hop of redirects and every retry; of a poll the first and the last, for nobody wants to read all."""
    for number, lines in enumerate(exchanges):
        if not of_poll or number in (0, len(exchanges) - 1):
            yield from lines
            yield ""
        elif number == 1:
            yield f"... {len(exchanges) - 2} more"
            yield ""


def dry_run(spec: Spec, options: RunOptions, say: Callable[[str], None], style: Style) -> ExitCode:
    """Try a spec. Raises LoadspecError where it cannot be tried at all."""
    check_run(spec)
    log = None
    if options.log_http is not None:
        begin_log(options.log_http)
        log = HttpLog(str(options.log_http))
    try:
        tried = DryRun(spec, options, say, style, log)
    except ValueError as error:
        raise LoadspecError(str(error), getattr(error, "hint", ""), ExitCode.INVALID_SPEC) from None
    say(f"dry run of {spec.source} against {harmless(target(spec))}: one user, every step once, no report\n")
    code = tried.run()
    for note in notes_of(log):
        say(f"{note}\n")
    return code
