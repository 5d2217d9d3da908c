"""Pages asked for in the process, as a browser would: with cookies, and forms that carry their token."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Post = Callable[..., Any]


async def sent(client: httpx.AsyncClient, page: str, target: str, **fields: Any) -> httpx.Response:
    """A form of a page, sent with the token that the page gave it."""
    shown = await client.get(page)
    found = re.search('name="csrf" value="([^"]+)"', shown.text)
    assert found is not None, shown.text
    return await client.post(target, data={"csrf": found[1], **fields})


@pytest.fixture
def post() -> Post:
    return sent
