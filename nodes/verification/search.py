"""The search port: existing pages for an author to choose from. Texts of search engines are untrusted data."""

import asyncio
import html
import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from domain.checks.resources import is_web_address
from domain.contents import FoundPage
from domain.logs import get_log

_log = get_log(__name__)

MAX_PAGES: Final = 8
SEARCH_SECONDS: Final = 6.0
_CONCURRENT_SEARCHES: Final = 4
_MAX_QUERY_LENGTH: Final = 300
_MAX_TITLE_LENGTH, _MAX_SNIPPET_LENGTH = 200, 400
_MAX_BODY_BYTES: Final = 300_000
TAVILY: Final = "https://api.tavily.com/search"
DUCKDUCKGO: Final = "https://html.duckduckgo.com/html/"
_LINK: Final = re.compile(
    r"<a\s(?=[^<>]{0,400}\bclass=\"result__a\")[^<>]{0,400}?\bhref=\"([^\"<>]{1,2000})\"[^<>]{0,400}>(.{0,600}?)</a>",
    re.DOTALL,
)
_SNIPPET: Final = re.compile(r"class=\"result__snippet\"[^<>]{0,2000}>(.{0,2000}?)</a>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]{0,300}>")


class SearchFailed(Exception):
    """A search failed; an empty result is no failure."""


class Search(Protocol):
    """Finds pages on the web."""

    @property
    def name(self) -> str: ...

    async def find(self, query: str) -> list[FoundPage]:
        """Return pages, the best first. Raises SearchFailed."""
        ...


class _TavilyPage(BaseModel):
    title: str = ""
    url: str
    content: str = ""


class _TavilyAnswer(BaseModel):
    results: list[_TavilyPage]


class TavilySearch:
    """Tavily's API; the key is sent to that address only."""

    name = "tavily"

    def __init__(self, key: SecretStr, url: str = TAVILY, *, seconds: float = SEARCH_SECONDS) -> None:
        self._key = key
        self._url = url
        self._seconds = seconds

    async def find(self, query: str) -> list[FoundPage]:
        body = {"query": query[:_MAX_QUERY_LENGTH], "max_results": MAX_PAGES}
        authorization = f"Bearer {self._key.get_secret_value()}"
        text = await _ask(self._url, self._seconds, {"Authorization": authorization}, json=body)
        return read_tavily(text)


def read_tavily(text: str) -> list[FoundPage]:
    """Return the pages in an answer of Tavily. Raises SearchFailed."""
    try:
        pages = _TavilyAnswer.model_validate_json(text).results
    except ValidationError:
        raise SearchFailed("Tavily's answer cannot be read.") from None
    return _usable([FoundPage(title=page.title, url=page.url, snippet=page.content) for page in pages])


class DuckDuckGoSearch:
    """DuckDuckGo's page for browsers without scripts. It needs no key, and its format may change at any time."""

    name = "duckduckgo"

    def __init__(self, url: str = DUCKDUCKGO, *, seconds: float = SEARCH_SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    async def find(self, query: str) -> list[FoundPage]:
        form = {"q": query[:_MAX_QUERY_LENGTH]}
        return read_duckduckgo(await _ask(self._url, self._seconds, {"User-Agent": "Mozilla/5.0"}, data=form))


def read_duckduckgo(page: str) -> list[FoundPage]:
    """Return the pages in a page of results; none where its format has changed."""
    snippets = [_plain(match[1]) for match in _SNIPPET.finditer(page)]
    pages = [
        FoundPage(title=_plain(match[2]), url=_target(html.unescape(match[1])), snippet=snippet)
        for match, snippet in zip(_LINK.finditer(page), [*snippets, *[""] * 50], strict=False)
    ]
    return _usable(pages)


class Finder:
    """Searches for runs, a few at a time. A failed search finds nothing, since authors can write without one."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._turns = asyncio.Semaphore(_CONCURRENT_SEARCHES)

    async def find(self, query: str) -> list[FoundPage]:
        async with self._turns:
            try:
                return await self._search.find(query)
            except SearchFailed as failure:
                _log.warning("search failed", search=self._search.name, reason=str(failure))
                return []


async def _ask(url: str, seconds: float, headers: Mapping[str, str], **body: object) -> str:
    """Send a query. `seconds` limits the whole exchange, as a server may send slowly for ever. Raises SearchFailed."""
    sent = {"Accept-Encoding": "identity", **headers}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds, follow_redirects=False) as client,
            client.stream("POST", url, headers=sent, **body) as response,  # type: ignore[arg-type]
        ):
            if response.status_code != httpx.codes.OK:
                raise SearchFailed(f"The search answered {response.status_code}.")
            received = bytearray()
            async for chunk in response.aiter_raw():  # never decompressed: the size is unknown
                received += chunk
                if len(received) > _MAX_BODY_BYTES:
                    raise SearchFailed("The search answered too much.")
            return received.decode("utf-8", "replace")
    except TimeoutError:
        raise SearchFailed("The search did not answer in time.") from None
    except httpx.HTTPError as error:
        raise SearchFailed(f"The search cannot be reached: {type(error).__name__}.") from None


def _target(href: str) -> str:
    """Return the target of a result, whose link leads through a redirect of the engine."""
    try:
        parts = urlsplit(f"https:{href}" if href.startswith("//") else href)
    except ValueError:
        return ""  # dropped later, as it is no web address
    wrapped = parse_qs(parts.query).get("uddg") if parts.path.startswith("/l/") else None
    return wrapped[0] if wrapped else href


def _usable(pages: Sequence[FoundPage]) -> list[FoundPage]:
    """Return the pages that have a web address and a title, each once, with texts cut short."""
    kept: dict[str, FoundPage] = {}
    for page in pages:
        if is_web_address(page.url) and len(page.url) <= 1000 and page.title.strip():
            short = {"title": page.title[:_MAX_TITLE_LENGTH], "snippet": page.snippet[:_MAX_SNIPPET_LENGTH]}
            kept.setdefault(page.url, page.model_copy(update=short))
    return list(kept.values())[:MAX_PAGES]


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())
