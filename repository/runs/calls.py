"""The ledger of model calls: what was asked is never bought twice."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.vocabulary import Step, TaskType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.tables.runs import ModelCallRow

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model. `answer` is None where a content version holds it."""

    key: str
    step: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    """In US dollars; None where nobody knows the price."""
    latency: float
    finish_reason: str | None
    outcome: str
    answer: dict[str, Any] | None
    estimated: bool = False
    """Whether the tokens are an estimate."""

    @property
    def objection(self) -> str | None:
        """What was wrong with the answer."""
        return None if self.outcome == ACCEPTED else self.outcome


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


async def reject_answer(session: Session, fence: Fence, key: str, objection: str) -> None:
    """An answer that was accepted at first does not count after all."""
    await execute(
        session,
        text("UPDATE model_calls SET outcome = :objection WHERE task_id = :task_id AND key = :key"),
        {"objection": objection, "task_id": fence.task_id, "key": key},
    )


TRY: Final = "/"
"""In the key of a try that brought no answer: the key of its question, this, and which try it was."""


def try_key(key: str, number: int, fence: Fence) -> str:
    return f"{key}{TRY}{fence.attempt}.{number}"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call may use at most, on record from before the call until what came of it is committed."""

    key: str
    """As of a try that brings no answer: that is what becomes of it if its process dies."""
    step: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float | None


LOST: Final = "lost: its process ended before it was answered"
_RESERVE: Final = text("""
    INSERT INTO call_reservations (task_id, key, step, model, tokens_in, tokens_out, cost)
    VALUES (:task_id, :key, :step, :model, :tokens_in, :tokens_out, :cost)
    ON CONFLICT DO NOTHING""")
_RELEASE: Final = text("DELETE FROM call_reservations WHERE task_id = :task_id AND key = :key")
_SETTLE_LOST: Final = text(f"""
    WITH lost AS (DELETE FROM call_reservations WHERE task_id = :task_id RETURNING *)
    INSERT INTO model_calls (task_id, key, step, model, tokens_in, tokens_out, cost, estimated, outcome)
    SELECT task_id, key, step, model, tokens_in, tokens_out, cost, true, '{LOST}' FROM lost
    ON CONFLICT DO NOTHING""")


async def reserve_call(session: Session, fence: Fence, reservation: Reservation) -> None:
    """In the run's fenced transaction, before the call."""
    await execute(session, _RESERVE, {"task_id": fence.task_id, **asdict(reservation)})


async def release_call(session: Session, fence: Fence, key: str) -> None:
    """In the transaction that records what came of the call."""
    await execute(session, _RELEASE, {"task_id": fence.task_id, "key": key})


async def settle_lost_calls(session: Session, task_id: str) -> None:
    """Put what calls of dead processes may have used at most on the account; only while no call of the run is open."""
    await execute(session, _SETTLE_LOST, {"task_id": task_id})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer that no content version holds: of a step, or one that failed its check."""

    answer: dict[str, Any]
    objection: str | None = None
    """What was wrong with it when it came, or when it was looked at closely."""
    model: str = ""
    """Whose it is."""


async def known_answers(session: Session, task_id: str) -> dict[str, KnownAnswer]:
    """By key: what a run that starts again need not ask."""
    statement = select(ModelCallRow.key, ModelCallRow.answer, ModelCallRow.outcome, ModelCallRow.model).where(
        ModelCallRow.task_id == task_id, col(ModelCallRow.answer).is_not(None)
    )
    return {
        key: KnownAnswer(dict(answer), None if outcome == ACCEPTED else outcome, model)
        for key, answer, outcome, model in await session.exec(statement)
        if answer is not None
    }


@dataclass(frozen=True, slots=True)
class Bill:
    """What a task has used so far."""

    tokens: int
    """In and out together."""
    cost: float
    """In US dollars, of the calls whose price is known."""
    unpriced_calls: int = 0
    """Calls whose price nobody knows: `cost` is a lower bound where there are any."""
    estimated_calls: int = 0
    """Calls whose tokens are an estimate."""


async def usage_of(session: Session, task_id: str) -> Bill:
    statement = select(
        func.coalesce(func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out), 0),
        func.coalesce(func.sum(ModelCallRow.cost), 0.0),
        func.count().filter(col(ModelCallRow.cost).is_(None)),
        func.count().filter(col(ModelCallRow.estimated)),
    ).where(ModelCallRow.task_id == task_id)
    tokens, cost, unpriced, estimated = (await session.exec(statement)).one()
    return Bill(int(tokens), float(cost or 0), unpriced, estimated)


async def models_that_answered(session: Session, task_id: str) -> set[str]:
    """Whose words a task holds."""
    statement = select(ModelCallRow.model).where(
        ModelCallRow.task_id == task_id, col(ModelCallRow.key).not_like(f"%{TRY}%")
    )
    return set(await session.exec(statement.distinct()))


_PLAN_AUTHOR: Final = text(f"""
    SELECT c.model FROM roadmap_tasks t JOIN model_calls c USING (task_id)
    WHERE t.roadmap_id = :roadmap_id AND t.task_type = '{TaskType.CREATION}' AND c.step = '{Step.CURRICULUM_DESIGN}'
        AND position('{TRY}' in c.key) = 0
    ORDER BY c.call_id DESC LIMIT 1""")


async def plan_author(session: Session, roadmap_id: str) -> str | None:
    """Who designed a roadmap, by name; None where the ledger does not say. Ledger rows stay for ever."""
    return (await execute(session, _PLAN_AUTHOR, {"roadmap_id": roadmap_id})).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Expense:
    """What one model was asked and paid for, in one step."""

    model: str
    step: str
    calls: int
    """Answers that came."""
    rejected: int
    """Those of them that failed their check."""
    failed: int
    """Tries that brought no answer."""
    tokens_in: int
    tokens_out: int
    cost: float
    """In US dollars, of the calls whose price is known."""
    seconds: float
    """Of waiting for the model, over all tries."""
    unpriced_calls: int = 0
    """Calls and tries whose price nobody knows: `cost` is a lower bound where there are any."""
    estimated_calls: int = 0
    """Calls and tries whose tokens are an estimate."""


_EXPENSES: Final = f"""
    SELECT c.model, c.step, count(*) FILTER (WHERE NOT failed) AS calls,
        count(*) FILTER (WHERE NOT failed AND outcome <> '{ACCEPTED}') AS rejected,
        count(*) FILTER (WHERE failed) AS failed, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
        coalesce(sum(cost), 0) AS cost, sum(latency) AS seconds,
        count(*) FILTER (WHERE cost IS NULL) AS unpriced_calls, count(*) FILTER (WHERE estimated) AS estimated_calls
    FROM (SELECT *, position('{TRY}' in key) > 0 AS failed FROM model_calls) AS c JOIN roadmap_tasks t USING (task_id)
    WHERE %s GROUP BY c.model, c.step
    ORDER BY coalesce(sum(cost), 0) DESC, sum(tokens_in + tokens_out) DESC, c.model, c.step"""


async def expenses(
    session: Session, *, task_id: str | None = None, roadmap_id: str | None = None, user_id: str | None = None
) -> list[Expense]:
    """Of everything, or of what is named; the dearest first."""
    wanted = {"task_id": task_id, "roadmap_id": roadmap_id, "user_id": user_id}
    named = {name: value for name, value in wanted.items() if value is not None}
    condition = " AND ".join(f"t.{name} = :{name}" for name in named) or "true"
    rows = await execute(session, text(_EXPENSES % condition), named)
    return [Expense(**row) for row in rows.mappings()]
