"""Sub-metrics, and lists of values in selectors."""

from __future__ import annotations

import pytest

from loadspec.metrics import BUILTIN, Counter, Store, tags_of
from loadspec.thresholds import ThresholdError
from loadspec.thresholds.submetric import parse_submetric

VALUES = {"endpoint": ["login", "generate"], "group": ["::a", "::b"], "model": None, "kind": ["a|b", "c"]}


def store() -> Store:
    made = Store()
    rows = (("200", "login", "", "c", 1), ("202", "generate", "::a", "c", 2), ("402", "generate", "::a", "a|b", 4))
    for status, endpoint, group, kind, count in rows:
        made.counter("http_reqs", tags_of(status=status, endpoint=endpoint, group=group, kind=kind)).add(count)
    return made


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("http_reqs{status:200}", 1),
        ("http_reqs{status:200|202}", 3),
        ("http_reqs{status: 200 | 202 }", 3),
        ("http_reqs{status!:200|202}", 4),
        ("http_reqs{status~2..|402}", 7),
        ("http_reqs{endpoint:login|generate,status:402|200}", 5),
        ("http_reqs{group:a|b}", 6),
        ('http_reqs{kind:"a|b"}', 4),
        ('http_reqs{kind!:"a|b"}', 3),
        ("http_reqs{model!:x|y}", 7),
        ("http_reqs{status:500|503}", None),
    ],
)
def test_what_is_selected(key: str, found: int | None) -> None:
    value = parse_submetric(key, BUILTIN, VALUES).value(store())
    assert found == (value.value if isinstance(value, Counter) else None)


@pytest.mark.parametrize(
    ("key", "message", "word"),
    [
        ("http_reqs{status:200|abc}", "`abc` is no status", "abc"),
        ("http_reqs{endpoint:login|genrate}", "there is no endpoint `genrate`", "genrate"),
        ("http_reqs{status:200|}", "a value is missing beside `|`", "200"),
        ("http_reqs{poll:true|maybe}", "`poll` is true, false or any, not `maybe`", "maybe"),
        ("http_reqs{kind:a|b}", "there is no kind `a`", "a|b"),
        ("http_reqs", "`http_reqs` without a selector is shown in any case", "http_reqs"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(key: str, message: str, word: str) -> None:
    with pytest.raises(ThresholdError) as caught:
        parse_submetric(key, BUILTIN, VALUES)
    assert caught.value.message == message
    assert caught.value.offset == key.rindex(word)


@pytest.mark.parametrize(
    ("selector", "label"),
    [
        ("status:200|202", "status:200|202"),
        ("status : 200 | 202 , endpoint!:login", "status:200|202,endpoint!:login"),
        ("status~ 2.. ", "status~2.."),
        ('kind:"a|b"', 'kind:"a|b"'),
        ("model:'say \"x\"'", "model:'say \"x\"'"),
        ('model:" x"', 'model:" x"'),
        ("group:a|b", "group:::a|::b"),
    ],
)
def test_a_label_is_the_selector_however_it_was_spaced(selector: str, label: str) -> None:
    part = parse_submetric(f" http_reqs{{{selector}}} ", BUILTIN, VALUES)
    assert part.label == label
    assert parse_submetric(f"http_reqs{{{label}}}", BUILTIN, VALUES).selector == part.selector
