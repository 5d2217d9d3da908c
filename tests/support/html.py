"""What a browser would make of HTML: elements with their attributes, and what in them could do harm."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final, NamedTuple

_ADDRESSES: Final = {"href", "src", "action", "formaction", "srcdoc", "xlink:href", "poster", "data", "srcset"}
_IGNORED_IN_SCHEMES: Final = re.compile(r"[\x00-\x20]+")


class Element(NamedTuple):
    tag: str
    attributes: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def elements(html: str) -> list[Element]:
    """All elements of a piece of HTML, in order."""
    return _read(html).elements


def text(html: str) -> str:
    """What stands between the tags."""
    return "".join(_read(html).words)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def dangers(html: str, tags: frozenset[str]) -> Iterator[str]:
    """What could run or load: elements beyond `tags`, handlers, inline style, addresses of other schemes."""
    for tag, attributes in elements(html):
        if tag not in tags:
            yield f"<{tag}>"
        for name, value in attributes.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                yield f"{tag} {name}={value!r}"
            if name in _ADDRESSES and not _harmless(value):
                yield f"{tag} {name}={value!r}"


def _harmless(address: str) -> bool:
    seen = _IGNORED_IN_SCHEMES.sub("", address).lower()
    return seen.startswith(("https://", "http://", "mailto:", "#"))
