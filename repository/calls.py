"""The ledger of model calls: what was asked is never bought twice."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from repository.database import Session, execute
from repository.tables import ModelCallRow
from repository.tasks import Fence

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model. `answer` is None where a content version holds it."""

    key: str
    step: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float
    latency: float
    finish_reason: str | None
    outcome: str
    answer: dict[str, Any] | None


_COLUMNS: Final = tuple(Call.__slots__)
RECORD: Final = f"""
    INSERT INTO model_calls (task_id, {", ".join(_COLUMNS)}) VALUES (:task_id, {", ".join(f":{c}" for c in _COLUMNS)})
    ON CONFLICT DO NOTHING"""
"""A ledger row of `:task_id`; the first answer under a key stands. A content is saved around it in one statement."""
ANSWER: Final = bindparam("answer", type_=JSONB(none_as_null=True))
_RECORD: Final = text(RECORD).bindparams(ANSWER)


def parameters(call: Call) -> dict[str, Any]:
    """What RECORD is to be told beside the task."""
    return {column: getattr(call, column) for column in _COLUMNS}


async def record_call(session: Session, fence: Fence, call: Call) -> None:
    """Append to the ledger, in the run's fenced transaction. The first answer under a key stands."""
    await execute(session, _RECORD, {"task_id": fence.task_id, **parameters(call)})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer that no content version holds: of a step, or one that failed its check."""

    answer: dict[str, Any]


async def known_answers(session: Session, task_id: str) -> dict[str, KnownAnswer]:
    """By key: what a run that starts again need not ask."""
    statement = select(ModelCallRow.key, ModelCallRow.answer).where(
        ModelCallRow.task_id == task_id, col(ModelCallRow.answer).is_not(None)
    )
    return {key: KnownAnswer(dict(answer)) for key, answer in await session.exec(statement) if answer is not None}


async def bill(session: Session, task_id: str) -> tuple[int, float]:
    """Tokens (in and out together) and US dollars that a task has cost so far."""
    statement = select(
        func.coalesce(func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out), 0),
        func.coalesce(func.sum(ModelCallRow.cost), 0.0),
    ).where(ModelCallRow.task_id == task_id)
    tokens, cost = (await session.exec(statement)).one()
    return int(tokens), float(cost)
