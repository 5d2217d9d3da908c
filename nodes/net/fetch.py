"""Fetch the beginning of a page that others named.

Every hop is checked like the first (nodes/net/connect.py). Time, size and hops are limited.
"""

import asyncio
import contextlib
import zlib
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from nodes.net.addresses import AllowList
from nodes.net.connect import Connector, FetchFailed, Headers, NetworkEnvironment, RequestTimeouts, readable

MAX_REDIRECTS: Final = 5
MAX_BODY_BYTES: Final = 262_144
"""Of a body, compressed and decompressed; the title comes far earlier."""
_HEADERS: Final[Headers] = (
    ("User-Agent", "roadmap-orchestrator (link check)"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.5"),
    ("Accept-Encoding", "identity"),
)
_ALLOW_NONE: Final = AllowList()
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class WebPage:
    """The beginning of a response, and its URL after all redirects."""

    url: str
    status: int
    content_type: str
    body: bytes
    hops: int


class Fetcher:
    def __init__(
        self,
        allowed: AllowList = _ALLOW_NONE,
        outside: NetworkEnvironment | None = None,
        limits: RequestTimeouts | None = None,
    ) -> None:
        self._limits = limits or RequestTimeouts()
        self._connector = Connector(allowed, outside or NetworkEnvironment(), self._limits)

    async def fetch(self, url: str) -> WebPage:
        """Fetch a page, redirects included. Raises FetchFailed."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._follow(url)
        except TimeoutError:
            raise FetchFailed("it did not answer in time", offline=True) from None

    async def _follow(self, url: str) -> WebPage:
        for hop in range(MAX_REDIRECTS + 1):
            try:
                parsed = readable(url)
                page, onward = await self._get(parsed, hop)
            except FetchFailed as failure:
                if not hop:
                    raise
                raise FetchFailed(str(failure), lasting=failure.lasting, heard=True) from None
            if onward is None:
                return page
            url = _joined(parsed, onward)
        raise FetchFailed("it redirects without end", heard=True)

    async def _get(self, url: httpx.URL, hop: int) -> tuple[WebPage, str | None]:
        """Make one hop; return the page and the target of its redirect, if it is one."""
        async with self._connector.request("GET", url, _HEADERS) as response:
            headers = {name.lower(): value for name, value in response.headers}
            onward = headers.get(b"location")
            if response.status in _REDIRECTS and onward is not None:
                return WebPage("", response.status, "", b"", hop), onward.decode("utf-8", "replace")
            body = await _beginning(response, headers.get(b"content-encoding", b""))
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        return WebPage(str(url), response.status, content_type, body, hop), None


def _joined(url: httpx.URL, onward: str) -> str:
    try:
        return str(url.join(onward))
    except (httpx.InvalidURL, UnicodeError):
        return ""


async def _beginning(response: httpcore.Response, encoding: bytes) -> bytes:
    """Return at most MAX_BODY_BYTES of the body, decompressed where the server compressed it unasked."""
    packed = bytearray()
    async for chunk in response.aiter_stream():
        packed += chunk
        if len(packed) >= MAX_BODY_BYTES:
            break
    raw = bytes(packed[:MAX_BODY_BYTES])
    match encoding.strip().lower():
        case b"" | b"identity":
            return raw
        case b"gzip" | b"x-gzip" | b"deflate":
            with contextlib.suppress(zlib.error):
                return zlib.decompressobj(wbits=47).decompress(raw, MAX_BODY_BYTES)
    return b""
