"""What a spec's templates are before the run: over `env`, as far as it has values, and `vars`."""

from __future__ import annotations

from typing import Any

from loadspec.expr import ExprError, Scope, compile_template, to_text
from loadspec.masking import revealed
from loadspec.spec.model import Spec
from loadspec.wire.routes import parse_place


def constants(spec: Spec) -> Scope:
    """What is known before the run: `env`, and `vars`, which may be templates over it."""
    values: dict[str | tuple[str, ...], Any] = {
        ("env", name): revealed(value) for name, value in spec.env_values.items()
    }
    env = Scope(constants=dict(values))
    for name, value in spec.vars.items():
        try:
            template = compile_template(value, env) if isinstance(value, str) else None
        except ExprError:
            continue
        if template is None or template.constant:
            values["vars", name] = value if template is None else template.value
    return Scope(constants=values)


def known_hosts(spec: Spec) -> dict[str, str]:
    """`network.hosts` without places that only the run can know, or that are none."""
    scope = constants(spec)
    places = {rule: folded(place, scope) for rule, place in spec.settings.route.hosts.items()}
    return {rule: place for rule, place in places.items() if place is not None and _is_place(place)}


def _is_place(text: str) -> bool:
    try:
        return bool(parse_place(text))
    except ValueError:
        return False


def folded(text: str, scope: Scope) -> str | None:
    """A template as a text, None where it is not known yet."""
    try:
        template = compile_template(text, scope)
    except ExprError:
        return None
    return to_text(template.value) if template.constant else None
