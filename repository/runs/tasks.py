"""Tasks: creation, transitions, and queries for active tasks.

Two kinds of writers change a task's row. Its run sets `current_step` under the shared lock of its fence. A transition
changes the worker or the status under the exclusive lock and increments `attempt`. So the two never overlap.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final

from sqlalchemy import exists, func, literal_column, or_, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.errors import Conflict, NotFound, Superseded
from domain.vocabulary import ACTIVE, FINAL, INITIAL, STRUCTURAL, TRANSITIONS, ContentType, Step, TaskStatus, TaskType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.runs.held_time import HELD
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

_HELD_SO_FAR: Final = f"(SELECT {HELD} FROM roadmap_tasks t WHERE t.task_id = roadmap_tasks.task_id)"
GONE_BY_NOW: Final = "A conflicting run has just ended; try again."


async def lock_task(session: Session, task_id: str) -> TaskRow:
    """Take the exclusive lock of a task and return its row: the first statement of every transition.

    Raises NotFound.
    """
    await execute(session, text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": task_id})
    return await get_task(session, task_id, for_update=True)


async def create_task(
    session: Session,
    task_id: str,
    user_id: str,
    user_request: dict[str, Any],
    task_type: TaskType = TaskType.CREATION,
    concept_id: str | None = None,
    content_type: ContentType | None = None,
    *,
    roadmap_id: str | None = None,
    status: TaskStatus = TaskStatus.PENDING,
    worker_id: str | None = None,
) -> TaskRow:
    """Insert a task: `pending` for a detached request, `processing` under `worker_id` for a foreground request.

    Raises Conflict, naming the active task that occupies the same unique index.
    """
    if status not in INITIAL:
        raise Conflict(f"A task starts as pending or processing, not as {status}.")
    started = int(status is TaskStatus.PROCESSING)
    statement = (
        insert(TaskRow)
        .values(
            task_id=task_id,
            user_id=user_id,
            user_request=user_request,
            task_type=task_type,
            concept_id=concept_id,
            content_type=content_type,
            roadmap_id=roadmap_id,
            status=status,
            worker_id=worker_id,
            attempt=started,
            fruitless_starts=started,
            held_since=func.clock_timestamp() if started else None,
        )
        .on_conflict_do_nothing()
        .returning(TaskRow)
    )
    created: TaskRow | None = (await session.exec(statement)).scalars().one_or_none()
    if created is not None:
        return created
    row = TaskRow(
        task_id=task_id,
        user_id=user_id,
        roadmap_id=roadmap_id,
        task_type=task_type,
        concept_id=concept_id,
        content_type=content_type,
    )
    if rival := await rival_of(session, row):
        raise active_task_conflict(rival)
    if await session.get(TaskRow, task_id):
        raise Conflict(f"Task {task_id} already exists.")
    raise Conflict(GONE_BY_NOW)


async def rival_of(session: Session, task: TaskRow) -> TaskRow | None:
    """Return the active task that occupies the unique index entry that `task` needs to be active."""
    statement = select(TaskRow).where(
        TaskRow.roadmap_id == task.roadmap_id,
        TaskRow.task_id != task.task_id,
        col(TaskRow.status).in_(sorted(ACTIVE)),
    )
    if task.task_type in STRUCTURAL:
        statement = statement.where(col(TaskRow.task_type).in_(sorted(STRUCTURAL)))
    elif task.concept_id is not None:
        statement = statement.where(TaskRow.concept_id == task.concept_id, TaskRow.content_type == task.content_type)
    else:
        return None
    return (await session.exec(statement)).first()


def active_task_conflict(rival: TaskRow) -> Conflict:
    """Return the error for a request that conflicts with an active task, and what to do about it."""
    advice = f"`roadmap watch {rival.task_id}` follows it, `roadmap cancel {rival.task_id}` ends it"
    message = f"Conflicts with active task {rival.task_id} ({rival.task_type}, {rival.status}): {advice}."
    return Conflict(message, task_id=rival.task_id)


async def update_task_status(
    session: Session,
    task_id: str,
    status: TaskStatus,
    current_step: Step,
    roadmap_id: str | None = None,
    error_message: str | None = None,
    *,
    attempt: int | None = None,
    worker_id: str | None = None,
    execution_summary: dict[str, Any] | None = None,
    fruitless_starts: int | None = None,
    round: int | None = None,
    review: dict[str, Any] | None = None,
) -> TaskRow:
    """Move a task to `status` under its exclusive lock and increment its attempt.

    Args:
        attempt: move the task only if this is still its attempt; otherwise raise Superseded.
        worker_id: the worker that runs the task from now on; None clears it, as for `error_message`.

    Every other argument that is None leaves its column unchanged. Raises NotFound, and Conflict if TRANSITIONS does not
    allow the move.
    """
    task = (await lock_task(session, task_id)).model_copy()
    changes: dict[str, Any] = {
        "roadmap_id": roadmap_id,
        "execution_summary": execution_summary,
        "fruitless_starts": fruitless_starts,
        "round": round,
        "review": review,
    }
    statement = (
        update(TaskRow)
        .where(col(TaskRow.task_id) == task_id, col(TaskRow.status).in_(sorted(TRANSITIONS[status])))
        .values(
            status=status,
            current_step=current_step,
            attempt=TaskRow.attempt + 1,
            worker_id=worker_id,
            error_message=error_message,
            updated_at=func.clock_timestamp(),
            completed_at=func.clock_timestamp() if status in FINAL else None,
            held_seconds=literal_column(_HELD_SO_FAR),
            held_since=func.clock_timestamp() if status is TaskStatus.PROCESSING else None,
            due_at=func.clock_timestamp() if task.status in FINAL else TaskRow.due_at,
            **{column: value for column, value in changes.items() if value is not None},
        )
        .returning(TaskRow)
        .execution_options(populate_existing=True)
    )
    if attempt is not None:
        statement = statement.where(col(TaskRow.attempt) == attempt)
    try:
        async with session.begin_nested() if task.status in FINAL else nullcontext():
            moved: TaskRow | None = (await session.exec(statement)).scalars().one_or_none()
    except IntegrityError as error:  # another request has become active since the check
        rival = await rival_of(session, task)
        raise (active_task_conflict(rival) if rival else Conflict(GONE_BY_NOW)) from error
    if moved is not None:
        return moved
    if attempt is not None and task.attempt != attempt:
        raise Superseded("Another attempt owns this task.")
    raise Conflict(f"Task {task_id} is {task.status} and cannot become {status}.")


async def enter_step(session: Session, fence: Fence, step: Step) -> None:
    """Set the current step of a run, in its fenced transaction."""
    await execute(
        session,
        text("UPDATE roadmap_tasks SET current_step = :step, updated_at = clock_timestamp() WHERE task_id = :task_id"),
        {"step": step, "task_id": fence.task_id},
    )


async def accepted(session: Session, fence: Fence, version: int) -> None:
    """Store the framework version that a run made, in the transaction that accepts the framework."""
    await execute(
        session,
        text("UPDATE roadmap_tasks SET accepted_version = :version WHERE task_id = :task_id"),
        {"task_id": fence.task_id, "version": version},
    )


async def reset_crash_count(session: Session, fence: Fence) -> None:
    """Reset the count of fruitless starts, since the run has committed something."""
    await execute(
        session,
        text("UPDATE roadmap_tasks SET fruitless_starts = 0 WHERE task_id = :task_id AND fruitless_starts > 0"),
        {"task_id": fence.task_id},
    )


async def get_task(session: Session, task_id: str, *, owner: str | None = None, for_update: bool = False) -> TaskRow:
    """Return a task. `owner`: only a task of this user or of a roadmap of theirs. Raises NotFound."""
    statement = select(TaskRow).where(TaskRow.task_id == task_id).execution_options(populate_existing=True)
    if owner is not None:
        owned_roadmap = exists().where(
            col(RoadmapRow.roadmap_id) == TaskRow.roadmap_id, col(RoadmapRow.user_id) == owner
        )
        statement = statement.where(or_(col(TaskRow.user_id) == owner, owned_roadmap))
    if for_update:
        statement = statement.with_for_update()
    task = (await session.exec(statement)).one_or_none()
    if task is None:
        raise no_such_task(task_id)
    return task


def request_of(task: TaskRow) -> dict[str, Any]:
    """Return a task's stored request; empty for a legacy one that is no JSON object."""
    request: Any = task.user_request
    return request if isinstance(request, dict) else {}


