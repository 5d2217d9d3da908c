"""What one orchestrator owns: opened together, closed together, handed down frozen.

What only runs need (LangGraph, PgQueuer, the texts of the offline author) takes longer to load than to read a roadmap,
so it is imported where the first run asks for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.errors import InvalidInput
from nodes.authors.null_author import NullAuthor
from nodes.authors.port import Author
from nodes.ledger.budget import Limit
from nodes.ledger.scheduler import Throttle
from orchestrator.clock import Clock, utc_now
from orchestrator.process.call_gate import Gate
from orchestrator.process.lease import Lease
from orchestrator.process.queue import RunQueue
from orchestrator.settings import Settings
from repository.db import schema
from repository.db.database import Database
from repository.postgres.server import EmbeddedServer

if TYPE_CHECKING:
    from nodes.verification.links import LinkChecker
    from nodes.verification.search import Finder
    from repository.db.checkpoints import CheckpointPool

ProcessKind = Literal["foreground", "worker", "stepper", "server", "reader"]
"""See `Orchestrator.open`."""
RUNS_NOTHING: Final[frozenset[ProcessKind]] = frozenset({"server", "reader"})


class Checkpoints:
    """The pool that savers share, opened by the first run."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = asyncio.Lock()
        self._pool: CheckpointPool | None = None

    async def pool(self) -> "CheckpointPool":
        async with self._opening:
            if self._pool is None:
                from repository.db.checkpoints import CheckpointPool

                pool = CheckpointPool(self._url)
                await pool.open()
                self._pool = pool
            return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


@dataclass(frozen=True, slots=True)
class OrchestratorResources:
    settings: Settings
    kind: ProcessKind
    database: Database
    checkpoints: Checkpoints
    author: Author
    throttle: Throttle
    links: "LinkChecker | None"
    search: "Finder | None"
    lease: Lease
    gate: Gate
    clock: Clock

    @property
    def can_run(self) -> bool:
        """False for a `server` or `reader` without an author: it can only request runs with `detach`."""
        return not isinstance(self.author, NullAuthor)

    @property
    def queue(self) -> RunQueue:
        """It has no state of its own."""
        from orchestrator.process.queue_pgqueuer import PgQueuerQueue

        return PgQueuerQueue(self.database)


@asynccontextmanager
async def open_resources(
    settings: Settings,
    *,
    author: Author | None = None,
    kind: ProcessKind = "foreground",
    leave_stopped: bool = False,
    clock: Clock = utc_now,
) -> AsyncIterator[OrchestratorResources]:
    """`kind` of process: `foreground` runs its own requests, `worker` takes from the queue, a `stepper` steps,
    a `server` only asks for runs. `leave_stopped`: as in `ready_database`.

    Raises DatabaseUnavailable, or InvalidInput for a model that cannot be used.
    """
    if kind != "server":
        check_sessions(settings)
    own_author = author is None and kind not in RUNS_NOTHING
    if author is None:
        author = await asyncio.to_thread(build_author, settings) if own_author else NullAuthor()
    url = await asyncio.to_thread(ready_database, settings, leave_stopped=leave_stopped)
    async with AsyncExitStack() as stack:
        if own_author:
            stack.push_async_callback(_close, author)
        recover = None if settings.database_url else EmbeddedServer(settings.home).recover
        database = Database(url, patience=settings.database_patience, recover=recover, pooled=settings.database_pooled)
        stack.push_async_callback(database.close)
        checkpoints = Checkpoints(url)
        stack.push_async_callback(checkpoints.close)
        lease = Lease(url, kind=kind, timeout=settings.heartbeat_timeout)
        stack.push_async_callback(lease.end)
        yield OrchestratorResources(
            settings=settings,
            kind=kind,
            database=database,
            checkpoints=checkpoints,
            author=author,
            throttle=Throttle(
                settings.max_concurrent_calls,
                requests_per_minute=settings.requests_per_minute,
                tokens_per_minute=settings.tokens_per_minute,
            ),
            links=build_links(settings),
            search=build_search(settings),
            lease=lease,
            gate=Gate(lease),
            clock=clock,
        )


