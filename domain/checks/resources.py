"""Checks of resources: well-formed links. Whether they are reachable is checked by nodes/verification/links.py."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken, doubt
from domain.checks.prose.languages import check_language
from domain.checks.prose.subject import check_subject
from domain.checks.prose.wording import check_characters, check_phrases
from domain.contents import Resources

_ENOUGH: Final = 3
"""Number of resources from which front pages only are a pattern."""

_TOOLS: Final = frozenset(
    {"tool", "app", "application", "software", "game", "community", "forum", "podcast", "channel"}
)
"""Types of resources that are their front page."""


def check_resources(resources: Resources, expected: Expected) -> Iterator[Finding]:
    texts = [f"{resource.title}\n{resource.description}" for resource in resources.resources]
    whole = "\n".join(texts)
    yield from check_characters(whole)
    if not resources.resources:
        yield broken("resources.empty", "There is no resource.")
    seen: dict[str, int] = {}
    for number, resource in enumerate(resources.resources, start=1):
        if not resource.title.strip():
            yield broken("resources.title", f"Resource {number} has a blank title.")
        if not is_web_address(resource.url):
            yield broken("resources.url", f"Resource {number} has no http(s) URL: {resource.url[:200]!r}.")
        first = seen.setdefault(resource.url.strip(), number)
        if first != number:
            yield broken("resources.repetition", f"Resources {first} and {number} have the same URL.")
    pages = [resource for resource in resources.resources if resource.type.casefold() not in _TOOLS]
    if len(texts) >= _ENOUGH and len(pages) > 1 and all(_is_front_page(resource.url) for resource in pages):
        yield doubt(
            "resources.front_pages",
            "Every URL is the front page of a site; name the pages that help with this concept.",
        )
    yield from check_phrases("\n".join(resource.description for resource in resources.resources[-1:]), expected)
    if expected.language is not None:
        yield from check_language([resource.description for resource in resources.resources], expected.language)
    yield from check_subject(whole, expected)


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:
        return False


def _is_front_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.path.strip("/") and not parts.query and not parts.fragment
