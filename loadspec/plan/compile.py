"""Spec → Plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from msgspec import Struct, field

from loadspec.expr import Missing, compile_template
from loadspec.load import crews_of, max_seats
from loadspec.masking import revealed
from loadspec.metrics.meters import Meters
from loadspec.metrics.tag_values import TagValues
from loadspec.metrics.tape import Tape
from loadspec.plan.chance import chance_of
from loadspec.plan.items import ItemMeter, item_meter, small_pools
from loadspec.plan.model import Flow, Phase, Plan, RunStep, ScenarioPlan
from loadspec.plan.names import outcome_slots, value_names
from loadspec.plan.pools import make_pools, replays_of, secret_cells
from loadspec.plan.scope import RunScope
from loadspec.plan.settings import render_settings
from loadspec.plan.steps import compile_step
from loadspec.plan.steps.answer import secret_rows
from loadspec.plan.steps.context import Context
from loadspec.plan.taping import taped
from loadspec.plan.watch import Watch, watching
from loadspec.pools import Pool
from loadspec.protocols.failures import FailureLog
from loadspec.protocols.http.captures import secret_values
from loadspec.protocols.http.cookies import secret_cookies
from loadspec.protocols.http.request import Origins
from loadspec.spec.model import Scenario, Spec, Step, all_exchanges
from loadspec.spec.secrets import known_secrets, pools_of_credentials
from loadspec.wire.settings import Http


def compile_plan(spec: Spec, seed: int, run_id: str = "", watch: Watch | None = None, samples: bool = False) -> Plan:
    """Compile a validated spec; with `samples` each sample is kept on the tapes of the phases' meters.

    Raises ExprError or ValueError for what only values can show to be wrong.
    """
    constants, unset = _constants(spec, seed, run_id)
    settings = render_settings(spec.settings, RunScope(constants, (), (), {}, unset), spec.target.base_url)
    phases = {
        name: Phase(Meters(Tape(name) if samples else None), _failures(spec)) for name in ("setup", "load", "teardown")
    }
    compile = compile_step if watch is None else watching(compile_step, watch)
    flows = _Flows(spec, seed, constants, unset, settings.http, phases, compile)
    setup = flows.compiled(spec.setup, "setup", "setup")
    teardown = flows.compiled(spec.teardown, "teardown", "teardown")
    crews = crews_of(spec.scenarios)
    seats = max(1, max_seats(crews))
    pools, apart = make_pools(spec.pools.values(), constants, seed, run_id, seats, flows.takers, replays_of(crews))
    items = flows.note(pools)
    scenarios = tuple(_scenario(one, flows, items) for one in spec.scenarios)
    return Plan(
        setup=setup,
        teardown=teardown,
        scenarios=scenarios,
        phases=phases,
        pools=pools,
        origins=flows.origins,
        settings=settings,
        seed=seed,
        setup_timeout=spec.setup_timeout,
        teardown_timeout=spec.teardown_timeout,
        watch=watch,
        pools_apart=apart,
        tag_values=flows.tag_values,
        items=items,
    )


class _Flows(Struct):
    """Compiles the flows of a plan; here is what they share."""

    spec: Spec
    seed: int
    constants: Mapping[str, Any]
    unset: list[tuple[str, str]]
    http: Http
    phases: Mapping[str, Phase]
    compile: Callable[[Step, Context], RunStep]
    origins: Origins = field(default_factory=Origins)
    numbers: Iterator[int] = field(default_factory=count)
    shared: dict[Any, Any] = field(default_factory=dict)
    tag_values: TagValues = field(default_factory=TagValues)
    takers: dict[str, dict[int, bool]] = field(default_factory=dict)
    """Which pools setup and teardown draw from: see `make_pools`."""
    small: frozenset[int] = frozenset()
    """Pools that are noted from now on: see `plan.items`."""

    def compiled(
        self,
        steps: tuple[Step, ...],
        phase: str,
        scenario: str,
        tags: Mapping[str, str] | None = None,
        scheduled: bool = False,
    ) -> Flow:
        """The flow of a scenario, or of setup or teardown, which are called so."""
        slots = outcome_slots(steps)
        names = value_names(steps)
        scope = RunScope(
            self.constants, self.spec.pools, names, slots, self.unset, chance_of(self.seed, phase), self.small
        )
        context = Context(
            tags={"scenario": scenario, **(tags or {})},
            scope=scope,
            phase=self.phases[phase],
            target=self.spec.target,
            metrics=self.spec.metrics,
            origins=self.origins,
            slots=slots,
            seed=self.seed,
            numbers=self.numbers,
            compile=self.compile,
            shared=self.shared,
            tag_values=self.tag_values,
            http=self.http,
            scheduled=scheduled,
        )
        compiled = tuple(self.compile(step, context) for step in steps)
        if phase != "load" and scope.drawn:
            self.takers[phase] = scope.drawn
        return Flow(compiled, len(slots), noted=not self.small.isdisjoint(scope.drawn))

    def note(self, pools: Sequence[Pool]) -> ItemMeter | None:
        """Flows of the load note what they draw of the pools that are small → what counts it, if there are any."""
        self.small = small_pools(pools)
        if not self.small:
            return None
        hidden = pools_of_credentials(self.spec)
        return self.phases["load"].meters.keep(item_meter(pools, self.small, known_secrets(self.spec), hidden))


def _constants(spec: Spec, seed: int, run_id: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What expressions can read that no request changes, and the names among it that have no value."""
    constants: dict[str, Any] = {
        "env": {n: revealed(v) for n, v in spec.env_values.items()},
        "vars": dict(spec.vars),
        "run": {"id": run_id, "seed": seed},
    }
    unset = [("env", name) for name in spec.env if name not in spec.env_values]
    constants["vars"] = _resolve_vars(constants, unset)
    unset += [("vars", name) for name in spec.vars if name not in constants["vars"]]
    return constants, unset


