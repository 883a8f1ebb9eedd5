"""Everything known at the end of a run, put into one `RunResult`. Pure, but for the environment it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from loadspec import __version__
from loadspec.error_kinds import way_out
from loadspec.load import Crew, Window, crews_of, windows
from loadspec.masking import Masker
from loadspec.metrics import BUILTIN, MetricInfo, Rate
from loadspec.results import Collector, Facts, RunResult, judge_run
from loadspec.results.books import check_results, endpoint_stats, request_counts
from loadspec.results.health import limited_sentence
from loadspec.results.losses import told, withheld
from loadspec.results.model import EndpointInfo, PoolStats, ScenarioInfo, Timing
from loadspec.results.scenarios import scenario_stats
from loadspec.run.conductor import Conductor
from loadspec.run.options import RunOptions
from loadspec.run.values import target
from loadspec.spec import resolved_yaml
from loadspec.spec.model import Scenario, Spec
from loadspec.spec.secrets import known_secrets, token_endpoints
from loadspec.thresholds import without_latency
from loadspec.units import format_count, format_duration, format_ms

Level = TypeVar("Level", bound=float)


def scenario_infos(spec: Spec, began: Mapping[str, float | None] | None = None) -> list[ScenarioInfo]:
    """The scenarios as planned; once it is known when each `began`, their shapes are drawn from there."""
    crews = crews_of(spec.scenarios)
    on = windows(crews)
    return [
        _scenario(scenario, on[crew.name], crew, (began or {}).get(scenario.name))
        for crew in crews
        for scenario in crew.members
    ]


def _scenario(scenario: Scenario, on: Window, crew: Crew[Scenario], began: float | None) -> ScenarioInfo:
    load, begin = scenario.load, on.start if began is None else began
    is_open = load.planned is not None
    return ScenarioInfo(
        name=scenario.name,
        executor=load.executor,
        description=_described(scenario, crew),
        max_users=load.max_vus,
        duration=load.duration,
        max_duration=load.end,
        shape=[] if is_open else _drawn(load.users_at, load.duration, begin),
        rates=_drawn(load.rate_at, load.duration, begin) if is_open else [],
        start=on.start,
        after=scenario.after or "",
        weight=scenario.weight,
        tags=scenario.tags,
    )


def _described(scenario: Scenario, crew: Crew[Scenario]) -> str:
    """k6's words for the load, with its share of a mix and when it begins."""
    text = scenario.load.describe()
    if len(crew.members) > 1:
        total = sum(member.weight or 0.0 for member in crew.members)
        text = f"{100 * (scenario.weight or 0.0) / total:.4g}% of {text}"
    if scenario.after is not None:
        return f"{text}, after {scenario.after}"
    return f"{text}, from {format_duration(scenario.start_at)}" if scenario.start_at else text


def _drawn(
    level: Callable[[float], Level], duration: float, start: float, steps: int = 120
) -> list[tuple[float, Level]]:
    """What is planned at each of so many steps, and nothing before the start."""
    times = [duration * i / steps for i in range(steps + 1)]
    before = [(start * (1 - 1e-6), level(-1.0))] if start else []
    return [*before, *((start + t, level(t)) for t in times)]


def masker(spec: Spec) -> Masker:
    """Hides the values of the spec's secret environment variables and of its credentials."""
    return Masker(known_secrets(spec))


def facts(conductor: Conductor, limited: str = "") -> Facts:
    """What the verdict needs; `limited` where the generator was, and is not allowed to."""
    store, outcome = conductor.collector.stores["load"], conductor.outcome
    failed = store.where("http_req_failed")
    requests = int(store.total("http_reqs"))
    results = withheld(
        conductor.watch.results(), outcome.losses, conductor.collector.elapsed, bool(outcome.worker_lost)
    )
    return Facts(
        thresholds=without_latency(results) if limited else results,
        requests=requests,
        answered=requests - int(store.total("http_reqs", status="0")),
        failed=failed.passes if isinstance(failed, Rate) else 0,
        errors=conductor.collector.error_totals,
        duration=conductor.collector.elapsed,
        setup_failed=outcome.setup_failed,
        setup_timed_out=outcome.setup_timed_out,
        interrupted=conductor.interrupted,
        aborted=outcome.aborted,
        worker_lost=outcome.worker_lost,
        losses=outcome.losses,
        limited=limited,
        teardown_timed_out=outcome.teardown_timed_out,
    )


