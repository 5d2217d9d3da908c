"""Tutorials as HTML for the pages, rendered in a thread and cached."""

import asyncio
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Final

from rendering.pages.markdown import Rendered, rendered

MAX_KEPT_BYTES: Final = 16_000_000
"""Size of the cache of one process: some hundreds of usual tutorials."""
_PREFIX: Final = "t-"
_BELOW: Final = 2
"""Prefix of heading ids, and level of the heading above a tutorial, on the page of a concept."""


class Tutorials:
    """Renders tutorials, one at a time in one thread, and caches them. Requests for the same text share one rendering.

    The key is the hash of the text, so a cached tutorial cannot be out of date.
    """

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._cache: OrderedDict[bytes, Rendered] = OrderedDict()
        self._in_progress: dict[bytes, asyncio.Task[Rendered]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tutorials")

    async def rendered(self, markdown: str, *, prefix: str = _PREFIX) -> Rendered:
        """Return a tutorial, or another text with a `prefix` of its own, as HTML, from the cache if it is there."""
        key = sha256(f"{prefix} {markdown}".encode(errors="surrogatepass")).digest()
        if (cached := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return cached
        task = self._in_progress.get(key)
        if task is None:
            task = self._in_progress[key] = asyncio.create_task(self._render(key, markdown, prefix))
        return await asyncio.shield(task)  # other requests may wait for it when this one is cancelled

    async def _render(self, key: bytes, markdown: str, prefix: str) -> Rendered:
        render = partial(rendered, markdown, prefix=prefix, below=_BELOW)
        try:
            tutorial = await asyncio.get_running_loop().run_in_executor(self._thread, render)
        finally:
            del self._in_progress[key]
        self._store(key, tutorial)
        return tutorial

    def _store(self, key: bytes, tutorial: Rendered) -> None:
        self._cache[key] = tutorial
        self._bytes += _size(tutorial)
        while self._bytes > self._max_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= _size(oldest)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _size(tutorial: Rendered) -> int:
    texts = [tutorial.html, *(text for heading in tutorial.headings for text in (heading.identifier, heading.text))]
    return sum(map(sys.getsizeof, texts))
