"""Queries about the ledger of one run."""

from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.ledger import call_details
from repository.ledger.call_details import CallUsage, StoredCall


@checks_arguments
class LedgerQueries(Queries):
    """Calls of a run, as `Orchestrator.ledger`."""

    async def usages(self, task_id: str, *, owner: str | None = None) -> list[CallUsage]:
        """Return calls, tokens, cost and seconds of a run, by step and content. Raises NotFound."""
        return await self._read(call_details.usages, task_id, owner)

    async def calls_of_step(
        self, task_id: str, step: str, *, after: int = 0, limit: int = 50, owner: str | None = None
    ) -> list[StoredCall]:
        """Return the calls of a step that are about no content, oldest first. Raises NotFound.

        `after`: the `call_id` of the last call of the page before.
        """
        return await self._read(call_details.calls_of_step, task_id, step, after=after, limit=limit, owner=owner)

    async def calls_of_content(
        self,
        task_id: str,
        concept_id: str,
        content_type: str,
        *,
        after: int = 0,
        limit: int = 50,
        owner: str | None = None,
    ) -> list[StoredCall]:
        """Return the calls about a content, with those of second looks, oldest first. Raises NotFound."""
        return await self._read(
            call_details.calls_of_content, task_id, concept_id, content_type, after=after, limit=limit, owner=owner
        )
