"""The resources of one orchestrator: opened together, closed together, handed down frozen.

LangGraph and the texts of the offline author take longer to import than a roadmap takes to read. Only runs
need them, so they are imported by the first run.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.content_plugins import check_names
from domain.errors import InvalidInput
from nodes.authors.null_author import NullAuthor
from nodes.authors.port import Author
from nodes.ledger.budget import Limit
from nodes.ledger.holds import ModelHolds
from nodes.ledger.scheduler import Throttle
from orchestrator.clock import Clock, utc_now
from orchestrator.process.call_gate import Gate
from orchestrator.process.lease import Lease
from orchestrator.process.tracers import flush_tracers, usual_callbacks
from orchestrator.settings import Settings
from repository.db import schema
from repository.db.database import Database
from repository.ledger.abilities import ModelAbilities
from repository.postgres.server import EmbeddedServer

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel

    from nodes.verification.code.runner import CodeMode, CodeRunner
    from nodes.verification.links import LinkChecker
    from nodes.verification.search import Finder
    from repository.db.checkpoints import CheckpointPool

ProcessKind = Literal["foreground", "worker", "stepper", "server", "reader"]
"""See `Orchestrator.open`."""
RUNS_NOTHING: Final[frozenset[ProcessKind]] = frozenset({"server", "reader"})


class Checkpoints:
    """The connection pool of the checkpoint savers, opened by the first run."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = asyncio.Lock()
        self._pool: CheckpointPool | None = None

    async def pool(self) -> "CheckpointPool":
        """Return the pool; open it first if needed."""
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
    """See `open_resources`."""

    settings: Settings
    kind: ProcessKind
    database: Database
    checkpoints: Checkpoints
    author: Author
    throttle: Throttle
    links: "LinkChecker | None"
    search: "Finder | None"
    code: "CodeRunner | None"
    lease: Lease
    gate: Gate
    clock: Clock
    callbacks: "tuple[BaseCallbackHandler, ...]" = ()
    """Handlers of LangChain that see the nodes and the model calls of every run."""

    @property
    def can_run(self) -> bool:
        """False for a `server` or `reader` without an author: it can only request runs with `detach`."""
        return not isinstance(self.author, NullAuthor)


@asynccontextmanager
async def open_resources(
    settings: Settings,
    *,
    author: Author | None = None,
    model: "BaseChatModel | None" = None,
    callbacks: "Sequence[BaseCallbackHandler]" = (),
    kind: ProcessKind = "foreground",
    leave_stopped: bool = False,
    clock: Clock = utc_now,
) -> AsyncIterator[OrchestratorResources]:
    """Open everything that an orchestrator of this kind needs; the arguments are those of `Orchestrator.open`.

    Raises DatabaseUnavailable, and InvalidInput for settings and plug-ins that cannot be used.
    """
    check_names()
    if kind != "server":
        check_sessions(settings)
    own_author = author is None and kind not in RUNS_NOTHING
    if author is None:
        author = await asyncio.to_thread(build_author, settings, model) if own_author else NullAuthor()
    if kind not in RUNS_NOTHING:
        callbacks = [*callbacks, *await asyncio.to_thread(usual_callbacks)]
    url = await asyncio.to_thread(ready_database, settings, leave_stopped=leave_stopped)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(flush_tracers)
        if own_author:
            stack.push_async_callback(_close, author)
        recover = None if settings.database_url else EmbeddedServer(settings.home).recover
        database = Database(
            url, retry_seconds=settings.database_patience, recover=recover, pooled=settings.database_pooled
        )
        stack.push_async_callback(database.close)
        if own_author:
            await _share_abilities(author, database)
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
                holds=ModelHolds(patience=settings.model_patience),
            ),
            links=build_links(settings),
            search=build_search(settings),
            code=build_code_runner(settings, kind),
            lease=lease,
            gate=Gate(lease),
            clock=clock,
            callbacks=tuple(callbacks),
        )


def check_sessions(settings: Settings) -> None:
    """Check that runs can have database sessions of their own. Raises InvalidInput."""
    if settings.database_pooled:
        raise InvalidInput(
            "ROADMAP_DATABASE_POOLED is for `roadmap serve --no-worker` only, since runs need sessions of their own: "
            "unset it, and give ROADMAP_DATABASE_URL the address of PostgreSQL itself."
        )


