"""A server for this folder, and fresh databases on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from repository.db import schema
from tests.migrations.filling import fill
from tests.support.databases import create_database, drop_database, url_of

SMOKE = 2000
"""Legacy tasks of the smoke tests."""

Fresh = Callable[..., str]


@pytest.fixture(scope="package")
def shared(server_url: str) -> Iterator[Fresh]:
    """Makes databases that live as long as this folder's tests."""
    with databases(server_url) as make:
        yield make


@pytest.fixture
def fresh(server_url: str) -> Iterator[Fresh]:
    """`fresh()` makes an empty database, `fresh(template)` a copy of another one; both give its URL."""
    with databases(server_url) as make:
        yield make


@contextmanager
def databases(server: str) -> Iterator[Fresh]:
    made: list[str] = []

    def make(template: str = "") -> str:
        made.append(create_database(server, template=urlsplit(template).path[1:] or "template0"))
        return url_of(server, made[-1])

    try:
        yield make
    finally:
        for name in made:
            drop_database(server, name)


@pytest.fixture(scope="package")
def empty_legacy(shared: Fresh) -> str:
    """An empty database at 0001. Copy it, never change it."""
    url = shared()
    schema.upgrade(url, "0001")
    return url


@pytest.fixture(scope="package")
def legacy(shared: Fresh, empty_legacy: str) -> str:
    """A filled legacy database at 0001. Copy it, never change it."""
    url = shared(empty_legacy)
    fill(url, SMOKE)
    return url


@pytest.fixture(scope="package")
def migrated(shared: Fresh) -> str:
    """An empty database at HEAD. Copy it, never change it."""
    url = shared()
    schema.upgrade(url)
    return url
