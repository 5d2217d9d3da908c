"""The real command for end-to-end tests: on one data folder for all of them, or on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from repository.postgres.server import EmbeddedServer
from tests.e2e.browsing import Site, judged
from tests.e2e.roadmap_command import Command, ForkedCommand
from tests.support.browser import chromium
from tests.support.limits import CONCURRENT_CALLS, LEASE_SECONDS
from tests.support.servers import place


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder that is no promise as slow, before `-m` selects."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker("promise"):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def roadmap() -> Iterator[Command]:
    """The first command makes the server."""
    with place() as folder:
        command = Command(folder / "a home of roadmaps")
        yield command
        assert command("db", "stop", "--force").code == 0


@pytest.fixture
async def home() -> AsyncIterator[Path]:
    """With a server of the test's own, to restart."""
    with place() as folder:
        server = EmbeddedServer(folder / "home")
        await asyncio.to_thread(server.start)
        yield folder / "home"
        await asyncio.to_thread(server.stop)


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """Where the offline author of every process of `shell` notes its calls."""
    return tmp_path / "calls.jsonl"


@pytest.fixture
def shell(database_url: str, tmp_path: Path, account: Path) -> Iterator[Command]:
    """On the test's own database; runs of some seconds. What still runs at the end is killed."""
    command = ForkedCommand(
        tmp_path / "unused",
        DATABASE_URL=database_url,
        HEARTBEAT_TIMEOUT=str(LEASE_SECONDS),
        MAX_CONCURRENT_CALLS=str(CONCURRENT_CALLS),
        MAX_CONCEPTS="8",
        OFFLINE_LATENCY="0.3",
        OFFLINE_LOG=str(account),
    )
    yield command
    command.kill_all()


@pytest.fixture(scope="module")
def browser(served: Site) -> Iterator[Browser]:
    """For the site that a module of pages serves as `served`."""
    with chromium() as browser:
        served.browser = browser
        yield browser


@pytest.fixture
def here(served: Site, browser: Browser) -> Iterator[Site]:
    """The site, and a judgement at the end of what its pages complained about."""
    with judged(served) as here:
        yield here
