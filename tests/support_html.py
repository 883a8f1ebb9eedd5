"""Reads a page the way a suspicious browser would: balance of tags, attributes, and the text of each section."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}
HEADINGS_OF_SECTIONS = {"section", "figure"}


class Page(HTMLParser):
    """After `read(html)`: `tags` with their attributes, `texts` by the id of the section or figure they are in.

    `script` is what runs in it at once, `data` what scripts of no such type and `data:` links hold, by their ids.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.places: list[str] = [""]
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.problems: list[str] = []
        self.style = ""
        self.script = ""
        self.data: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        href = dict(attrs).get("href") or ""
        if href.startswith("data:"):
            self.data[dict(attrs).get("id") or ""] = href.partition(",")[2]
        if len(dict(attrs)) != len(attrs):
            self.problems.append(f"<{tag}> repeats an attribute")
        if tag in VOID:
            return
        self.open.append(tag)
        if tag in HEADINGS_OF_SECTIONS:
            self.places.append(dict(attrs).get("id") or "")
        if tag == "tr":
            self.rows.setdefault(self.places[-1], []).append([])
        if tag in ("td", "th"):
            self.rows[self.places[-1]][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes {self.open[-1:]}")
            return
        self.open.pop()
        if tag in HEADINGS_OF_SECTIONS:
            self.places.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
            return
        if self.open and self.open[-1] == "script":
            if name := self.tags[-1][1].get("id"):
                self.data[name] = data
            else:
                self.script += data
            return
        self.texts[self.places[-1]] = self.texts.get(self.places[-1], "") + data
        if {"td", "th"} & set(self.open):
            self.rows[self.places[-1]][-1][-1] += data


def read(html: str) -> Page:
    """Parse a page; nothing may be left open."""
    page = Page()
    page.feed(html)
    page.close()
    page.problems += [f"<{tag}> is never closed" for tag in page.open]
    return page
