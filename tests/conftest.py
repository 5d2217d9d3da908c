"""One PostgreSQL server of each kind for all tests, and one database for each test, copied from a migrated template.

`pytest --server KIND` runs the tests that need a server on this kind only: embedded, tcp, pg15, or the URL of an empty
server. By default they run on the embedded one, and the files in ON_EVERY_SERVER on all kinds; `make soak` runs all
tests on each kind.
"""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
import structlog
from hypothesis import settings as hypothesis_settings

from orchestrator.settings import Settings
from repository.db.database import Database
from tests.support.databases import connect, create, drop, url_of
from tests.support.servers import EMBEDDED, KINDS, NotHere, Servers

ON_EVERY_SERVER: Final = {
    f"tests/{name}.py"
    for name in (
        "repository/db/test_checkpoints",
        "repository/roadmaps/test_contents",
        "repository/db/test_database",
        "repository/db/test_fence",
        "repository/runs/test_liveness",
    )
}

# Importing the program and collecting the tests leave nothing to collect, and make a million objects: they are not
# looked at again and again.
gc.disable()

TERMINAL: Final = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}
for name in [name for name in os.environ if name.startswith("ROADMAP_") or name in TERMINAL]:
    del os.environ[name]  # the settings and the terminal of the caller must not change what tests see
if sys.dont_write_bytecode:  # otherwise every worker and every command of a test would compile the whole program again
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:  # as nohup does; commands that tests start would inherit it
        signal.signal(number, lambda *_: None)

# Where structlog is not configured, it renders tracebacks by rich with the values of all variables, which takes seconds
# for an error in a request, and minutes on a busy machine.
structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])

# Examples of each property: tests try a few, `make soak` many (--hypothesis-profile).
hypothesis_settings.register_profile("quick", max_examples=20, deadline=None)
hypothesis_settings.register_profile("thorough", max_examples=150, deadline=None)
hypothesis_settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--server", metavar="KIND", help=f"{', '.join(KINDS)} or a URL: run on this server only")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return two workers for each core; three with slow tests, which wait for processes most of their time."""
    return (2 if "not slow" in config.option.markexpr else 3) * (os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """With `--pdb`, name the database of the test that failed. It is dropped when the debugger is left."""
    url = getattr(node, "funcargs", {}).get("database_url")
    if url and node.config.option.usepdb:
        node.config.get_terminal_writer().line(f"\npsql '{url}'")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server_url" not in metafunc.fixturenames:
        return
    only = metafunc.config.getoption("--server")
    path = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
    kinds = [only] if only else KINDS if path in ON_EVERY_SERVER else [EMBEDDED]
    usual = [only or EMBEDDED]
    values = [pytest.param(kind, id=pytest.HIDDEN_PARAM if [kind] == usual else kind) for kind in kinds]
    metafunc.parametrize("server_url", values, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--server`, leave out the tests that need no server."""
    if config.getoption("--server") not in {None, EMBEDDED}:
        selected = [item for item in items if "server_url" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in selected])
        items[:] = selected


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with Servers() as servers:
        yield servers


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest, servers: Servers) -> str:
    """URL of a running server with a migrated template database."""
    try:
        return servers.url(request.param)
    except NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def server_connection(server_url: str) -> Iterator[psycopg.Connection]:
    """One connection for the databases of all tests: a new one costs as much as a database."""
    with connect(server_url) as connection:
        yield connection


@pytest.fixture
def database_url(server_url: str, server_connection: psycopg.Connection) -> Iterator[str]:
    """URL of an empty database at the newest revision; dropped after the test."""
    name = create(server_connection)
    try:
        yield url_of(server_url, name)
    finally:
        drop(server_connection, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an orchestrator on the database of the test.

    A concept is one lesson, whatever its plan says, and nothing is looked at a second time.
    """
    values = {"database_url": database_url, "home": tmp_path, "lessons": "short", "second_look": "none"}
    return Settings.model_validate(values)
