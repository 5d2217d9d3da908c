"""Tutorials and the short texts of quizzes and links as HTML for the pages, rendered in a thread and cached."""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Final

from rendering.pages.markdown import Rendered, rendered, rendered_short
from rendering.pages.remarks import Remarks

MAX_KEPT_BYTES: Final = 16_000_000
"""Size of the cache of one process: some hundreds of usual tutorials."""
_PREFIX: Final = "t-"
_BELOW: Final = 2
"""Prefix of heading ids, and level of the heading above a tutorial, on the page of a concept."""

_ONE_OF_ALL: Final = "# Code\n\n```python\nx = 1\n```\n\nA formula, $x$, and a note.[^1]\n\n[^1]: Like this."
"""A text that needs every part of the renderer."""


Texts = Mapping[str, Rendered]
"""Text -> the same as HTML."""


class Tutorials:
    """Renders Markdown, one text at a time in one thread, and caches it. Requests for the same share one rendering.

    The key is the hash of the text and of all that its HTML depends on, so what is cached cannot be out of date.
    """

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._cache: OrderedDict[bytes, Texts] = OrderedDict()
        self._in_progress: dict[bytes, asyncio.Task[Texts]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tutorials")

    def prepare(self, *others: Callable[[], object]) -> None:
        """Call `others` in the thread, and load what the first tutorial needs, so that no reader waits for it."""
        for other in others:
            self._thread.submit(other)
        self._thread.submit(rendered, _ONE_OF_ALL, prefix=_PREFIX, below=_BELOW)

    async def rendered(
        self, markdown: str, *, prefix: str = _PREFIX, language: str = "en", remarks: Remarks | None = None
    ) -> Rendered:
        """Return a tutorial, or another text with a `prefix` of its own, as HTML, from the cache if it is there."""
        render = partial(rendered, prefix=prefix, below=_BELOW, language=language, remarks=remarks)
        texts = await self._rendered(f"tutorial {prefix} {language} {remarks}", (markdown,), render)
        return texts[markdown]

    async def short(self, texts: Iterable[str], *, links: bool = True, language: str = "en") -> Texts:
        """Return the short texts of one content as HTML (`rendered_short`), which are rendered and cached together."""
        render = partial(rendered_short, links=links, language=language)
        return await self._rendered(f"{'short' if links else 'label'} {language}", tuple(dict.fromkeys(texts)), render)

    async def _rendered(self, kind: str, texts: tuple[str, ...], render: Callable[[str], Rendered]) -> Texts:
        key = _key(kind, texts)
        if (cached := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return cached
        task = self._in_progress.get(key)
        if task is None:
            task = self._in_progress[key] = asyncio.create_task(self._render(key, texts, render))
        return await asyncio.shield(task)  # other requests may wait for it when this one is cancelled

    async def _render(self, key: bytes, texts: tuple[str, ...], render: Callable[[str], Rendered]) -> Texts:
        def work() -> Texts:
            return {text: render(text) for text in texts}

        try:
            result = await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            del self._in_progress[key]
        self._store(key, result)
        return result

    def _store(self, key: bytes, texts: Texts) -> None:
        self._cache[key] = texts
        self._bytes += _size(texts)
        while self._bytes > self._max_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= _size(oldest)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _key(kind: str, texts: tuple[str, ...]) -> bytes:
    digest = sha256(kind.encode(errors="surrogatepass"))
    for text in texts:
        encoded = text.encode(errors="surrogatepass")
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.digest()


def _size(texts: Texts) -> int:
    strings = [
        string
        for text, result in texts.items()
        for string in (text, result.html, *(str(part) for heading in result.headings for part in heading))
    ]
    return sum(map(sys.getsizeof, strings))
