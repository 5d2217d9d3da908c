"""Transitions of a task: start, requeue, finish, end, cancel, resume. Each is one transaction with its event.

Every function takes the exclusive lock of the task first and reads the row only then. Each may be repeated after a
commit whose answer was lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.editing.review import Issue
from domain.errors import Conflict, NotFound
from domain.vocabulary import ACTIVE, FINAL, FINAL_STEPS, STRUCTURAL, Step, TaskStatus
from domain.webhooks import WebhookEvent
from orchestrator.commands.outcomes import Cause, execution_summary, outcome
from repository.contents import contents
from repository.db.database import Session, set_lock_timeout
from repository.db.fence import Fence
from repository.ledger.calls import settle_lost_calls, usage_of
from repository.ledger.totals import count_run
from repository.roadmaps.roadmaps import get_roadmap_metadata, lock_roadmap
from repository.runs import live_tasks as liveness
from repository.runs import recovery, tasks
from repository.runs.events import append_transition
from repository.runs.tasks import lock_task, update_task_status
from repository.tables.runs import STEPPER, TaskRow
from repository.users.deliveries import announce

MAX_FRUITLESS_STARTS: Final = 5
"""Starts in a row that commit nothing, after which a task counts as poison."""

START_LOCK_TIMEOUT_SECONDS: Final = 1.0
"""Seconds that a start waits for a lock."""


async def start(session: Session, task_id: str, worker_id: str) -> TaskRow | None:
    """Give a queued task, or one whose worker died, to `worker_id`. Return None if there is nothing to start here.

    A task with a content type that this program does not have is left to other workers.

    Poison (MAX_FRUITLESS_STARTS) fails instead. Raises DatabaseBusy if a stopped process holds the task.
    """
    await set_lock_timeout(session, START_LOCK_TIMEOUT_SECONDS)
    task = await lock_task(session, task_id)
    stepped = (task.worker_id or "").startswith(STEPPER)
    dead = task.status == TaskStatus.PROCESSING and not stepped and not await liveness.is_live(session, task)
    if (task.status != TaskStatus.PENDING and not dead) or not await recovery.is_runnable(session, task_id):
        return None
    if task.fruitless_starts >= MAX_FRUITLESS_STARTS:
        reason = (
            f"The run was started {task.fruitless_starts} times in a row, and its process died each time without "
            f"progress. Check the log of the worker, then `roadmap resume {task_id}`."
        )
        await end(session, Fence(task_id, task.attempt), TaskStatus.FAILED, reason)
        return None
    return await begin(session, task, worker_id, starts=task.fruitless_starts + 1)


async def requeue(session: Session, fence: Fence, *, fruitless: bool = False) -> TaskRow:
    """Give a task of this process back to the queue, as `pending`.

    `fruitless`: the start has finished nothing and counts towards poison. A process that stops in good order cuts no
    call, so its start does not count. Raises Superseded.
    """
    task = await lock_task(session, fence.task_id)
    if task.attempt == fence.attempt + 1 and task.status == TaskStatus.PENDING:
        return task
    stopped = task.worker_id
    requeued = await update_task_status(
        session,
        fence.task_id,
        TaskStatus.PENDING,
        _present_step(task),
        attempt=fence.attempt,
        fruitless_starts=None if fruitless else 0,
    )
    await append_transition(session, fence.task_id, "run_handed_back", {"worker_id": stopped})
    return requeued


async def finish(session: Session, fence: Fence, warnings: Sequence[Issue]) -> TaskRow:
    """End a run whose graph has come to its end; its status is counted from the rows. Raises Superseded."""
    task = await lock_task(session, fence.task_id)
    if task.attempt == fence.attempt + 1 and task.status in FINAL:
        return task
    counts = await contents.count_contents(session, fence.task_id)
    status, reason = outcome(counts, await contents.failures(session, fence.task_id))
    if task.concept_id is not None and not counts.total:
        status, reason = TaskStatus.FAILED, "Another run has taken over its content."
    return await end(session, fence, status, reason, warnings)


async def end(
    session: Session,
    fence: Fence,
    status: TaskStatus,
    reason: str | None,
    warnings: Sequence[Issue] = (),
    cause: Cause | None = None,
) -> TaskRow:
    """Make a task final: settle unfinished contents and write summary, status and last event together.

    Args:
        reason: the error message; None for a completed run.
        warnings: issues that the run went on with.
        cause: cause of a run that ended early, if an operator can fix it.

    Raises Superseded.
    """
    task = await lock_task(session, fence.task_id)
    if task.attempt == fence.attempt + 1 and task.status == status:
        return task
    await contents.settle_contents(session, fence.task_id, reason or "The run ended before it was generated.")
    await settle_lost_calls(session, fence.task_id)
    spent = await usage_of(session, fence.task_id)
    summary = execution_summary(
        tasks.request_of(task),
        await contents.count_contents(session, fence.task_id),
        await contents.failures(session, fence.task_id),
        await contents.languages_written(session, fence.task_id),
        warnings,
        spent,
        cause=cause,
    )
    task = await update_task_status(
        session,
        fence.task_id,
        status,
        _LAST_STEP[status],
        error_message=reason,
        attempt=fence.attempt,
        execution_summary=summary,
    )
    payload = {"status": status, "error_message": reason, "execution_summary": summary}
    sequence = await append_transition(session, fence.task_id, "run_finished", payload)
    message = {"error_message": reason, "execution_summary": summary}
    await announce(session, task, WebhookEvent.RUN_FINISHED, sequence, message)
    await count_run(session, task)
    return task


_LAST_STEP: Final = {
    TaskStatus.COMPLETED: Step.COMPLETED,
    TaskStatus.PARTIAL_FAILURE: Step.COMPLETED,
    TaskStatus.FAILED: Step.FAILED,
    TaskStatus.CANCELLED: Step.CANCELLED,
}


async def cancel(session: Session, task_id: str, reason: str) -> TaskRow:
    """End an active task as `cancelled`; return its row as it was before. Raises NotFound, Conflict if it is final."""
    task = await lock_task(session, task_id)
    if task.status not in ACTIVE:
        raise Conflict(f"Task {task_id} is already {task.status}; there is nothing to cancel.")
    before = task.model_copy()
    await end(session, Fence(task_id, task.attempt), TaskStatus.CANCELLED, reason)
    return before


async def resume(
    session: Session, task_id: str, worker_id: str | None, asked_by: Mapping[str, str] | None = None
) -> TaskRow:
    """Continue a final, stale or queued task: under `worker_id`, or in the queue if that is None.

    Failed calls are made again (in another round); interrupted steps are answered from the ledger. Contents
    that another task has claimed meanwhile stay with it. `asked_by` is recorded in the event (see Terms.asked_by).

    Raises NotFound, and Conflict for a live task, a completed one, and one whose roadmap is in the bin.
    """
    rival = await tasks.rival_of(session, await tasks.get_task(session, task_id))
    for locked in sorted({task_id, rival.task_id} if rival else {task_id}):
        await lock_task(session, locked)
    task = await tasks.get_task(session, task_id)
    if task.roadmap_id is not None:
        await lock_roadmap(session, task.roadmap_id)
    await _check_resumable(session, task)
    ended, round_ = task.status in FINAL, task.round  # the updates below refresh `task`
    if ended:
        await settle_stale_conflict(session, rival)
        round_ += int(task.status != TaskStatus.CANCELLED)
    if task.concept_id is not None and not (await contents.count_contents(session, task_id)).total:
        raise Conflict(
            f"Another run has taken over the content of task {task_id}; `roadmap retry` makes a new version."
        )
    await append_transition(session, task_id, "run_resumed", {"from": task.status, "round": round_, **(asked_by or {})})
    resumed = task
    if worker_id is not None:
        resumed = await begin(session, task, worker_id, starts=1, round_=round_)
    elif task.status != TaskStatus.PENDING:
        resumed = await update_task_status(
            session,
            task_id,
            TaskStatus.PENDING,
            _present_step(task),
            attempt=task.attempt,
            fruitless_starts=0,
            round=round_,
        )
    if ended:  # only now, with its place among the active tasks taken: new retries lock the two in this order
        await contents.reopen_contents(session, task_id)
    return resumed


async def may_resume(session: Session, task_id: str) -> bool:
    """Return whether `resume` would succeed now, without its locks. Raises NotFound."""
    task = await tasks.get_task(session, task_id)
    rival = await tasks.rival_of(session, task)
    if task.status in FINAL and rival is not None and await liveness.is_live(session, rival):
        return False
    try:
        if task.roadmap_id is not None and (await get_roadmap_metadata(session, task.roadmap_id)).deleted_at:
            return False
        await _check_resumable(session, task)
    except (Conflict, NotFound):
        return False
    return task.concept_id is None or bool((await contents.count_contents(session, task_id)).total)


async def lock_conflicting_task(session: Session, task: TaskRow) -> TaskRow | None:
    """Lock and return the active task that has the place which `task` needs, for `settle_stale_conflict`.

    Called before the roadmap and its contents are locked.
    """
    rival = await tasks.rival_of(session, task)
    return None if rival is None else await lock_task(session, rival.task_id)


async def settle_stale_conflict(session: Session, rival: TaskRow | None) -> None:
    """End a stale task that has the place which another one needs. Raises Conflict that names a live one."""
    if rival is None:
        return
    rival = await lock_task(session, rival.task_id)
    if rival.status not in ACTIVE:
        return
    if await liveness.is_live(session, rival):
        raise tasks.active_task_conflict(rival)
    reason = "Its process died, and a newer run took its place."
    await end(session, Fence(rival.task_id, rival.attempt), TaskStatus.FAILED, reason)


async def begin(
    session: Session,
    task: TaskRow,
    worker_id: str,
    *,
    starts: int,
    round_: int | None = None,
    review: dict[str, Any] | None = None,
) -> TaskRow:
    """Give a locked task to `worker_id`. Values that are None stay as they are."""
    before = task.status  # the update refreshes `task`
    started = await update_task_status(
        session,
        task.task_id,
        TaskStatus.PROCESSING,
        _present_step(task),
        attempt=task.attempt,
        worker_id=worker_id,
        fruitless_starts=starts,
        round=round_,
        review=review,
    )
    payload = {"attempt": started.attempt, "worker_id": worker_id, "from": before}
    await append_transition(session, task.task_id, "run_started", payload)
    return started


def _present_step(task: TaskRow) -> Step:
    """Return the step of a task that continues; INIT if it had ended or has a step of the legacy system."""
    return Step(task.current_step) if task.current_step in set(Step) - FINAL_STEPS else Step.INIT


async def _check_resumable(session: Session, task: TaskRow) -> None:
    match TaskStatus(task.status):
        case TaskStatus.COMPLETED:
            raise Conflict(f"Task {task.task_id} is completed; `roadmap retry` makes a new version of a content.")
        case TaskStatus.HUMAN_REVIEW_PENDING:
            raise Conflict(f"Task {task.task_id} waits for a review; answer it with `roadmap review {task.task_id}`.")
        case TaskStatus.PROCESSING if await liveness.is_live(session, task):
            raise Conflict(f"Task {task.task_id} is running; `roadmap watch {task.task_id}` follows it.")
        case _:
            await check_structure(session, task)


async def check_structure(session: Session, task: TaskRow) -> None:
    """Check that the structure has not changed since a structural run began. Raises Conflict."""
    if task.task_type not in STRUCTURAL or task.roadmap_id is None:
        return
    base: int = tasks.request_of(task).get("base_version", 0)
    mine = task.accepted_version if task.accepted_version is not None else base
    present = (await get_roadmap_metadata(session, task.roadmap_id)).framework_version
    if present != mine:
        raise Conflict(
            f"Task {task.task_id} is about version {mine} of the structure of roadmap {task.roadmap_id}, which is at "
            f"version {present} now; `roadmap retry-failed` or `roadmap modify` continues from there."
        )
