"""Fetches the beginning of a page that somebody else named, without being led astray.

Every hop is judged anew (nodes/net/connect.py says how). Time, size and hops are bounded.
"""

import asyncio
import contextlib
import zlib
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from nodes.net.addresses import AllowList
from nodes.net.connect import Connector, FetchFailed, Headers, Limits, NetworkEnvironment, readable

MAX_REDIRECTS: Final = 5
MAX_BODY_BYTES: Final = 262_144
"""Of a body, packed and unpacked: a title stands far ahead of that."""
_HEADERS: Final[Headers] = (
    ("User-Agent", "roadmap-orchestrator (link check)"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.5"),
    ("Accept-Encoding", "identity"),
)
_NOBODY: Final = AllowList()
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class WebPage:
    """The beginning of an answer, and where it was found after all redirects."""

    url: str
    status: int
    content_type: str
    body: bytes
    hops: int


class Fetcher:
    def __init__(
        self, allowed: AllowList = _NOBODY, outside: NetworkEnvironment | None = None, limits: Limits | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._connector = Connector(allowed, outside or NetworkEnvironment(), self._limits)

    async def fetch(self, url: str) -> WebPage:
        """Raises FetchFailed."""
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
        """One hop: what stands there, or where it leads on to."""
        async with self._connector.request("GET", url, _HEADERS) as response:
            told = {name.lower(): value for name, value in response.headers}
            onward = told.get(b"location")
            if response.status in _REDIRECTS and onward is not None:
                return WebPage("", response.status, "", b"", hop), onward.decode("utf-8", "replace")
            body = await _beginning(response, told.get(b"content-encoding", b""))
        content_type = told.get(b"content-type", b"").decode("latin-1")
        return WebPage(str(url), response.status, content_type, body, hop), None


def _joined(url: httpx.URL, onward: str) -> str:
    try:
        return str(url.join(onward))
    except (httpx.InvalidURL, UnicodeError):
        return ""


async def _beginning(response: httpcore.Response, encoding: bytes) -> bytes:
    """At most MOST_BYTES of the body; what was packed although nobody asked for that is unpacked no further either."""
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
