"""Checks of resources: well-formed links. Whether they are reachable is checked by nodes/verification/links.py."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.contents import Resources


def check_resources(resources: Resources) -> Iterator[str]:
    if not resources.resources:
        yield "There is no resource."
    seen: dict[str, int] = {}
    for number, resource in enumerate(resources.resources, start=1):
        if not resource.title.strip():
            yield f"Resource {number} has a blank title."
        if not is_web_address(resource.url):
            yield f"Resource {number} has no http(s) URL: {resource.url[:200]!r}."
        first = seen.setdefault(resource.url.partition("#")[0].rstrip("/"), number)
        if first != number:
            yield f"Resources {first} and {number} have the same URL."


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:
        return False