async def first_request(session: Session, roadmap_id: str) -> dict[str, Any]:
    """Return the stored preferences of the request that created a roadmap; empty if there are none."""
    statement = (
        select(TaskRow.user_request)
        .where(TaskRow.roadmap_id == roadmap_id, TaskRow.task_type == TaskType.CREATION)
        .order_by(col(TaskRow.created_at), col(TaskRow.task_id))
        .limit(1)
    )
    request: Any = (await session.exec(statement)).first()  # a legacy request may be any JSON
    preferences = request.get("preferences") if isinstance(request, dict) else None
    return dict(preferences) if isinstance(preferences, dict) else {}


async def get_active_task_by_roadmap_id(session: Session, roadmap_id: str) -> TaskRow | None:
    """Return the newest active task of a roadmap."""
    return next(iter(await get_active_tasks_by_roadmap_id(session, roadmap_id)), None)


async def get_active_tasks_by_roadmap_id(session: Session, roadmap_id: str) -> Sequence[TaskRow]:
    """Return all active tasks of a roadmap, newest first."""
    statement = (
        select(TaskRow)
        .where(TaskRow.roadmap_id == roadmap_id, col(TaskRow.status).in_(sorted(ACTIVE)))
        .order_by(col(TaskRow.created_at).desc(), col(TaskRow.task_id).desc())
    )
    return (await session.exec(statement)).all()


def no_such_task(task_id: str) -> NotFound:
    """Return the error for an unknown task id."""
    return NotFound(f"There is no task {task_id}; `roadmap tasks` lists them.")


def no_such_roadmap(roadmap_id: str) -> NotFound:
    """Return the error for an unknown roadmap id."""
    return NotFound(f"There is no roadmap {roadmap_id}; `roadmap list` shows them.")