def ready_database(settings: Settings, *, leave_stopped: bool = False) -> str:
    """Return the URL of a database at the newest revision.

    The embedded one is started and upgraded if needed; another server at an older revision is refused.
    `leave_stopped`: raise DatabaseStopped instead of starting an embedded one that was stopped by command.
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
    """Return the checker of links, or None. Links of the offline author are checked only if the setting says so."""
    enabled = settings.model is not None if settings.link_check is None else settings.link_check
    if not enabled:
        return None
    from nodes.net.addresses import AllowList
    from nodes.net.fetch import Fetcher
    from nodes.verification.links import LinkChecker

    return LinkChecker(Fetcher(AllowList.read(settings.link_allow)))


def code_mode(settings: Settings, kind: ProcessKind) -> "CodeMode":
    """Return which code a process runs. Unset: SQL in commands with a chat model; nothing on servers."""
    if settings.run_code is not None:
        return settings.run_code
    return "sql" if settings.model is not None and kind in ("foreground", "stepper") else "off"


def build_code_runner(settings: Settings, kind: ProcessKind) -> "CodeRunner | None":
    """Return what runs the code of lessons, or None."""
    mode = code_mode(settings, kind)
    if mode == "off":
        return None
    from nodes.verification.code.runner import CodeRunner

    return CodeRunner(mode)


def build_search(settings: Settings) -> "Finder | None":
    """Return the search of pages, or None. Raises InvalidInput for a search without its key."""
    if settings.search == "tavily" and settings.search_key is None:
        raise InvalidInput("ROADMAP_SEARCH=tavily needs ROADMAP_SEARCH_KEY: set it, or use ROADMAP_SEARCH=duckduckgo.")
    if settings.search is None or settings.model is None:
        return None
    from nodes.verification.search import DUCKDUCKGO, TAVILY, DuckDuckGoSearch, Finder, TavilySearch

    address = settings.search_url.get_secret_value() if settings.search_url else None
    if settings.search == "tavily" and settings.search_key is not None:
        return Finder(TavilySearch(settings.search_key, address or TAVILY))
    return Finder(DuckDuckGoSearch(address or DUCKDUCKGO))


def build_author(settings: Settings, model: "BaseChatModel | None" = None) -> Author:
    """Return the author that the settings name. Raises InvalidInput for a model that cannot be used.

    `model`: the object to use under the name of the usual model.
    """
    if settings.model is None:
        special = {
            "CURRICULUM": settings.model_curriculum,
            "CONTENT": settings.model_content,
            "REVIEW": settings.model_review,
            "FALLBACK": settings.model_fallback,
        }
        for name in (name for name, other in special.items() if other is not None):
            raise InvalidInput(f"ROADMAP_MODEL_{name} is set and ROADMAP_MODEL is not: set that too, or unset it.")
        from nodes.offline.author import OfflineAuthor

        return OfflineAuthor(latency=settings.offline_latency, fail=settings.offline_fail, log=settings.offline_log)
    from nodes.authors.abilities.evidence import Abilities, endpoint
    from nodes.authors.chat_models.chat import ChatAuthor
    from nodes.authors.chat_models.given_model import GivenModel
    from nodes.authors.chat_models.models import Models, Names, check, endpoint_of
    from nodes.authors.prices import Prices

    names = Names(
        usual=settings.model,
        curriculum=settings.model_curriculum,
        content=settings.model_content,
        review=settings.model_review,
        fallback=settings.model_fallback,
    )
    extra = dict(settings.model_parameters)
    others = [name for name in names.all() if model is None or name != settings.model]
    addresses = {name: check(name, extra) for name in others}
    if model is not None:
        addresses[settings.model] = endpoint_of(model)
    prices = Prices(settings.model_prices, addresses)
    unpriced = [name for name in names.all() if not prices.knows(name)]
    if unpriced and settings.budget and Limit.read(settings.budget).money:
        raise InvalidInput(
            f"ROADMAP_BUDGET is in US dollars, and the price of {unpriced[0]} is unknown: set ROADMAP_MODEL_PRICES, as "
            f'{{"{unpriced[0]}": [1.25, 10]}}, or give the budget in tokens.'
        )
    opened = Models(settings.model_temperature, settings.model_timeout, extra)
    models = opened if model is None else GivenModel(settings.model, model, opened)
    return ChatAuthor(
        names,
        models,
        prices,
        max_tokens=settings.model_max_tokens,
        timeout=settings.model_timeout,
        abilities=Abilities({name: endpoint(name, address, extra) for name, address in addresses.items()}),
    )


def check_budget(settings: Settings) -> None:
    """Check that a budget in US dollars can be kept: prices of all models are known. Raises InvalidInput."""
    if settings.model and settings.budget and Limit.read(settings.budget).money:
        build_author(settings)


async def _share_abilities(author: Author, database: Database) -> None:
    """Let an author that was opened here share what it finds out about its models, if it does."""
    remember_in = getattr(author, "remember_in", None)
    if remember_in is not None:
        from nodes.authors.abilities.evidence import EVIDENCE_TTL

        await remember_in(ModelAbilities(database, EVIDENCE_TTL))


async def _close(author: Author) -> None:
    """Close the connections of an author that was opened here, if it holds any."""
    close = getattr(author, "close", None)
    if close is not None:
        await close()
