"""CSS selectors and XPaths: what they find, what they refuse, and what they never do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadspec.expr import ExprError, Missing
from loadspec.extract import markup
from loadspec.extract.markup import MissingExtraError, compile_css, compile_xpath

PAGE = """<!DOCTYPE html><html><head><title> Shop é </title><meta name=csrf content=m1></head><body>
<form><input type=hidden name=csrf value="t0k"><input name=q></form>
<ul><li class="a b"><a href="/1">One <b>1</b></a></li><li class=b><a href="/2">Two</a><li><a>Three</a></ul>
<p>unclosed <br> & broken
</body>""".encode()

CSS = [
    # selector, attribute, all that is found
    ("input[name=csrf]", "value", ["t0k"]),
    ("a", "", ["One 1", "Two", "Three"]),
    ("a", "href", ["/1", "/2"]),
    ("li.b > a", "", ["One 1", "Two"]),
    ("li:nth-child(2) a", "", ["Two"]),
    ("li:not(.b) a", "", ["Three"]),
    ("title", "", ["Shop é"]),
    ("title, b", "", ["Shop é", "1"]),
    ("form input + input", "name", ["q"]),
    ("input[name^=cs]", "VALUE".lower(), ["t0k"]),
    ("p", "", ["unclosed  & broken"]),
    ("input", "", ["", ""]),
    ("h1", "", []),
    ("a", "nope", []),
]


@pytest.mark.parametrize(("selector", "attribute", "found"), CSS)
def test_css(selector: str, attribute: str, found: list[str]) -> None:
    one, every = compile_css(selector, attribute)
    assert every(PAGE) == found
    assert_first(one, found)


def assert_first(one: Any, found: list[Any]) -> None:
    if found:
        assert one(PAGE) == found[0]
    else:
        with pytest.raises(Missing):
            one(PAGE)


XPATH = [
    ("//a/@href", ["/1", "/2"]),
    ("//a", ["One 1", "Two", "Three"]),
    ("//a[contains(., 'Two')]/@href", ["/2"]),
    ("//a/text()", ["One ", "Two", "Three"]),
    ("//a[@href] | //b", ["One 1", "1", "Two"]),
    ("count(//li)", [3]),
    ("count(//li) div 2", [1.5]),
    ("//meta/@content = 'm1'", [True]),
    ("string(//title)", [" Shop é "]),
    ("string(//h1)", []),
    ("number('x')", []),
    ("normalize-space(//title)", ["Shop é"]),
    ("//h1", []),
    ("//comment()", []),
    ("//li[2]/following-sibling::li/a", ["Three"]),
    ("//a[. = 'f(x) $y a:b']", []),
]


@pytest.mark.parametrize(("path", "found"), XPATH)
def test_xpath(path: str, found: list[Any]) -> None:
    one, every = compile_xpath(path)
    assert every(PAGE) == found
    assert_first(one, found)


REFUSED = [
    (compile_css, "", 0, "expected selector"),
    (compile_css, "div >", 5, "the end"),
    (compile_css, "a!b", 1, "'!'"),
    (compile_css, "a::attr(href)", 1, "pseudo-elements"),
    (compile_css, "a::text", 1, "pseudo-elements"),
    (compile_css, "p a:visited-by(x)", 3, "pseudo-class"),
    (compile_xpath, "", 0, "invalid expression"),
    (compile_xpath, "//a[", 4, "invalid expression"),
    (compile_xpath, "//a/@", 5, "invalid expression"),
    (compile_xpath, "//a[@x='1]", 10, "unfinished literal"),
    (compile_xpath, "//a[lower-case(.)='x']", 4, "lower-case"),
    (compile_xpath, "document('/etc/passwd')", 0, "document"),
    (compile_xpath, "//a[re:test(., 'x')]", 4, "re"),
    (compile_xpath, "//s:Body", 2, "prefix `s`"),
    (compile_xpath, "//a[$n]", 4, "$n"),
    (compile_xpath, "//a\x00", 0, ""),
]


@pytest.mark.parametrize(("compile_text", "text", "column", "message"), REFUSED)
def test_refused(compile_text: Any, text: str, column: int, message: str) -> None:
    with pytest.raises(ExprError) as caught:
        compile_text(text)
    assert message in caught.value.message
    assert caught.value.offset == column


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"\x00\x01", b"plain", b"<", b"<?xml ", b"<?xml version='1.0'?><a>", b"\xff" * 9]
)
def test_no_body_breaks_it(body: bytes) -> None:
    compile_css("h1").every(body)
    compile_xpath("//h1").every(body)
    assert compile_xpath("count(//h1)").every(body) in ([], [0])


def test_xml_is_read_as_xml() -> None:
    body = b"""<?xml version="1.0"?><s:Envelope xmlns:s="u"><s:Body><Total cur="EUR">5</Total></s:Body></s:Envelope>"""
    assert compile_xpath("//*[local-name() = 'Body']/Total").every(body) == ["5"]
    assert compile_css("Total", "cur").every(body) == ["EUR"]


def test_nothing_is_loaded_and_no_entity_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    bodies = [
        f"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file://{secret}'>]><a>&x;</a>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'hunter2'>]><a>&x;</a>",
        f"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file://{secret}'><a>y</a>",
        f"<!DOCTYPE a SYSTEM 'file://{secret}'><a>y</a>",
    ]
    for body in bodies:
        assert "hunter2" not in str(compile_xpath("//a").every(body.encode()))
    bomb = (
        "<?xml version='1.0'?><!DOCTYPE a ["
        + "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
        + "]><a>&x11;</a>"
    )
    assert len(str(compile_xpath("//a").every(bomb.encode()))) < 1000


def test_encodings() -> None:
    assert compile_css("p").every("<p>é</p>".encode()) == ["é"]
    assert compile_css("p").every("<meta charset=latin-1><p>é</p>".encode("latin-1")) == ["é"]
    cut = b"<p>a</p>" + b" " * (markup.LARGEST - 9) + "é".encode()
    assert compile_css("p").every(cut) == ["a"]


def test_a_large_body_is_read_as_far_as_the_cap() -> None:
    body = b"<p>near</p>" + b"x" * markup.LARGEST + b"<p>far</p>"
    assert compile_css("p").every(body) == ["near"]


def test_a_body_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    parse = markup._parse
    monkeypatch.setattr(markup, "_parse", lambda body: parsed.append(body) or parse(body))
    body = b"<p>1</p>" + bytes(PAGE)
    for selector in ("p", "a", "h1"):
        compile_css(selector).every(body)
    assert len(parsed) == 1
    compile_css("p").every(bytes(bytearray(body)))
    assert len(parsed) == 2


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "installed", lambda: False)
    for compile_text in (compile_css, compile_xpath):
        with pytest.raises(MissingExtraError, match=r"pip install 'loadspec\[html\]'"):
            compile_text("a")
