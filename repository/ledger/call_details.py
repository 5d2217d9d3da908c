"""The ledger of one run, as a person reads it: what each step and content cost, and single questions and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.ledger.calls import ACCEPTED, TRY, TaskUsage
from repository.runs.tasks import get_task


@dataclass(frozen=True, slots=True)
class CallUsage:
    """The calls of a run in one step, about one content or about none."""

    step: str
    concept_id: str | None
    content_type: str | None
    models: tuple[str, ...]
    calls: int
    """Calls and tries, with or without an answer."""
    rejected: int
    """Answers that failed their check."""
    failed: int
    """Tries without an answer."""
    tokens: int
    cost: float
    """In US dollars, of the calls whose price is known."""
    unpriced_calls: int
    estimated_calls: int
    seconds: float
    """Time spent waiting for the model, over all tries."""


_USAGES: Final = text(f"""
    SELECT c.step, c.concept_id, c.content_type, array_agg(DISTINCT c.model) AS models, count(*) AS calls,
        count(*) FILTER (WHERE NOT failed AND outcome <> '{ACCEPTED}') AS rejected,
        count(*) FILTER (WHERE failed) AS failed, sum(tokens_in + tokens_out) AS tokens, coalesce(sum(cost), 0) AS cost,
        count(*) FILTER (WHERE cost IS NULL) AS unpriced_calls, count(*) FILTER (WHERE estimated) AS estimated_calls,
        sum(latency) AS seconds
    FROM (SELECT *, position('{TRY}' in key) > 0 AS failed FROM model_calls WHERE task_id = :task_id) AS c
    GROUP BY c.step, c.concept_id, c.content_type ORDER BY min(c.call_id)""")


async def usages(session: Session, task_id: str, owner: str | None = None) -> list[CallUsage]:
    """Return what the calls of a run used, by step and content. Raises NotFound."""
    await get_task(session, task_id, owner=owner)
    rows = await execute(session, _USAGES, {"task_id": task_id})
    return [
        CallUsage(**{**row, "models": tuple(row["models"]), "tokens": int(row["tokens"])})
        for row in map(dict, rows.mappings())
    ]


_USAGES_OF: Final = text("""
    SELECT task_id, sum(tokens_in + tokens_out) AS tokens, coalesce(sum(cost), 0) AS cost,
        count(*) FILTER (WHERE cost IS NULL) AS unpriced, count(*) FILTER (WHERE estimated) AS estimated
    FROM model_calls WHERE task_id = ANY(:task_ids) GROUP BY task_id""")


async def usages_of(session: Session, task_ids: Sequence[str]) -> dict[str, TaskUsage]:
    """Return the usage of each task that has calls."""
    rows = await execute(session, _USAGES_OF, {"task_ids": list(task_ids)})
    return {row.task_id: TaskUsage(int(row.tokens), float(row.cost), row.unpriced, row.estimated) for row in rows}


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call with its question and its answer."""

    call_id: int
    created_at: datetime
    """When it was committed."""
    step: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    """In US dollars; None if the price is unknown."""
    latency: float
    finish_reason: str | None
    outcome: str
    answered: bool
    concept_id: str | None
    content_type: str | None
    question: dict[str, Any] | None
    """None for calls of older programs, and where it was pruned."""
    answer: dict[str, Any] | None
    """Also of a content that the call wrote; None for a try without an answer, and where it was pruned."""
    version: int | None
    """The version of the content that the call wrote."""

    @property
    def accepted(self) -> bool:
        return self.outcome == ACCEPTED


# A content is saved in the statement that records its call, so both rows have the time of that transaction.
_CALLS: Final = f"""
    SELECT c.call_id, c.created_at, c.step, c.model, c.tokens_in, c.tokens_out, c.cost, c.latency, c.finish_reason,
        c.outcome, position('{TRY}' in c.key) = 0 AS answered, c.concept_id, c.content_type, c.question,
        coalesce(c.answer, v.payload) AS answer, v.version
    FROM model_calls c JOIN roadmap_tasks t USING (task_id)
    LEFT JOIN content_versions v ON c.outcome = '{ACCEPTED}' AND c.answer IS NULL AND v.roadmap_id = t.roadmap_id
        AND v.concept_id = c.concept_id AND v.content_type = c.content_type AND v.task_id = c.task_id
        AND v.created_at = c.created_at
    WHERE c.task_id = :task_id AND c.call_id > :after AND %s
    ORDER BY c.call_id LIMIT :limit"""
_OF_STEP: Final = text(_CALLS % "c.step = :step AND c.concept_id IS NULL")
_OF_CONTENT: Final = text(_CALLS % "c.concept_id = :concept_id AND c.content_type = :content_type")


async def calls_of_step(
    session: Session, task_id: str, step: str, *, after: int = 0, limit: int = 50, owner: str | None = None
) -> list[StoredCall]:
    """Return the calls of a step that are about no content, oldest first, above a call id. Raises NotFound."""
    await get_task(session, task_id, owner=owner)
    rows = await execute(session, _OF_STEP, {"task_id": task_id, "step": step, "after": after, "limit": limit})
    return [StoredCall(**row) for row in rows.mappings()]


async def calls_of_content(
    session: Session,
    task_id: str,
    concept_id: str,
    content_type: str,
    *,
    after: int = 0,
    limit: int = 50,
    owner: str | None = None,
) -> list[StoredCall]:
    """Return the calls about a content, of all steps, oldest first, above a call id. Raises NotFound."""
    await get_task(session, task_id, owner=owner)
    values = {"task_id": task_id, "concept_id": concept_id, "content_type": content_type, "after": after}
    rows = await execute(session, _OF_CONTENT, {**values, "limit": limit})
    return [StoredCall(**row) for row in rows.mappings()]
