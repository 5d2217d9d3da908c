"""The ledger of model calls: what was asked is never bought twice."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.vocabulary import Step, TaskType
from repository.database import Session, execute
from repository.fence import Fence
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
    cost: float
    latency: float
    finish_reason: str | None
    outcome: str
    answer: dict[str, Any] | None

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


async def object_to(session: Session, fence: Fence, key: str, objection: str) -> None:
    """An answer that was accepted at first does not count after all."""
    await execute(
        session,
        text("UPDATE model_calls SET outcome = :objection WHERE task_id = :task_id AND key = :key"),
        {"objection": objection, "task_id": fence.task_id, "key": key},
    )


TRY: Final = "/"
"""In the key of a try that brought no answer: the key of its question, this, and which try it was."""


def failed_try(key: str, number: int, fence: Fence, step: str, model: str, latency: float, outcome: str) -> Call:
    """The row of a try that brought no answer: it is on the account, and answers nothing."""
    return Call(
        key=f"{key}{TRY}{fence.attempt}.{number}",
        step=step,
        model=model,
        tokens_in=0,
        tokens_out=0,
        cost=0.0,
        latency=latency,
        finish_reason=None,
        outcome=outcome,
        answer=None,
    )


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


async def bill(session: Session, task_id: str) -> tuple[int, float]:
    """Tokens (in and out together) and US dollars that a task has cost so far."""
    statement = select(
        func.coalesce(func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out), 0),
        func.coalesce(func.sum(ModelCallRow.cost), 0.0),
    ).where(ModelCallRow.task_id == task_id)
    tokens, cost = (await session.exec(statement)).one()
    return int(tokens), float(cost)


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
    """In US dollars."""
    seconds: float
    """Of waiting for the model, over all tries."""


_EXPENSES: Final = f"""
    SELECT c.model, c.step, count(*) FILTER (WHERE NOT failed) AS calls,
        count(*) FILTER (WHERE NOT failed AND outcome <> '{ACCEPTED}') AS rejected,
        count(*) FILTER (WHERE failed) AS failed, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
        sum(cost) AS cost, sum(latency) AS seconds
    FROM (SELECT *, position('{TRY}' in key) > 0 AS failed FROM model_calls) AS c JOIN roadmap_tasks t USING (task_id)
    WHERE %s GROUP BY c.model, c.step ORDER BY sum(cost) DESC, sum(tokens_in + tokens_out) DESC, c.model, c.step"""


async def expenses(
    session: Session, *, task_id: str | None = None, roadmap_id: str | None = None, user_id: str | None = None
) -> list[Expense]:
    """Of everything, or of what is named; the dearest first."""
    wanted = {"task_id": task_id, "roadmap_id": roadmap_id, "user_id": user_id}
    named = {name: value for name, value in wanted.items() if value is not None}
    condition = " AND ".join(f"t.{name} = :{name}" for name in named) or "true"
    rows = await execute(session, text(_EXPENSES % condition), named)
    return [Expense(**row) for row in rows.mappings()]
