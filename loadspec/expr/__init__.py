"""The expression language: an allow-listed subset of Python's grammar, compiled once to closures.

It knows no users, pools or responses: the caller's `Scope` says what names mean, and the context passes through.
"""

from __future__ import annotations

from loadspec.expr.body import (
    Bytes,
    compile_bytes,
    compile_form_body,
    compile_json_body,
    compile_query,
    header_value,
    quote_segment,
)
from loadspec.expr.code import Code
from loadspec.expr.compile import compile_code, compile_expression
from loadspec.expr.errors import EvalError, ExprError, Missing, UnknownName
from loadspec.expr.functions import FUNCTIONS
from loadspec.expr.kinds import Doubt, Kinds, kinds_in, kinds_in_template
from loadspec.expr.names import CallUse, NameUse, calls_in, calls_in_template, names_in, names_in_template
from loadspec.expr.regex import Regex, compile_regex
from loadspec.expr.scope import Binding, Factory, Getter, Scope
from loadspec.expr.template import Template, TemplateExpr, compile_template, parse_template
from loadspec.expr.values import dump_json, to_bytes, to_json, to_text

__all__ = [
    "FUNCTIONS",
    "Binding",
    "Bytes",
    "CallUse",
    "Code",
    "Doubt",
    "EvalError",
    "ExprError",
    "Factory",
    "Getter",
    "Kinds",
    "Missing",
    "NameUse",
    "Regex",
    "Scope",
    "Template",
    "TemplateExpr",
    "UnknownName",
    "calls_in",
    "calls_in_template",
    "compile_bytes",
    "compile_code",
    "compile_expression",
    "compile_form_body",
    "compile_json_body",
    "compile_query",
    "compile_regex",
    "compile_template",
    "dump_json",
    "header_value",
    "kinds_in",
    "kinds_in_template",
    "names_in",
    "names_in_template",
    "parse_template",
    "quote_segment",
    "to_bytes",
    "to_json",
    "to_text",
]
