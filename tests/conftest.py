"""One embedded server for all tests, one database for each, copied from a migrated template."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from repository import schema
from repository.database import Database
from repository.embedded import EmbeddedServer
from tests.support.databases import TEMPLATE, create_database, drop_database, url_of

for name in [name for name in os.environ if name.startswith("ROADMAP_")]:
    del os.environ[name]  # the caller's settings are not the tests'


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server with a migrated template database."""
    home: Path = tmp_path_factory.mktemp("server home")
    for parent in (home, *home.parents[:2]):
        parent.chmod(0o711)  # the server may run as another user, who must get through
    server = EmbeddedServer(home)
    url = server.start()
    try:
        create_database(url, TEMPLATE, template="template0")
        schema.upgrade(url_of(url, TEMPLATE))
        yield url
    finally:
        server.stop()


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """An empty database at the newest revision."""
    name = create_database(server_url)
    try:
        yield url_of(server_url, name)
    finally:
        drop_database(server_url, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an orchestrator on the test's own database."""
    return Settings.model_validate({"database_url": database_url, "home": tmp_path})
