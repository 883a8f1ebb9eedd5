"""`graphql`: a query with its variables, as GraphQL over HTTP posts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadspec.expr import Scope, compile_json_body
from loadspec.protocols.http.bodies.body import Body, typed


def compile_graphql(value: Mapping[str, Any], scope: Scope, own: str) -> Body:
    """`query`, `variables` and `operation` → `{"query": …, "variables": …, "operationName": …}`."""
    document = {"query": value["query"]}
    if "variables" in value:
        document["variables"] = value["variables"]
    if "operation" in value:
        document["operationName"] = value["operation"]
    return typed(compile_json_body(document, scope), own, "application/json", scope)
