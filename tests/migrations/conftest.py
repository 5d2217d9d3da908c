"""A server for this folder, and fresh databases on it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from repository import schema
from repository.embedded import EmbeddedServer
from tests.migrations.filling import fill

SMOKE = 2000
"""Legacy tasks of the smoke tests."""

Fresh = Callable[..., str]


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    if given := os.environ.get("TEST_SERVER_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        embedded = EmbeddedServer(Path(home))
        url = embedded.start()
        with psycopg.connect(url, autocommit=True) as connection:  # nobody will miss these data after a crash
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
        embedded.stop()


@pytest.fixture(scope="package")
def fresh(server: str) -> Fresh:
    """`fresh()` makes an empty database, `fresh(template)` a copy of another one; both give its URL."""
    number = count(1)

    def make(template: str = "") -> str:
        name = f"migrated_{os.getpid()}_{next(number)}"
        source = f" TEMPLATE {urlsplit(template).path[1:]}" if template else ""
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{source}".encode())
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    return make


@pytest.fixture(scope="package")
def empty_legacy(fresh: Fresh) -> str:
    """An empty database at 0001. Copy it, never change it."""
    url = fresh()
    schema.upgrade(url, "0001")
    return url


@pytest.fixture(scope="package")
def legacy(fresh: Fresh, empty_legacy: str) -> str:
    """A filled legacy database at 0001. Copy it, never change it."""
    url = fresh(empty_legacy)
    fill(url, SMOKE)
    return url


@pytest.fixture(scope="package")
def migrated(fresh: Fresh) -> str:
    """An empty database at HEAD. Copy it, never change it."""
    url = fresh()
    schema.upgrade(url)
    return url
