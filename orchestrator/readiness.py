"""Whether requests can be served."""

import asyncio
from typing import Final, NamedTuple

from domain.errors import DatabaseUnavailable
from repository.database import Database, schema_revision
from repository.schema import HEAD

PATIENCE: Final = 2.0
"""Seconds for the database to answer in."""


class Readiness(NamedTuple):
    """Whether requests can be served, and what stands in the way."""

    database: bool
    migrations: bool
    detail: str | None

    @property
    def ready(self) -> bool:
        return self.database and self.migrations


async def read_readiness(database: Database) -> Readiness:
    """Whether the database answers and is at the revision that this code works on."""
    try:
        async with asyncio.timeout(PATIENCE), database.transaction() as session:
            revision = await schema_revision(session)
    except TimeoutError:
        return Readiness(False, False, "The database does not answer in time.")
    except DatabaseUnavailable as error:
        return Readiness(False, False, " ".join(str(error).split()))
    at_head = revision == HEAD
    return Readiness(True, at_head, None if at_head else f"The database is at revision {revision}, not {HEAD}.")
