"""HTML as a tree, read by the standard library's parser and the rules by which cells and rows end without a tag."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Self

VOID = {"br", "col", "hr", "img", "input", "link", "meta"}
ENDED_BY = {
    "td": {"td", "th", "tr", "tbody", "tfoot", "table"},
    "th": {"td", "th", "tr", "tbody", "tfoot", "table"},
    "tr": {"tr", "tbody", "tfoot", "table"},
}


class Element:
    """An element with its attributes and its children, texts among them."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts()).split())

    def texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.texts()

    def walk(self) -> Iterator[Self]:
        yield self
        for child in self.children:
            if not isinstance(child, str):
                yield from child.walk()

    def all(self, tag: str, class_: str = "") -> list[Element]:
        return [
            element
            for element in self.walk()
            if element.tag == tag and (not class_ or class_ in (element.attributes.get("class") or "").split())
        ]

    def one(self, tag: str, class_: str = "") -> Element:
        [element] = self.all(tag, class_)
        return element

    def rows(self, part: str) -> list[list[str]]:
        """The texts of the cells of a table's part: `thead`, `tbody` or `tfoot`."""
        return [
            [cell.text for cell in row.walk() if cell.tag in ("td", "th")]
            for section in self.all(part)
            for row in section.all("tr")
        ]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while tag in ENDED_BY.get(self.open[-1].tag, ()):
            self.open.pop()
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while tag in ENDED_BY.get(self.open[-1].tag, ()) and self.open[-1].tag != tag:
            self.open.pop()
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_html(text: str) -> Element:
    """The tree of a page; every element that must be closed is."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def number(text: str) -> Decimal:
    """The number that a cell shows, whatever its symbol; nothing is zero."""
    plain = "".join(mark for mark in text if mark in "-0123456789.")
    return Decimal(plain or 0)


def numbers(rows: list[list[str]], column: int) -> list[Decimal]:
    return [number(row[column]) for row in rows]


def indent(cell: Element) -> int:
    """By how many steps a cell's text is moved in."""
    style = cell.attributes["style"] or ""
    return int(style.removeprefix("padding-left:calc(.55em + ").removesuffix("*1.4em)"))
