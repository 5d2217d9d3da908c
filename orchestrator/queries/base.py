"""The base of the query objects."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from repository.db.database import Database, Session

P = ParamSpec("P")
T = TypeVar("T")


class Queries:
    """Reads rows of one kind. Nothing in this folder writes; objects of learners and access also do.

    `owner` in any query: the user whose rows are visible; rows of others raise NotFound. None, the operator, sees all.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _read(
        self, query: Callable[Concatenate[Session, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `query` in a transaction of its own, again if the database becomes unavailable."""
        return await self._database.persist(lambda session: query(session, *args, **kwargs))
