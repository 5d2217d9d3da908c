"""Read the addresses of resources, and leave out resources that have none."""

import re
from typing import Any, Final

from domain.checks.resources import is_web_address

_MARKDOWN: Final = re.compile(r"\[[^\]\n]{0,500}\]\(\s*<?(https?://[^\s<>]{1,2000}?)>?\s*\)")
_BARE: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?:[/?#]\S*)?", re.IGNORECASE)
_NONE: Final = frozenset({"", "none", "null", "n/a", "na", "-", "—", "not available", "no url", "offline", "isbn", "#"})


def read_link(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with its bare address; an empty one where it has none."""
    url = resource.get("url", "")
    if url is None:
        return {**resource, "url": ""}
    if not isinstance(url, str) or is_web_address(url):
        return resource
    text = url.strip().strip("<>").strip()
    if text.casefold() in _NONE:
        text = ""
    elif (link := _MARKDOWN.fullmatch(text)) is not None:
        text = link[1]
    elif _BARE.fullmatch(text) and ("/" in text or text.casefold().startswith("www.")):
        text = f"https://{text}"
    return {**resource, "url": text}


def without_addressless(resources: list[Any]) -> list[Any]:
    """Return the resources that have an address, such as no book has; all of them where none has one."""
    left = [resource for resource in resources if not (isinstance(resource, dict) and resource.get("url") == "")]
    return left or resources
