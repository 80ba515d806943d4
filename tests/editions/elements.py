"""A page read back as elements, and the areas whose pages are looked at."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

AREAS = {
    "nation": "E92000001",
    "Wales": "W92000004",
    "region": "E12000001",
    "Inner London": "E13000001",
    "metropolitan county": "E11000006",
    "county": "E10000016",
    "unitary authority": "E06000005",
    "district": "E07000008",
    "metropolitan district": "E08000035",
    "London borough": "E09000012",
    "City of London": "E09000001",
    "Isles of Scilly": "E06000053",
    "Rutland": "E06000017",
    "Welsh authority": "W06000015",
    "police force area": "E23000008",
    "partnership": "E22000072",
}
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Element:
    """An element of a page: its tag, attributes, the element around it, and its texts and elements in order."""

    def __init__(self, tag: str, attributes: dict[str, str | None], around: "Element | None"):
        self.tag, self.attributes, self.around = tag, attributes, around
        self.content: list[str | Element] = []

    def all(self, tag: str = "", **attributes: str) -> "Iterator[Element]":
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for part in self.content:
            if isinstance(part, Element):
                if tag in ("", part.tag) and wanted.items() <= part.attributes.items():
                    yield part
                yield from part.all(tag, **attributes)

    @property
    def text(self) -> str:
        parts = (part if isinstance(part, str) else part.text for part in self.content)
        return re.sub(r"\s+", " ", "".join(parts))

    def nearest(self, attribute: str) -> str:
        """The value of an attribute of this element or the nearest one around it that has it."""
        element = self
        while attribute not in element.attributes:
            element = element.around
        return element.attributes[attribute]


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.page = self.here = Element("page", {}, None)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag, attrs):
        self.here.content.append(Element(tag, dict(attrs), self.here))

    def handle_endtag(self, tag):
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.around

    def handle_data(self, data):
        self.here.content.append(data)


@cache
def read(page: str) -> Element:
    """A page by its text; read once, so it is not to be changed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.page, f"<{reader.here.tag}> is not closed"
    return reader.page


def article(made: str, metric_id: str) -> str:
    """What a page says of a metric."""
    (found,) = read(made).all("article", id=metric_id.replace("_", "-"))
    return found.text
