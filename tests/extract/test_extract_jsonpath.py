"""JSONPath: the examples of RFC 9535 as it prints them, and plain paths against the library."""

from __future__ import annotations

from typing import Any

import jsonpath as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadspec.expr import ExprError, Missing
from loadspec.extract.jsonpath import compile_jsonpath

BOOKS = [
    {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
    {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99},
    {
        "category": "fiction",
        "author": "J. R. R. Tolkien",
        "title": "The Lord of the Rings",
        "isbn": "0-395-19395-8",
        "price": 22.99,
    },
]
BICYCLE = {"color": "red", "price": 399}
STORE = {"store": {"book": BOOKS, "bicycle": BICYCLE}}
NAMES = {"o": {"j j": {"k.k": 3}}, "'": {"@": 2}}
WILD: Any = {"o": {"j": 1, "k": 2}, "a": [5, 3]}
LETTERS = ["a", "b", "c", "d", "e", "f", "g"]
FILTERS: Any = {
    "a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
    "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}},
    "e": "f",
}
DEEP: Any = {"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}
NULLS: Any = {"a": None, "b": [None], "c": [{}], "null": 1}

RFC = [
    # RFC 9535, tables 2, 5, 6, 8, 9, 12, 15, 16, 17
    ("$.store.book[*].author", STORE, [book["author"] for book in BOOKS]),
    ("$..author", STORE, [book["author"] for book in BOOKS]),
    ("$.store.*", STORE, [BOOKS, BICYCLE]),
    ("$.store..price", STORE, [8.95, 12.99, 8.99, 22.99, 399]),
    ("$..book[2]", STORE, [BOOKS[2]]),
    ("$..book[2].author", STORE, ["Herman Melville"]),
    ("$..book[2].publisher", STORE, []),
    ("$..book[-1]", STORE, [BOOKS[3]]),
    ("$..book[0,1]", STORE, BOOKS[:2]),
    ("$..book[:2]", STORE, BOOKS[:2]),
    ("$..book[?@.isbn]", STORE, BOOKS[2:]),
    ("$..book[?@.price<10]", STORE, [BOOKS[0], BOOKS[2]]),
    ("$", {"k": "v"}, [{"k": "v"}]),
    ("$.o['j j']", NAMES, [{"k.k": 3}]),
    ("$.o['j j']['k.k']", NAMES, [3]),
    ("""$.o["j j"]["k.k"]""", NAMES, [3]),
    ("""$["'"]["@"]""", NAMES, [2]),
    ("$[*]", WILD, [{"j": 1, "k": 2}, [5, 3]]),
    ("$.o[*]", WILD, [1, 2]),
    ("$.o[*, *]", WILD, [1, 2, 1, 2]),
    ("$.a[*]", WILD, [5, 3]),
    ("$[1]", ["a", "b"], ["b"]),
    ("$[-2]", ["a", "b"], ["a"]),
    ("$[1:3]", LETTERS, ["b", "c"]),
    ("$[5:]", LETTERS, ["f", "g"]),
    ("$[1:5:2]", LETTERS, ["b", "d"]),
    ("$[5:1:-2]", LETTERS, ["f", "d"]),
    ("$[::-1]", LETTERS, LETTERS[::-1]),
    ("$.a[?@.b == 'kilo']", FILTERS, [{"b": "kilo"}]),
    ("$.a[?(@.b == 'kilo')]", FILTERS, [{"b": "kilo"}]),
    ("$.a[?@>3.5]", FILTERS, [5, 4, 6]),
    ("$.a[?@.b]", FILTERS, [{"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]),
    ("$[?@.*]", FILTERS, [FILTERS["a"], FILTERS["o"]]),
    ("$[?@[?@.b]]", FILTERS, [FILTERS["a"]]),
    ("$.o[?@<3, ?@<3]", FILTERS, [1, 2, 1, 2]),
    ("""$.a[?@<2 || @.b == "k"]""", FILTERS, [1, {"b": "k"}]),
    ("""$.a[?match(@.b, "[jk]")]""", FILTERS, [{"b": "j"}, {"b": "k"}]),
    ("""$.a[?search(@.b, "[jk]")]""", FILTERS, [{"b": "j"}, {"b": "k"}, {"b": "kilo"}]),
    ("$.o[?@>1 && @<4]", FILTERS, [2, 3]),
    ("$.o[?@.u || @.x]", FILTERS, [{"u": 6}]),
    ("$.a[?@.b == $.x]", FILTERS, [3, 5, 1, 2, 4, 6]),
    ("$.a[?@ == @]", FILTERS, FILTERS["a"]),
    ("$[0, 3]", LETTERS, ["a", "d"]),
    ("$[0:2, 5]", LETTERS, ["a", "b", "f"]),
    ("$[0, 0]", LETTERS, ["a", "a"]),
    ("$..j", DEEP, [1, 4]),
    ("$..[0]", DEEP, [5, {"j": 4}]),
    ("$.o..[*, *]", DEEP, [1, 2, 1, 2]),
    ("$.a", NULLS, [None]),
    ("$.a[0]", NULLS, []),
    ("$.a.d", NULLS, []),
    ("$.b[0]", NULLS, [None]),
    ("$.b[*]", NULLS, [None]),
    ("$.b[?@]", NULLS, [None]),
    ("$.b[?@==null]", NULLS, [None]),
    ("$.c[?@.d==null]", NULLS, []),
    ("$.null", NULLS, [1]),
]


@pytest.mark.parametrize(("path", "document", "found"), RFC, ids=[path for path, _, _ in RFC])
def test_the_examples_of_the_rfc(path: str, document: Any, found: list[Any]) -> None:
    first, every = compile_jsonpath(path)
    assert every(document) == found
    if found:
        assert first(document) == found[0]
    else:
        with pytest.raises(Missing):
            first(document)


REFUSED = [
    # path, column, part of the message: not well-formed or not valid by the RFC, or of another dialect
    ("", 0, "begins with `$`"),
    ("token", 0, "begins with `$`"),
    (" $", 0, "begins with `$`"),
    ("$ ", 1, "whitespace"),
    ("$.", 2, ""),
    ("$..", 3, ""),
    ("$[", 2, "end"),
    ("$.a[01]", 4, "leading zero"),
    ("$.a[-0]", 4, ""),
    ("$[9007199254740992]", 2, "out of range"),
    ("$.a[?]", 5, ""),
    ("$.a[?@.b = 1]", 9, "="),
    ("$.a[?@.b == 'x]", 12, ""),
    ("$.a[?@.b contains 'y']", 9, ""),
    ("$.a[?length(@.b)]", 4, "compared"),
    ("$.a[?foo(@.b)]", 5, "foo"),
    ("$.a.~", 4, "~"),
    ("$.a | $.b", 4, "|"),
    ("$.a^", 3, "^"),
    ("$['a", 2, ""),
]


@pytest.mark.parametrize(("path", "column", "message"), REFUSED, ids=[path or "empty" for path, _, _ in REFUSED])
def test_what_the_rfc_does_not_know_has_a_place(path: str, column: int, message: str) -> None:
    with pytest.raises(ExprError) as caught:
        compile_jsonpath(path)
    assert message in caught.value.message
    assert caught.value.offset == column


def test_nesting_has_an_end() -> None:
    with pytest.raises(ExprError, match="JSONPath"):
        compile_jsonpath("$" + "[?@" * 500)
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    assert compile_jsonpath("$..x").every(deep) == []
    with pytest.raises(Missing):
        compile_jsonpath("$..x").first(deep)


def test_a_filters_regular_expression_is_linear_and_a_wrong_one_matches_nothing() -> None:
    words = ["x" * 40, "y"]
    assert compile_jsonpath("$[?search(@, '(x+x+)+y')]").every(words) == []
    assert compile_jsonpath("$[?match(@, '(x+x+)+')]").every(words) == ["x" * 40]
    assert compile_jsonpath("$[?search(@, '(?=x)')]").every(words) == []
    assert compile_jsonpath("$[?search(@, 'x|y')]").every([*words, 5]) == words


KEYS = st.sampled_from(["a", "b", "a b", "0", "é", ""])
DOCUMENTS = st.recursive(
    st.none() | st.integers(-3, 3) | st.sampled_from(["", "[1]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
PARTS = st.sampled_from([".a", ".b", "['a b']", '["é"]', "['']", "['0']", "[0]", "[1]", "[2]"])


@given(DOCUMENTS, st.lists(PARTS, min_size=1, max_size=4))
def test_walked_paths_agree_with_the_library(document: Any, parts: list[str]) -> None:
    """It reads the document wrapped in a list, so that it never takes a text for JSON to parse."""
    text = "".join(parts)
    assert compile_jsonpath("$" + text).every(document) == library.findall("$[0]" + text, [document])


@given(st.text(alphabet="$.[]'\"?@*:,0-9ab ()=&|~^#\x00\nx", max_size=12).map(lambda text: "$" + text))
def test_no_text_breaks_it(text: str) -> None:
    refused = ExprError("", 0)
    try:
        compile_jsonpath(text).every({"a": [1]})
    except ExprError as error:
        refused = error
    assert 0 <= refused.offset <= len(text)
    assert "\n" not in refused.message
