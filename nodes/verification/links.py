"""Check whether links lead to the pages that they name. Time is limited, and a missing network fails no check."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from domain.contents import Resource, Verification
from nodes.net.connect import FetchFailed
from nodes.net.fetch import Fetcher, WebPage
from nodes.verification.titles import agree, looks_like_404, titles_of

CONCURRENT_CHECKS: Final = 16
LIST_SECONDS: Final = 15.0
"""For one list of links; links without a result by then stay unchecked."""
AWAY_SECONDS: Final = 60.0
ENOUGH_FAILURES: Final = 3
"""Unreachable hosts, before any host has answered, after which the network counts as missing."""
REMEMBERED_SECONDS: Final = 900.0
_MAX_REMEMBERED: Final = 4096
_GONE: Final = frozenset({404, 410})
_READABLE: Final = ("text/", "image/", "video/", "audio/", "application/pdf", "application/json", "application/epub")


class LinkFinding(BaseModel):
    """The result of checking one URL."""

    verification: Verification = "unchecked"
    dead: bool = False
    """The failure is permanent, so the link is useless."""
    reason: str = ""
    checked_at: datetime | None = None


class Findings(BaseModel):
    """Results in the order of the links."""

    findings: list[LinkFinding]


@dataclass(slots=True)
class _Seen:
    finding: LinkFinding
    at: float
    needs_network: bool


class LinkChecker:
    """The link checker of a process. It caches results, and remembers whether there seems to be a network."""

    def __init__(
        self, fetcher: Fetcher, *, list_seconds: float = LIST_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetcher = fetcher
        self._list_seconds = list_seconds
        self._clock = clock
        self._turns = asyncio.Semaphore(CONCURRENT_CHECKS)
        self._seen: dict[str, _Seen] = {}
        self._heard = False
        self._failures: set[str] = set()
        self._away_until = float("-inf")

    async def look_at(self, resources: Sequence[Resource]) -> Findings:
        """Check each link."""
        looks = [asyncio.ensure_future(self._look(resource)) for resource in resources]
        try:
            if looks:  # a model's list may be empty, which wait() refuses
                await asyncio.wait(looks, timeout=self._list_seconds)
        finally:
            for look in looks:
                look.cancel()
            await asyncio.gather(*looks, return_exceptions=True)
        return Findings(findings=[self._finding_of(look) for look in looks])

    def _finding_of(self, look: "asyncio.Task[_Seen]") -> LinkFinding:
        if look.cancelled():
            return LinkFinding(reason="there was no time left to look at it")
        seen = look.result()
        return (
            seen.finding
            if self._heard or not seen.needs_network
            else LinkFinding(reason="there seems to be no network")
        )

    async def _look(self, resource: Resource) -> _Seen:
        known = self._seen.get(key := f"{resource.url} {resource.title}")
        if known is not None and self._clock() - known.at < REMEMBERED_SECONDS:
            return known
        async with self._turns:
            if not self._heard and self._clock() < self._away_until:
                return _Seen(LinkFinding(), self._clock(), needs_network=True)
            seen = await self._fetch(resource)
        if self._heard or not seen.needs_network:
            if len(self._seen) >= _MAX_REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            self._seen[key] = seen
        return seen

    async def _fetch(self, resource: Resource) -> _Seen:
        needs_network = False
        try:
            page = await self._fetcher.fetch(resource.url)
            self._heard = True
            finding = _judged(resource, page)
        except FetchFailed as failure:
            needs_network = failure.offline
            self._heard = self._heard or failure.heard
            self._note(resource.url, failure)
            finding = LinkFinding(verification="unreachable", dead=failure.lasting, reason=str(failure))
        return _Seen(finding.model_copy(update={"checked_at": datetime.now(UTC)}), self._clock(), needs_network)

    def _note(self, url: str, failure: FetchFailed) -> None:
        if failure.offline and not self._heard:
            self._failures.add(urlsplit(url).hostname or "")
            if len(self._failures) >= ENOUGH_FAILURES:
                self._failures.clear()
                self._away_until = self._clock() + AWAY_SECONDS


def _judged(resource: Resource, page: WebPage) -> LinkFinding:
    if page.status in _GONE:
        return LinkFinding(verification="unreachable", dead=True, reason=f"it answers {page.status}")
    if page.status >= 500:
        return LinkFinding(verification="unreachable", reason=f"it answers {page.status}")
    if page.status >= 300:  # sites that refuse programs may well serve people
        return LinkFinding(reason=f"it answers {page.status}")
    titles = titles_of(page.body, page.content_type)
    if any(looks_like_404(title) for title in titles[:1]) and not looks_like_404(resource.title):
        return LinkFinding(verification="unreachable", dead=True, reason="the page says that it does not exist")
    if not titles and page.content_type and not page.content_type.lower().startswith(_READABLE):
        return LinkFinding(reason="it is nothing that one reads")
    at = urlsplit(page.url)
    if agree(resource.title, titles, at.hostname or ""):
        return LinkFinding(verification="verified")
    if page.hops and at.path in {"", "/"} and urlsplit(resource.url).path not in {"", "/"}:
        return LinkFinding(verification="unreachable", dead=True, reason="it leads to a front page only")
    return LinkFinding(reason="the page has another title")
