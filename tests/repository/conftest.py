"""Homes of embedded servers, as the tests of several files need them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.postgres.server import EmbeddedServer
from tests.support.embedded_homes import (
    copy_home,
    keep,
    place_for_homes,
)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """An initialised, stopped home to copy."""
    with place_for_homes() as place:
        server = EmbeddedServer(place / "home")
        keep(server.start(), "from before")
        server.stop()
        yield place / "home"


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a home may be made."""
    with place_for_homes() as place:
        yield place / "home"


@pytest.fixture
def server(initialised: Path, home: Path) -> EmbeddedServer:
    """A server that is stopped, with one row in it."""
    return copy_home(initialised, home)
