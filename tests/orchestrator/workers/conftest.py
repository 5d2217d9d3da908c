from collections.abc import AsyncIterator

import pytest

from orchestrator.access.webhooks import Webhooks
from repository.db.database import Database
from tests.support.web_server import WebServer, page, web_server
from tests.support.webhooks import LOOPBACK


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    """Return a receiver of messages."""
    async with web_server({"/hook": page(status="204 No Content")}) as server:
        yield server


@pytest.fixture
def webhooks(database: Database) -> Webhooks:
    """Return webhooks that may be on this machine."""
    return Webhooks(database, LOOPBACK)
