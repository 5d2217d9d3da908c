"""Tutorials as HTML for the pages: rendered beside the event loop, each once as long as it is kept."""

import asyncio
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Final

from rendering.pages.markdown import Rendered, rendered

MAX_KEPT_BYTES: Final = 16_000_000
"""Of one process: some hundreds of usual tutorials."""
_PREFIX: Final = "t-"
_BELOW: Final = 2
"""Prefix of the ids, and level of the heading above a tutorial, on a concept's page."""


class Tutorials:
    """Renders and keeps tutorials. One thread works on one text at a time; who wants the same text waits for it.

    A version never changes, and is known by the hash of its text: so nothing that is kept can be out of date.
    """

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[bytes, Rendered] = OrderedDict()
        self._in_progress: dict[bytes, asyncio.Task[Rendered]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tutorials")

    async def rendered(self, markdown: str) -> Rendered:
        key = sha256(markdown.encode(errors="surrogatepass")).digest()
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        task = self._in_progress.get(key)
        if task is None:
            task = self._in_progress[key] = asyncio.create_task(self._render(key, markdown))
        return await asyncio.shield(task)  # others may wait for it when this request is given up

    async def _render(self, key: bytes, markdown: str) -> Rendered:
        render = partial(rendered, markdown, prefix=_PREFIX, below=_BELOW)
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._thread, render)
        finally:
            del self._in_progress[key]
        self._keep(key, made)
        return made

    def _keep(self, key: bytes, made: Rendered) -> None:
        self._kept[key] = made
        self._bytes += _size(made)
        while self._bytes > self._max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _size(made: Rendered) -> int:
    texts = [made.html, *(text for heading in made.headings for text in (heading.identifier, heading.text))]
    return sum(map(sys.getsizeof, texts))
