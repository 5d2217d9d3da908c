"""The FastAPI application. `ROUTERS` lists all routes.

`app.state` holds `settings`, `authority` (identifies callers), `rates` and `webhook_tests` (rate limiters), `streams`
(limits of streams), `stream_access` (checks the tokens of open streams), `requests` (metrics), `stopping` (an event
that is set when the server is asked to stop, so that streams end) and, from the start of the lifespan, `orchestrator`
and `tutorials` (rendered ones).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from backend import errors, openapi
from backend.api import concepts, exports, health, metrics, roadmaps, streams, tasks, webhooks
from backend.api.learners import feedback, learning, practice, repetition
from backend.api.webhooks import MAX_TESTS_PER_MINUTE
from backend.event_streams import EventStreams
from backend.middleware.http_guard import HttpGuard
from backend.middleware.rate_limiter import RateLimiter
from backend.middleware.request_metrics import MetricsMiddleware, RequestMetrics
from backend.pages import routes as pages
from backend.pages.support.templating import compile_templates
from backend.stream_access import CHECK_INTERVAL, StreamAccess
from backend.tutorials import Tutorials
from orchestrator import Orchestrator, Settings
from orchestrator.access.auth import authority
from orchestrator.clock import Clock, utc_now
from orchestrator.settings import load_settings
from rendering.documents.content_forms import CONTENT_FORMS
from rendering.languages.translation import load_catalogues

API: Final = "/api/v1"

ROUTERS: Final[tuple[tuple[str, APIRouter], ...]] = (
    (API, roadmaps.router),
    (API, exports.router),
    (API, learning.router),
    (API, practice.router),
    (API, repetition.router),
    (API, feedback.router),
    (API, concepts.router),
    (API, tasks.router),
    (API, streams.router),
    (API, webhooks.router),
    ("", health.router),
    ("", metrics.router),
    *(("", router) for router in pages.ROUTERS),
)
"""(prefix, router). The first match answers, and the order matters: ids in paths of `concepts` may contain slashes."""


def _routes() -> Sequence[BaseRoute]:
    """Return all routes. Apps share them, since FastAPI prepares them for a quarter of a second at their first use."""
    every = APIRouter(generate_unique_id_function=openapi.operation_id)
    for prefix, router in ROUTERS:
        every.include_router(router, prefix=prefix)
    return every.routes


ROUTES: Final = _routes()


def create_app(
    settings: Settings | None = None,
    *,
    leave_stopped: bool = False,
    clock: Clock = utc_now,
    stream_check_interval: float = CHECK_INTERVAL,
) -> FastAPI:
    """Return an app with these settings, or with those of the environment. Raises InvalidInput for invalid settings.

    `leave_stopped`: do not start an embedded database that was stopped on purpose. `clock` gives the current time, for
    deadlines. `stream_check_interval`: seconds between two checks of the tokens of open streams.
    """
    effective = settings or load_settings()
    assert len(CONTENT_FORMS)  # loads those of plug-ins before anything is served
    load_catalogues()
    app = FastAPI(
        title="Roadmap Orchestrator",
        version=version("roadmap-orchestrator"),
        description=openapi.DESCRIPTION,
        lifespan=_lifespan,
        generate_unique_id_function=openapi.operation_id,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = effective
    app.state.leave_stopped = leave_stopped
    app.state.clock = clock
    app.state.authority = authority(effective)
    app.state.rates = RateLimiter(effective.http_requests_per_minute)
    app.state.webhook_tests = RateLimiter(MAX_TESTS_PER_MINUTE, what="webhook tests")
    app.state.streams = EventStreams(effective.http_streams)
    app.state.stream_access = StreamAccess(stream_check_interval)
    app.state.requests = RequestMetrics()
    app.state.stopping = asyncio.Event()
    errors.install(app)
    pages.install(app)
    openapi.install(app)
    app.router.routes.extend(ROUTES)
    app.add_middleware(MetricsMiddleware, requests=app.state.requests)
    app.add_middleware(
        HttpGuard,
        max_body_bytes=effective.http_max_body,
        origins=effective.http_cors,
        loopback_only=effective.auth == "none",
        prefix=effective.http_root_path,
    )
    if effective.http_cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(effective.http_cors),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "Last-Event-ID",
                "X-Request-ID",
                "traceparent",
            ],
            expose_headers=[
                "Allow",
                "Content-Disposition",
                "ETag",
                "Location",
                "Retry-After",
                "WWW-Authenticate",
                "X-Request-ID",
            ],
        )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the orchestrator. Raises DatabaseUnavailable at the start; later outages are answered with 503."""
    settings: Settings = app.state.settings
    # A client is waiting: 503 at once is better than an answer in a minute.
    effective = settings.model_copy(update={"database_patience": settings.http_patience})
    async with Orchestrator.open(
        effective, kind="server", leave_stopped=app.state.leave_stopped, clock=app.state.clock
    ) as orchestrator:
        app.state.orchestrator = orchestrator
        app.state.tutorials = Tutorials()
        app.state.tutorials.prepare(compile_templates)
        valid = partial(app.state.authority.valid, database=orchestrator.database)
        app.state.stream_access.wake = orchestrator.events.wake
        ending = asyncio.create_task(_end_streams(app.state.stopping, orchestrator))
        watching = asyncio.create_task(app.state.stream_access.run(valid))
        yield
        ending.cancel()
        watching.cancel()
        app.state.tutorials.close()


async def _end_streams(stopping: asyncio.Event, orchestrator: Orchestrator) -> None:
    """End all streams when the server stops: otherwise shutdown would wait for the longest run."""
    await stopping.wait()
    orchestrator.events.stop()
