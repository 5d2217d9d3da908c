"""The ledger of model calls, by which no answer is bought twice."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.checks.findings import Finding
from domain.vocabulary import Step, TaskType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.tables.runs import ModelCallRow

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model. `answer` is None if it is stored as a content version."""

    key: str
    step: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float | None
    """In US dollars; None if the price is unknown."""
    latency: float
    finish_reason: str | None
    outcome: str
    answer: dict[str, Any] | None
    estimated: bool = False
    """Whether the numbers of tokens are estimates."""
    concept_id: str | None = None
    """With `content_type`, the content that the call is about; None for calls about a structure."""
    content_type: str | None = None
    question: dict[str, Any] | None = None
    """What was asked: `role`, `objections` to earlier answers, and `brief`, cut where it is long."""

    @property
    def objection(self) -> str | None:
        """The reason why the answer was rejected; None if it was accepted."""
        return None if self.outcome == ACCEPTED else self.outcome


_COLUMNS: Final = tuple(Call.__slots__)
RECORD: Final = f"""
    INSERT INTO model_calls (task_id, {", ".join(_COLUMNS)}) VALUES (:task_id, {", ".join(f":{c}" for c in _COLUMNS)})
    ON CONFLICT DO NOTHING"""
"""Inserts a ledger row unless its key exists. Also a part of the statement that saves a content."""
JSON_COLUMNS: Final = tuple(bindparam(column, type_=JSONB(none_as_null=True)) for column in ("answer", "question"))
_RECORD: Final = text(RECORD).bindparams(*JSON_COLUMNS)


def parameters(call: Call) -> dict[str, Any]:
    """Return the parameters of RECORD except for `task_id`."""
    return {column: getattr(call, column) for column in _COLUMNS}


async def record_call(session: Session, fence: Fence, call: Call) -> None:
    """Append a call to the ledger, in the run's fenced transaction, unless its key exists."""
    await execute(session, _RECORD, {"task_id": fence.task_id, **parameters(call)})


async def reject_answer(session: Session, fence: Fence, key: str, objection: str) -> None:
    """Mark an answer as rejected that was accepted at first."""
    await execute(
        session,
        text("UPDATE model_calls SET outcome = :objection WHERE task_id = :task_id AND key = :key"),
        {"objection": objection, "task_id": fence.task_id, "key": key},
    )


TRY: Final = "/"
"""Separates, in the key of a try without an answer, the key of the call from the attempt and the number of the try."""


def try_key(key: str, number: int, fence: Fence) -> str:
    """Return the ledger key of a try that got no answer."""
    return f"{key}{TRY}{fence.attempt}.{number}"


@dataclass(frozen=True, slots=True)
class CallReservation:
    """The upper bound of a call's usage, stored from before the call until its result is committed."""

    key: str
    """The key of a try without an answer, which it becomes if its process dies."""
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


async def reserve_call(session: Session, fence: Fence, reservation: CallReservation) -> None:
    """Store a reservation before the call, in the run's fenced transaction."""
    await execute(session, _RESERVE, {"task_id": fence.task_id, **asdict(reservation)})


async def release_call(session: Session, fence: Fence, key: str) -> None:
    """Delete a reservation, in the transaction that records the result of the call."""
    await execute(session, _RELEASE, {"task_id": fence.task_id, "key": key})


async def settle_lost_calls(session: Session, task_id: str) -> None:
    """Turn the reservations of dead processes into ledger rows; only while no call of the run is in progress."""
    await execute(session, _SETTLE_LOST, {"task_id": task_id})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer in the ledger itself: of a step, or a rejected one."""

    answer: dict[str, Any]
    objection: str | None = None
    """Why it was rejected by a check or by its verification."""
    model: str = ""
    """The model that gave it."""
    findings: tuple[Finding, ...] = ()
    """What a closer look of this process found in it."""
    step: str = ""
    """The step that asked for it."""


_KNOWN: Final = text("""
    SELECT key, answer, outcome, model, step FROM model_calls
    WHERE task_id = :task_id AND answer IS NOT NULL AND jsonb_typeof(answer) <> 'null'""")


async def known_answers(session: Session, task_id: str) -> dict[str, KnownAnswer]:
    """Return the answers that a restarted run does not buy again, by key."""
    rows = await execute(session, _KNOWN, {"task_id": task_id})
    return {
        row.key: KnownAnswer(row.answer, None if row.outcome == ACCEPTED else row.outcome, row.model, step=row.step)
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class TaskUsage:
    """The usage of a task so far."""

    tokens: int
    """Input and output tokens together."""
    cost: float
    """In US dollars, of the calls whose price is known."""
    unpriced_calls: int = 0
    """Calls whose price is unknown; if there are any, `cost` is a lower bound."""
    estimated_calls: int = 0
    """Calls whose numbers of tokens are estimates."""


async def usage_of(session: Session, task_id: str) -> TaskUsage:
    """Return the usage of a task according to the ledger."""
    statement = select(
        func.coalesce(func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out), 0),
        func.coalesce(func.sum(ModelCallRow.cost), 0.0),
        func.count().filter(col(ModelCallRow.cost).is_(None)),
        func.count().filter(col(ModelCallRow.estimated)),
    ).where(ModelCallRow.task_id == task_id)
    tokens, cost, unpriced, estimated = (await session.exec(statement)).one()
    return TaskUsage(int(tokens), float(cost or 0), unpriced, estimated)


async def models_that_answered(session: Session, task_id: str) -> set[str]:
    """Return the models whose answers a task holds."""
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
    """Return the author that designed a roadmap; None if the ledger has none. Ledger rows are never pruned."""
    return (await execute(session, _PLAN_AUTHOR, {"roadmap_id": roadmap_id})).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Expense:
    """The calls and costs of one model in one step."""

    model: str
    step: str
    calls: int
    """Calls that were answered."""
    rejected: int
    """Those of them whose answer failed its check."""
    failed: int
    """Tries without an answer."""
    tokens_in: int
    tokens_out: int
    cost: float
    """In US dollars, of the calls whose price is known."""
    seconds: float
    """Time spent waiting for the model, over all tries."""
    unpriced_calls: int = 0
    """Calls and tries whose price is unknown; if there are any, `cost` is a lower bound."""
    estimated_calls: int = 0
    """Calls and tries whose numbers of tokens are estimates."""


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
    """Return the expenses of a task, a roadmap or a user, or of everything; the most expensive first."""
    filters = {"task_id": task_id, "roadmap_id": roadmap_id, "user_id": user_id}
    filters_set = {name: value for name, value in filters.items() if value is not None}
    condition = " AND ".join(f"t.{name} = :{name}" for name in filters_set) or "true"
    rows = await execute(session, text(_EXPENSES % condition), filters_set)
    return [Expense(**row) for row in rows.mappings()]
