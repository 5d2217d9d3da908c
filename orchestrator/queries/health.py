"""Whether requests can be served. What it says is for callers who prove nothing; the log has what operators need."""

import asyncio
from typing import Final, NamedTuple

from domain.errors import DatabaseUnavailable, Misconfigured
from domain.logs import get_log
from repository.db.database import Database, schema_revision
from repository.db.schema import HEAD

_log = get_log(__name__)

UNAVAILABLE: Final = "The database is unavailable."
NEEDS_UPGRADE: Final = "The database is at another revision than this version works on."
TIMEOUT_SECONDS: Final = 2.0
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
        async with asyncio.timeout(TIMEOUT_SECONDS), database.transaction() as session:
            revision = await schema_revision(session)
    except TimeoutError:
        _log.warning("not ready", reason="the database does not answer in time")
        return Readiness(False, False, UNAVAILABLE)
    except (DatabaseUnavailable, Misconfigured) as error:
        _log.warning("not ready", reason=" ".join(str(error).split()))
        return Readiness(False, False, UNAVAILABLE)
    if revision != HEAD:
        _log.warning("not ready", reason=f"the database is at revision {revision}, not {HEAD}")
    return Readiness(True, revision == HEAD, None if revision == HEAD else NEEDS_UPGRADE)
