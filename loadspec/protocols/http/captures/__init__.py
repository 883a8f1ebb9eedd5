"""Captures: values kept from an answer. A source is a row in `SOURCES`: from its text to what finds its values.

Which of several matches is kept is settled when the plan is compiled; a plain capture costs one call.
"""

from __future__ import annotations

from loadspec.protocols.http.captures.answer import headers_of, json_of, text_of
from loadspec.protocols.http.captures.fields import Fields
from loadspec.protocols.http.captures.rows import Pick, Row, compile_captures, secret_values
from loadspec.protocols.http.captures.sources import SOURCES

__all__ = ["SOURCES", "Fields", "Pick", "Row", "compile_captures", "headers_of", "json_of", "secret_values", "text_of"]