def assemble(
    spec: Spec,
    options: RunOptions,
    conductor: Conductor,
    started_at: str,
    environment: Mapping[str, str],
    generator: Mapping[str, Any],
) -> RunResult:
    """→ the result, judged."""
    collector, outcome = conductor.collector, conductor.outcome
    endpoints = [EndpointInfo(name, request.method, request.path) for name, request in spec.endpoints.items()]
    endpoints += [EndpointInfo(name, "POST", url) for name, url in token_endpoints(spec).items()]
    custom = {name: MetricInfo(metric.kind, metric.contains) for name, metric in spec.metrics.items()}
    health = collector.health_of_workers()
    limited = limited_sentence(health, collector.elapsed)
    known = facts(conductor, "" if options.allow_saturated else limited)
    verdict = judge_run(known)
    mask = masker(spec)
    requests = request_counts(collector.stores, endpoints)
    infos = scenario_infos(spec, {name: row["began"] for name, row in collector.scenarios.items()})
    return RunResult(
        run_id=options.run_id,
        version=__version__,
        spec_name=spec.name,
        spec_path=spec.source,
        profile=options.profile,
        command=mask(options.command),
        seed=options.seed,
        started_at=started_at,
        duration=collector.elapsed,
        target=mask(target(spec)),
        scenarios=infos,
        endpoints=endpoints,
        metrics={**BUILTIN, **custom},
        custom_metrics=list(custom),
        stores=collector.stores,
        points=collector.points,
        thresholds=known.thresholds,
        checks=check_results(collector.stores["load"], collector.check_samples()),
        errors=collector.errors(),
        requests=requests,
        endpoint_stats=endpoint_stats(collector.stores["load"], endpoints, collector.elapsed),
        iterations=collector.iterations,
        environment=environment,
        resolved_spec=resolved_yaml(spec),
        scenario_stats=scenario_stats(infos, collector.scenarios, collector.stores["load"]),
        pools=pool_stats(spec, collector),
        timing=timing(spec, collector, sum(row.answered for row in requests)),
        warnings=[mask(warning) for warning in _warnings(conductor, options)],
        events=conductor.events,
        losses=outcome.losses,
        failure=mask(outcome.setup_failed or outcome.aborted or outcome.worker_lost),
        hint=_hint(conductor.collector, known),
        exit_code=verdict.exit_code,
        verdict=verdict.word,
        sentence=mask(verdict.sentence),
        generator=generator,
        health=health,
        limited=limited,
    )


def pool_stats(spec: Spec, collector: Collector) -> list[PoolStats]:
    """How each pool was used, in the order of the spec; none where no load ran."""
    return [
        PoolStats(name, pool.pick, used.rows, used.drawn, used.distinct, used.repeated, pool.bust is not None)
        for name, pool in spec.pools.items()
        if (used := collector.pools.get(name)) is not None
    ]


def timing(spec: Spec, collector: Collector, answered: int) -> Timing:
    """Who timed the answers."""
    return Timing(spec.settings.timing, collector.stamped, max(0, answered - collector.stamped))


def _warnings(conductor: Conductor, options: RunOptions) -> Iterator[str]:
    yield from map(told, conductor.outcome.losses)
    if conductor.outcome.teardown_failed:
        yield f"teardown failed: {conductor.outcome.teardown_failed}"
    yield from conductor.outcome.notes
    requests, seconds = conductor.collector.held_back
    if requests and options.limits.max_rate is not None:
        each = format_ms(1000 * seconds / requests)
        origin = options.limits.max_rate.origin
        yield f"held back by {origin}: {format_count(requests)} requests waited {each} each on average"


def _hint(collector: Collector, known: Facts) -> str:
    """What to do where nothing was answered."""
    if known.answered:
        return ""
    kinds = [error.kind for error in collector.errors()]
    return next((way for kind in kinds if (way := way_out(kind))), "")
