"""The app on the test's own database, called in the process; callers with tokens of every role."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from backend.app import create_app
from domain.vocabulary import Role
from orchestrator.access.tokens import create_token
from orchestrator.settings import Settings
from repository.db.database import Database

GOAL = {"preferences": {"learning_goal": "learn chess"}}
Serve = Callable[..., Any]


@asynccontextmanager
async def served(settings: Settings, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost", headers=headers
        ) as client,
    ):
        yield client


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody has to say who he is."""
    async with served(settings) as client:
        yield client


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    """`await serve(auth="token", ...)`: a client of an app with these settings."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> httpx.AsyncClient:
            return await stack.enter_async_context(served(settings.model_copy(update=changes)))

        yield start


@pytest.fixture
def bearer(database: Database) -> Callable[..., Any]:
    """`await bearer("ann", Role.ADMIN)`: headers with a token of hers."""

    async def make(user_id: str, role: Role = Role.LEARNER) -> dict[str, str]:
        return {"Authorization": f"Bearer {(await create_token(database, user_id, role)).token}"}

    return make