def check_sessions(settings: Settings) -> None:
    """Raises InvalidInput where runs could not have the sessions of their own that they need."""
    if settings.database_pooled:
        raise InvalidInput(
            "ROADMAP_DATABASE_POOLED is for `roadmap serve --no-worker` only, since runs need sessions of their own: "
            "unset it, and give ROADMAP_DATABASE_URL the address of PostgreSQL itself."
        )


def ready_database(settings: Settings, *, leave_stopped: bool = False) -> str:
    """The URL of a database at the newest revision: the embedded one is started and upgraded, a server is refused.

    `leave_stopped`: raise DatabaseStopped instead of starting an embedded one that was stopped on purpose.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        schema.check(url)
        return url
    server = EmbeddedServer(settings.home)
    url = server.recover() if leave_stopped else server.start()
    if schema.current(url) != schema.HEAD:
        schema.upgrade(url)
    return url


def build_links(settings: Settings) -> "LinkChecker | None":
    """Who opens the links of resources; nobody those of the offline author, unless that is asked for."""
    wanted = settings.model is not None if settings.link_check is None else settings.link_check
    if not wanted:
        return None
    from nodes.net.addresses import AllowList
    from nodes.net.fetch import Fetcher
    from nodes.verification.links import LinkChecker

    return LinkChecker(Fetcher(AllowList.read(settings.link_allow)))


def build_search(settings: Settings) -> "Finder | None":
    """Raises InvalidInput for a search that lacks its key."""
    if settings.search == "tavily" and settings.search_key is None:
        raise InvalidInput("ROADMAP_SEARCH=tavily needs ROADMAP_SEARCH_KEY: set it, or take ROADMAP_SEARCH=duckduckgo.")
    if settings.search is None or settings.model is None:
        return None
    from nodes.verification.search import DUCKDUCKGO, TAVILY, DuckDuckGoSearch, Finder, TavilySearch

    address = settings.search_url.get_secret_value() if settings.search_url else None
    if settings.search == "tavily" and settings.search_key is not None:
        return Finder(TavilySearch(settings.search_key, address or TAVILY))
    return Finder(DuckDuckGoSearch(address or DUCKDUCKGO))


def build_author(settings: Settings) -> Author:
    """Who writes the words under these settings. Raises InvalidInput for a model that cannot be opened."""
    if settings.model is None:
        others = {
            "CURRICULUM": settings.model_curriculum,
            "CONTENT": settings.model_content,
            "REVIEW": settings.model_review,
            "FALLBACK": settings.model_fallback,
        }
        for name in (name for name, model in others.items() if model is not None):
            raise InvalidInput(f"ROADMAP_MODEL_{name} is set and ROADMAP_MODEL is not: set that too, or unset it.")
        from nodes.authors.offline import OfflineAuthor

        return OfflineAuthor(latency=settings.offline_latency, fail=settings.offline_fail, log=settings.offline_log)
    from nodes.authors.chat import ChatAuthor
    from nodes.authors.models import Models, Names, check
    from nodes.authors.prices import Prices

    names = Names(
        usual=settings.model,
        curriculum=settings.model_curriculum,
        content=settings.model_content,
        review=settings.model_review,
        fallback=settings.model_fallback,
    )
    prices = Prices(settings.model_prices, {name: check(name) for name in names.all()})
    unpriced = [name for name in names.all() if not prices.knows(name)]
    if unpriced and settings.budget and Limit.read(settings.budget).money:
        raise InvalidInput(
            f"ROADMAP_BUDGET is in US dollars, and the price of {unpriced[0]} is unknown: set ROADMAP_MODEL_PRICES, as "
            f'{{"{unpriced[0]}": [1.25, 10]}}, or give the budget in tokens.'
        )
    models = Models(settings.model_temperature, settings.model_timeout)
    return ChatAuthor(names, models, prices, max_tokens=settings.model_max_tokens, timeout=settings.model_timeout)


def check_budget(settings: Settings) -> None:
    """Raises InvalidInput for a budget in US dollars where the price of a model is unknown."""
    if settings.model and settings.budget and Limit.read(settings.budget).money:
        build_author(settings)


async def _close(author: Author) -> None:
    """An author that was opened here and holds connections."""
    close = getattr(author, "close", None)
    if close is not None:
        await close()
