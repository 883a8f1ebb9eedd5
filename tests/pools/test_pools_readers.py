from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support_pools import rows, write

from loadspec.pools import DataError, Found, Reading, look_through, open_rows, settle
from loadspec.pools.readers import json as json_reader
from loadspec.pools.rows import Lines

PAIR = (("email", "email"), ("id", "id"))


@pytest.mark.parametrize(
    ("name", "content", "options", "items"),
    [
        ("a.txt", "one\ntwo\n", {}, ["one", "two"]),
        ("a.txt", "\ufeffone\r\n\r\n \t\r\ntwo, three", {}, ["one", "two, three"]),
        ("a.txt", "one\u2028still one\n\x0btwo\x0c\n", {}, ["one\u2028still one", "\x0btwo\x0c"]),
        ("a.txt", "1\n 2 \n-3\n", {"types": "int"}, [1, 2, -3]),
        ("a.csv", "id,email\n1,a@b\n2,\n", {}, [{"id": "1", "email": "a@b"}, {"id": "2", "email": ""}]),
        ("a.csv", "\ufeffid,email\r\n\r\n1,a@b\r\n", {}, [{"id": "1", "email": "a@b"}]),
        ("a.csv", 'id,"e ""m""\nail"\n1,"x,\r\ny"\n', {}, [{"id": "1", 'e "m"\nail': "x,\r\ny"}]),
        ("a.csv", 'id,q\n1,a "quote" inside\n', {}, [{"id": "1", "q": 'a "quote" inside'}]),
        ("a.csv", "id,,x\n1,2,3\n", {}, [{"id": "1", "x": "3"}]),
        ("a.csv", "id,email,x\n1,a@b,y\n", {"columns": PAIR}, [{"email": "a@b", "id": "1"}]),
        ("a.csv", "id,E-Mail\n1,a@b\n", {"columns": (("mail", "E-Mail"),)}, [{"mail": "a@b"}]),
        ("a.csv", "id,email\n1,a@b\n", {"columns": (("mail", 2),)}, [{"mail": "a@b"}]),
        ("a.csv", "id,email\n1,a@b\n", {"columns": "email"}, ["a@b"]),
        ("a.csv", "1,a@b,x\n", {"header": False}, [{"1": "1", "2": "a@b", "3": "x"}]),
        ("a.csv", "1,a@b,x\n", {"header": False, "columns": (("id", "id"),)}, [{"id": "1"}]),
        ("a.csv", "1,a@b,x\n", {"header": False, "columns": (("x", 3),)}, [{"x": "x"}]),
        ("a.tsv", "id\temail\n1\ta, b\n", {}, [{"id": "1", "email": "a, b"}]),
        (
            "a.csv",
            'i,f,b,j,s\n 7 ,1e3,Yes,"[1, null]",x\n',
            {"types": (("i", "int"), ("f", "float"), ("b", "bool"), ("j", "json"), ("s", "str"))},
            [{"i": 7, "f": 1000.0, "b": True, "j": [1, None], "s": "x"}],
        ),
        ("a.jsonl", '{"a": 1}\n\n[2]\r\n"three"\n', {}, [{"a": 1}, [2], "three"]),
        ("a.ndjson", '{"a": "1", "b": 2}\n', {"types": (("a", "int"),)}, [{"a": 1, "b": 2}]),
        ("a.jsonl", '{"prompt": "x", "b": 2}\n', {"columns": "prompt"}, ["x"]),
        ("a.jsonl", '\n{"a": 1}\n\x0c\n\x0b \n2\n\x0c\n', {}, [{"a": 1}, 2]),
        ("a.json", '[1, {"a": [","]}, "x]"]', {}, [1, {"a": [","]}, "x]"]),
        ("a.yaml", "- no\n- 010\n- {a: 1:50}\n", {}, ["no", 10, {"a": "1:50"}]),
    ],
)
def test_formats(tmp_path: Path, name: str, content: str, options: dict[str, Any], items: list[Any]) -> None:
    found = rows(tmp_path, name, content, **options)
    assert list(found.scan()) == items
    assert [found[index] for index in range(len(found))] == items
    assert len(found) == len(items)
    assert settle(found)[0] == tuple(items)


