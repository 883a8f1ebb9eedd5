"""Thresholds that compute: arithmetic between aggregates of one run, on both sides of a comparison.

comparison = sum op sum
sum        = product (+|- product)*
product    = factor (*|/ factor)*          `5% of x` is 5% * x
factor     = -factor | (sum) | number unit | aggregate(metric{selector})       p(95)(http_req_duration)

Read by hand into reverse Polish notation; nothing is evaluated by Python. What cannot be compared or added is refused:
times go with times, sizes with sizes, counts with counts and plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from loadspec.thresholds.aggregates import measure_of, read_aggregate
from loadspec.thresholds.dimensions import LITERALS, Dimension, DimensionError, common, measure_named, of_measure
from loadspec.thresholds.error import ThresholdError
from loadspec.thresholds.model import EXPRESSIONS, Op, Program, Term, Threshold
from loadspec.thresholds.parse import Kinds, read_op, text_and_options, with_options
from loadspec.thresholds.selector import Values, parse_key

_SHAPE = "for example count(credit_errors) < 5% of count(http_reqs)"
_DEEPEST = 20
_LONGEST = 2000

_NAME = r"[A-Za-z_]\w*"
_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:\s*(%|[A-Za-zµ]+(?:/s)?|/s(?!\w)))?"
_TIMES = r"(?:[0-9]+(?:\.[0-9]+)?(?:us|µs|ms|s|m|h))+(?![\w/])"
_PART = r"([0-9]+(?:\.[0-9]+)?)(us|µs|ms|s|m|h)"


class _Side(NamedTuple):
    """A formula so far: its program, what it is measured in, and where it begins."""

    program: Program
    dimension: Dimension
    at: int


def parse_expression(item: Any, kinds: Kinds, values: Values) -> Threshold:
    """One item of `expressions`: a text or a long form. Raises ThresholdError."""
    text, options = text_and_options(item, _SHAPE)
    try:
        threshold = _Reader(text, kinds, values).comparison()
    except ThresholdError as error:
        raise error.below(*(["that"] if isinstance(item, Mapping) else [])) from None
    return with_options(threshold, options)


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, kinds: Kinds, values: Values) -> None:
        self._text = text
        self._kinds = kinds
        self._values = values
        self._at = 0
        self._depth = 0
        self._terms: list[Term] = []

    def comparison(self) -> Threshold:
        """All of the text."""
        if len(self._text) > _LONGEST:
            raise ThresholdError(f"this is longer than {_LONGEST} characters", 0, hint="compare less at once")
        left = self._sum()
        middle = self._skip()
        op, self._at = read_op(self._text, middle)
        right = self._sum()
        rest = self._skip()
        if rest < len(self._text):
            extra = self._text[rest:].strip()
            hint = "write + - * / or `% of` between two figures, and several comparisons as a list"
            raise ThresholdError(f"`{extra}` is too much", rest, hint=hint)
        if not self._terms:
            raise ThresholdError("this measures nothing", left.at, hint=_SHAPE)
        return self._threshold(left, op, right, middle)

    def _threshold(self, left: _Side, op: Op, right: _Side, middle: int) -> Threshold:
        try:
            dimension = common(left.dimension, right.dimension, "compared")
            measure = measure_named(dimension)
        except DimensionError as error:
            raise ThresholdError(error.message, right.at, hint=error.hint) from None
        return Threshold(
            key=EXPRESSIONS,
            terms=tuple(self._terms),
            left=left.program,
            op=op,
            right=right.program,
            measure=measure,
            subject=self._text[:middle].strip(),
            bound=self._text[right.at :].strip(),
            source=self._text.strip(),
        )

    def _sum(self) -> _Side:
        side = self._product()
        while (sign := self._peek()) in ("+", "-"):
            self._at += 1
            other = self._product()
            try:
                dimension = common(side.dimension, other.dimension, "added" if sign == "+" else "subtracted")
            except DimensionError as error:
                raise ThresholdError(error.message, other.at, hint=error.hint) from None
            side = _Side((*side.program, *other.program, sign), dimension, side.at)
        return side

    def _product(self) -> _Side:
        side = self._factor()
        while True:
            share = side.dimension.percent and self._word() == "of"
            sign = "*" if share else self._peek()
            if sign not in ("*", "/"):
                return side
            self._at = self._skip() + (2 if share else 1)
            other = self._factor()
            dimension = side.dimension.times(other.dimension, 1 if sign == "*" else -1)
            side = _Side((*side.program, *other.program, sign), dimension, side.at)

    def _factor(self) -> _Side:
        at = self._skip()
        sign = self._peek()
        if sign in ("-", "("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise ThresholdError("this is nested too deeply", at, hint="write it with fewer brackets")
            self._at = at + 1
            side = self._factor() if sign == "-" else self._bracket(at)
            self._depth -= 1
            return _Side((*side.program, "neg"), side.dimension, at) if sign == "-" else side
        if re.compile(_NAME).match(self._text, at):
            return self._aggregate(at)
        return self._number(at)

    def _bracket(self, at: int) -> _Side:
        side = self._sum()
        if self._peek() != ")":
            raise ThresholdError("this bracket is not closed", at, hint="write ) behind it")
        self._at = self._skip() + 1
        return side._replace(at=at)

    def _number(self, at: int) -> _Side:
        chain = re.compile(_TIMES).match(self._text, at)
        if chain:
            self._at = chain.end()
            parts = re.findall(_PART, chain[0])
            return _Side((float(sum(Fraction(n) * LITERALS[u].worth for n, u in parts)),), LITERALS["s"].dimension, at)
        number = re.compile(_NUMBER).match(self._text, at)
        if number is None:
            what = self._text[at:].split()[0] if self._text[at:].strip() else ""
            told = f"`{what}` is no figure" if what else "a figure is missing"
            raise ThresholdError(told, at, hint=f"write a number with its unit, or an aggregate of a metric, {_SHAPE}")
        unit = number[2] or ""
        if unit not in LITERALS:
            hint = f"units are {', '.join(filter(None, LITERALS))}"
            raise ThresholdError(f"`{unit}` is no unit", number.start(2), hint=hint)
        self._at = number.end()
        return _Side((float(Fraction(number[1]) * LITERALS[unit].worth),), LITERALS[unit].dimension, at)

    def _aggregate(self, at: int) -> _Side:
        """`p(95)(http_req_duration{endpoint:generate})`."""
        name = re.compile(_NAME).match(self._text, at)
        assert name is not None
        opened = self._open(name.end())
        if opened is None:
            hint = f"write what it is of: {name[0]}(http_req_duration)" if name[0] != "of" else _SHAPE
            raise ThresholdError(f"`{name[0]}` is of no metric", at, hint=hint)
        closed = self._close(opened)
        second = self._open(closed + 1)
        if second is not None:
            opened, closed = second, self._close(second)
        key = self._text[opened + 1 : closed]
        try:
            metric, selector = parse_key(key, self._kinds, self._values)
        except ThresholdError as error:
            raise ThresholdError(error.message, opened + 1 + error.offset, hint=error.hint) from None
        info = self._kinds[metric]
        aggregate, _ = read_aggregate(metric, info, self._text[:opened], _SHAPE, at)
        self._at = closed + 1
        term = Term(metric, selector, info.kind, aggregate)
        if term not in self._terms:
            self._terms.append(term)
        return _Side((f"${self._terms.index(term)}",), of_measure(measure_of(info, aggregate.name)), at)

    def _open(self, at: int) -> int | None:
        at = len(self._text) - len(self._text[at:].lstrip())
        return at if self._text[at : at + 1] == "(" else None

    def _close(self, opened: int) -> int:
        """The bracket that closes the one at `opened`; those in braces and quotes do not count."""
        quote, braces = "", 0
        for at in range(opened + 1, len(self._text)):
            sign = self._text[at]
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "\"'":
                quote = sign
            elif sign in "{}":
                braces += 1 if sign == "{" else -1
            elif sign == ")" and braces <= 0:
                return at
        raise ThresholdError("this bracket is not closed", opened, hint="write ) behind it")

    def _skip(self) -> int:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at

    def _peek(self) -> str:
        at = self._skip()
        return self._text[at : at + 1]

    def _word(self) -> str:
        found = re.compile(_NAME).match(self._text, self._skip())
        return found[0] if found else ""