def _scenario(scenario: Scenario, flows: _Flows, items: ItemMeter | None) -> ScenarioPlan:
    tags, meters = {"scenario": scenario.name, **scenario.tags}, flows.phases["load"].meters
    is_open = scenario.load.planned is not None
    flow = flows.compiled(scenario.flow, "load", scenario.name, scenario.tags, scheduled=is_open)
    return ScenarioPlan(
        name=scenario.name,
        load=scenario.load,
        flow=flow if meters.tape is None else taped(flow, meters.tape, tags),
        iterations=meters.iterations(**tags),
        weight=scenario.weight,
        start_at=scenario.start_at,
        after=scenario.after,
        tags=scenario.tags,
        min_iteration_duration=scenario.min_iteration_duration,
        items=items if flow.noted else None,
    )


def _resolve_vars(constants: Mapping[str, Mapping[str, Any]], unset: list[tuple[str, str]]) -> dict[str, Any]:
    """Variables may be templates over `env`; they fold to constants. One over an unset name has no value either."""
    scope = RunScope({"env": constants["env"], "run": constants["run"]}, (), (), {}, unset)
    resolved = {}
    for name, value in constants["vars"].items():
        template = compile_template(value, scope) if isinstance(value, str) else None
        if template is None:
            resolved[name] = value
        else:
            with suppress(Missing):  # over an unset name, or of what cannot be
                resolved[name] = template.render(None)
    return resolved


def _failures(spec: Spec) -> FailureLog:
    requests = list(spec.endpoints.values())
    requests += [
        step.request
        for flow in (spec.setup, spec.teardown, *(scenario.flow for scenario in spec.scenarios))
        for step in all_exchanges(flow)
    ]
    log = FailureLog(known_secrets(spec), secret_values(secret_rows(requests)))
    log.hide(secret_cookies)
    log.hide(secret_cells)
    return log
