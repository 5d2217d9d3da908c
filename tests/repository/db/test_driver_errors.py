"""Whatever a driver raises because its server is going away is an outage, and no fault of ours."""

import asyncio

import asyncpg
import psycopg
import pytest
from asyncpg.exceptions import InternalClientError
from asyncpg.exceptions._base import DataError as UnsendableValue

from domain.errors import DatabaseUnavailable, InvalidInput
from repository.db.driver_errors import driver_errors


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is shutting down"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        InternalClientError("got result for unknown protocol state 3"),
        ConnectionResetError(104, "Connection reset by peer"),
        asyncio.IncompleteReadError(b"", 1),
        TimeoutError(),
        psycopg.OperationalError("server closed the connection unexpectedly"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_goes_away_is_away_whatever_its_driver_raises(error: Exception) -> None:
    with pytest.raises(DatabaseUnavailable), driver_errors():
        raise error


@pytest.mark.parametrize(
    "error",
    [ValueError("of ours"), AssertionError(), InvalidInput("of a user"), UnsendableValue("a text for a number")],
)
def test_mistakes_and_our_own_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)), driver_errors():
        raise error