@pytest.mark.parametrize(
    ("name", "content", "options", "line", "says"),
    [
        ("a.txt", b"fine\nsm\xf8rre\n", {}, 2, "not UTF-8"),
        ("a.txt", "x".encode("utf-16"), {}, 0, "UTF-16"),
        ("a.txt", "1\nx\n", {"types": "int"}, 2, "`x` is not a whole number"),
        ("a.csv", b"id,a\n1,\xff\n", {}, 2, "not UTF-8"),
        ("a.csv", "id,a\n1,2,3\n", {}, 2, "3 cells, and the header 2"),
        ("a.csv", "id,a\n\n1\n", {}, 3, "1 cell, and the header 2"),
        ("a.csv", 'id,a\n1,"x\n2,y\n', {}, 2, "never closed"),
        ("a.csv", 'id,a\n1,"x"y\n', {}, 2, "text follows the quote"),
        ("a.csv", "id,a\r1,x\r2,y\n", {}, 1, "CR alone"),
        ("a.csv", "id,id\n1,2\n", {}, 1, "`id` twice"),
        ("a.csv", "id,a\n1,x\n2b,y\n", {"types": (("id", "int"),)}, 3, "column `id`: `2b` is not a whole number"),
        ("a.csv", "id,a\n1,\n", {"types": (("a", "float"),)}, 2, "column `a`: `` is not a number"),
        ("a.csv", "id,a\n1,maybe\n", {"types": (("a", "bool"),)}, 2, "not true or false"),
        ("a.csv", "id,a\n1,{\n", {"types": (("a", "json"),)}, 2, "not JSON"),
        ("a.csv", "id,w\n1,2\n2,much\n", {"weight": "w"}, 3, "weight `w`: `much` is not a number"),
        ("a.csv", "id,w\n1,-2\n", {"weight": "w"}, 2, "below 0"),
        ("a.csv", "id,w\n1,0\n", {"weight": "w"}, 0, "all weights are 0"),
        ("a.csv", "id,w\n1,1\n", {"weight": "x"}, 0, "no column `x`"),
        ("a.csv", "id,w\n1,1\n", {"columns": (("x", "y"),)}, 0, "no column `y`"),
        ("a.csv", "id,w\n1,1\n", {"columns": (("x", 3),)}, 0, "no column 3"),
        ("a.csv", "id,w\n1,1\n", {"types": (("x", "int"),)}, 0, "`types` names `x`"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', {}, 2, "not JSON"),
        ("a.jsonl", b'"\xff"\n', {}, 1, "not UTF-8"),
        ("a.jsonl", '{"a": 1}\n\n{"b": 1}\n', {"columns": "a"}, 3, "there is no `a`"),
        ("a.jsonl", '{"a": 1}\n7\n', {"columns": (("a", "a"),)}, 2, "`7` is no mapping"),
        ("a.json", '{"a": 1}', {}, 0, "holds a list"),
        ("a.json", "[1,\n2,,3]", {}, 2, "not JSON"),
        ("a.json", '["x"]', {"types": "int"}, 0, "item 1: `x` is not a whole number"),
        ("a.yaml", "a: 1\n", {}, 0, "holds a list"),
    ],
)
def test_what_is_wrong_has_its_line(
    tmp_path: Path, name: str, content: str | bytes, options: dict[str, Any], line: int, says: str
) -> None:
    with pytest.raises(DataError) as caught:
        look_through(rows(tmp_path, name, content, **options))
    assert says in caught.value.message
    assert caught.value.line == line


def test_columns_are_known_where_data_says_them(tmp_path: Path) -> None:
    assert look_through(rows(tmp_path, "a.csv", "id,mail\n1,2\n")).columns == ("id", "mail")
    assert look_through(rows(tmp_path, "a.txt", "x\n")).columns == ()
    assert look_through(rows(tmp_path, "a.jsonl", '{"a": 1}\n{"b": 2}\n')).columns == ("a", "b")
    assert look_through(rows(tmp_path, "a.jsonl", '1\n{"b": 2}\n')).columns is None
    assert look_through(rows(tmp_path, "b.jsonl", "1\n2\n")).columns == ()


CELL = st.text(st.sampled_from("ab ,\t\"\n\r'é€\u2028;"), max_size=6)
TABLE = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1))


@settings(max_examples=150)
@given(
    TABLE,
    st.sampled_from([",", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
    st.booleans(),
)
def test_rows_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    delimiter: str,
    end: str,
    quoting: Any,
    bom: bool,
    last_end: bool,
) -> None:
    # A CR that the writer leaves without quotes ends a line for the csv module, and is an error here.
    assume(end == "\r\n" or quoting == csv.QUOTE_ALL or not any("\r" in cell for row in table for cell in row))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)
    text = out.getvalue() if last_end else out.getvalue().removesuffix(end)
    expected = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    names = [str(number) for number in range(1, len(table[0]) + 1)]
    folder = tmp_path_factory.mktemp("csv")
    name = "a.csv" if delimiter == "," else "a.tsv"
    found = rows(folder, name, ("\ufeff" if bom else "") + text, header=False)
    assert list(found.scan()) == [dict(zip(names, row, strict=True)) for row in expected]
    assert [found[index] for index in range(len(found))] == list(found.scan())


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100)
@given(st.lists(VALUE, max_size=8), st.sampled_from([None, 1]), st.booleans())
def test_a_large_json_file_is_indexed_as_it_is_parsed(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], indent: int | None, ascii: bool
) -> None:
    folder = tmp_path_factory.mktemp("json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "SMALL_BYTES", -1)
        found = rows(folder, "a.json", json.dumps(values, indent=indent, ensure_ascii=ascii) + "\n")
        assert isinstance(found, Lines)
        assert list(found.scan()) == values
        assert [found[index] for index in range(len(found))] == values


BROKEN = [
    "",
    "[",
    "[1",
    "[1,",
    "[1 2]",
    "[,]",
    "[1,]",
    "7",
    '["x]',
    "[1e999]",
    "[-1e400]",
    "[1E0999]",
    f"[{'1' * 400}]",
    f"[{'1' * 5000}]",
    "[" * 2000 + "]" * 2000,
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_large_json_file_that_is_broken(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "SMALL_BYTES", -1)
    with pytest.raises(DataError):
        look_through(rows(tmp_path, "a.json", text))


def test_a_large_file_stays_where_it_is(tmp_path: Path) -> None:
    lines = [f"row {index}" for index in range(25_000)]
    found = rows(tmp_path, "a.txt", "\n".join(lines))
    items, _ = settle(found)
    assert items is found
    assert [items[index] for index in (0, 24_999, 7)] == ["row 0", "row 24999", "row 7"]
    kept, _ = settle(found, lambda item: item.endswith("99"))
    assert len(kept) == 250
    assert [kept[0], kept[249]] == ["row 99", "row 24999"]


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl"])
def test_a_file_that_was_emptied_has_no_empty_rows(name: str, tmp_path: Path) -> None:
    found = rows(tmp_path, name, "1\n" * 25_000)
    write(tmp_path, name, "1\n1")
    for index in (1, 20_000):
        with pytest.raises(DataError, match="no longer what it was"):
            found[index]


BAD_ESCAPES = [r"\ud83d", r"\ude00", r"\ude00\ud83d", r"\\\\ud83d\ude00", r"\ud83d\ud83d\ude00", r"\ud83dx\ude00"]


@pytest.mark.parametrize("bad", BAD_ESCAPES)
def test_half_a_pair_in_a_large_json_list_is_found(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside whole ones; the small file's reader says what is legal."""
    good = [r"\u00e9", r"\ud83d\ude00", "é"]
    item = '{"k": "%s"}'
    with pytest.raises(DataError):
        rows(tmp_path, "a.json", f"[{item % bad}]")
    monkeypatch.setattr(json_reader, "SMALL_BYTES", -1)
    many = ", ".join(item % text for text in good)
    found = rows(tmp_path, "a.json", f"[{many}]")
    assert (found.verified, look_through(found)) == (True, Found(3, ("k",)))
    with pytest.raises(DataError):
        look_through(rows(tmp_path, "a.json", f"[{many}, {item % bad}]"))


@pytest.mark.parametrize("key", ["e", "é", r"\u00e9", r"\u0100", r"é\u00e9", r"\ud83d\ude00"])
@pytest.mark.parametrize("other", ["x", "é", r"\u00e9"])
def test_keys_of_a_large_json_list(key: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "SMALL_BYTES", -1)
    found = look_through(rows(tmp_path, "a.json", f'[{{"{key}": "{other}"}}, {{}}]'))
    assert found == Found(2, (json.loads(f'"{key}"'),))


def test_a_file_that_shrinks_is_an_error_of_its_row(tmp_path: Path) -> None:
    found = rows(tmp_path, "a.csv", "id,mail\n" + "".join(f"{index},a@b\n" for index in range(25_000)))
    write(tmp_path, "a.csv", "id,mail\n0,x\n")
    with pytest.raises(DataError, match="no longer what it was"):
        found[20_000]


def test_a_filter_that_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="leaves no row"):
        settle(rows(tmp_path, "a.txt", "x\n"), lambda _: False)
    weighted = rows(tmp_path, "a.csv", "id,w\n1,0\n2,1\n", weight="w")
    with pytest.raises(DataError, match="only rows of weight 0"):
        settle(weighted, lambda item: item["id"] == "1")


def test_weights_follow_the_filter(tmp_path: Path) -> None:
    found = rows(tmp_path, "a.csv", "id,w\n1,10\n2,20\n3,30\n", weight="w", columns=(("id", "id"),))
    items, weights = settle(found, lambda item: item["id"] != "2")
    assert items == ({"id": "1"}, {"id": "3"})
    assert list(weights) == [10, 30]


def test_a_folder_of_files(tmp_path: Path) -> None:
    for name, content in {"b.txt": "bé", "a.txt": "a", ".hidden": "x", "sub/c.txt": "c"}.items():
        write(tmp_path, f"f/{name}", content)
    found = rows(tmp_path, "f", format="folder")
    assert list(found.scan()) == [
        {"name": "a.txt", "size": 1, "content": "a"},
        {"name": "b.txt", "size": 3, "content": "bé"},
    ]
    assert rows(tmp_path, "f", format="folder", content="bytes")[1]["content"] == "bé".encode()
    write(tmp_path, "f/c.png", b"\x89PNG\xff")
    with pytest.raises(DataError, match="not UTF-8 text"):
        look_through(rows(tmp_path, "f", format="folder"))


@pytest.mark.parametrize(
    ("name", "format", "says"),
    [
        ("b.csv", "csv", "did you mean `a.csv`?"),
        ("../a.csv", "csv", "outside"),
        ("/etc/passwd", "csv", "begins at the root"),
        ("out.csv", "csv", "outside"),
        (".env", "csv", "hidden"),
        (".git/a.csv", "csv", "hidden"),
        ("to_env.csv", "csv", "leads to a hidden file"),
        ("to_git", "folder", "leads to a hidden file"),
        ("g", "folder", "links to a hidden file"),
        ("f", "csv", "given by `folder`"),
        ("a.csv", "folder", "given by `file`"),
        ("loop", "csv", "loop"),
        ("a\0.csv", "csv", "cannot be opened"),
        ("x" * 300, "csv", "cannot be opened"),
        ("f", "folder", "links outside"),
    ],
)
def test_only_files_below_the_folder(tmp_path: Path, name: str, format: str, says: str) -> None:
    folder = tmp_path / "spec"
    write(folder, "a.csv", "id\n1\n")
    (folder / "f").mkdir()
    outside = write(tmp_path, "secret.csv", "id\n1\n")
    (folder / "out.csv").symlink_to(outside)
    (folder / "f" / "x.csv").symlink_to(outside)
    write(folder, ".git/config", "x\n")
    (folder / "to_env.csv").symlink_to(".git/config")
    (folder / "to_git").symlink_to(".git")
    (folder / "g").mkdir()
    (folder / "g" / "x.csv").symlink_to("../.git/config")
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises(DataError) as caught:
        rows(folder, name, format=format)
    assert caught.value.kind == "file"
    assert says in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("name", ["..env", "..data/.env", "..other/a.csv"])
def test_two_dots_hide_as_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    write(tmp_path, name, "id\n1\n")
    (tmp_path / "a.csv").symlink_to(name)
    with pytest.raises(DataError, match="leads to a hidden file"):
        open_rows(Reading("p", str(tmp_path), "a.csv", "csv"))


def test_a_volume_of_kubernetes_is_not_hidden(tmp_path: Path) -> None:
    write(tmp_path, "..2026_11_27/a.csv", "id\n1\n")
    (tmp_path / "..data").symlink_to("..2026_11_27")
    (tmp_path / "a.csv").symlink_to("..data/a.csv")
    assert list(open_rows(Reading("p", str(tmp_path), "a.csv", "csv"))) == [{"id": "1"}]


def test_a_file_that_may_not_be_read() -> None:
    with TemporaryDirectory() as name:  # pytest's own folder is closed to nobody
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, "a.csv", "id\n1\n").chmod(0)
        with nobody(), pytest.raises(DataError, match="cannot be read"):
            rows(folder, "a.csv")


@contextmanager
def nobody() -> Iterator[None]:
    """For so long this process is no root, who reads everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
