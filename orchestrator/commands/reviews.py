"""Reviews: a run waits until a person approves its structure. Transitions like those of transitions.py.

The JSON in `review` of the task's row has interrupt_id, round, requested_at and deadline; decision, feedback and by
once it is decided; `course_book` if a person has edited the book in this round; and `previous` with round, decision
and by of the round before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.checks.course import book_problem
from domain.course.book import CourseBook
from domain.editing.review import Decision
from domain.errors import Conflict, InvalidInput
from domain.vocabulary import FINAL, Step, TaskStatus
from domain.webhooks import WebhookEvent
from orchestrator.commands.transitions import begin, end
from orchestrator.queries.structures import under_review
from repository.db.database import Session
from repository.db.fence import Fence
from repository.roadmaps.books import save_book_draft
from repository.runs import tasks
from repository.runs.events import append_transition
from repository.runs.review_edits import keep_review
from repository.runs.tasks import lock_task, update_task_status
from repository.runs.workers import database_now
from repository.tables.runs import TaskRow
from repository.users.deliveries import announce


async def park(session: Session, fence: Fence, interrupt_id: str) -> TaskRow:
    """Let a run wait for a review without a worker. A second call for the same interrupt changes nothing.

    Raises Superseded.
    """
    task = await lock_task(session, fence.task_id)
    review = task.review or {}
    is_requested = review.get("interrupt_id") == interrupt_id
    if is_requested and task.status == TaskStatus.HUMAN_REVIEW_PENDING:
        return task
    if not is_requested:
        review = _next_round(review, interrupt_id)
    now = await database_now(session)
    timeout = tasks.request_of(task).get("review_timeout")
    parked = await update_task_status(
        session,
        fence.task_id,
        TaskStatus.HUMAN_REVIEW_PENDING,
        Step.HUMAN_REVIEW,
        attempt=fence.attempt,
        review={  # a run that was resumed has its whole time again
            **review,
            "requested_at": now.isoformat(),
            "deadline": (now + timedelta(seconds=timeout)).isoformat() if timeout else None,
        },
        fruitless_starts=0,
    )
    if not is_requested and parked.review is not None:
        payload = {"round": parked.review["round"], "deadline": parked.review["deadline"]}
        sequence = await append_transition(session, fence.task_id, "review_requested", payload)
        await announce(session, parked, WebhookEvent.REVIEW_REQUESTED, sequence, payload)
    return parked


def _next_round(review: dict[str, Any], interrupt_id: str) -> dict[str, Any]:
    previous = {key: review.get(key) for key in ("round", "decision", "by")} if review else None
    return {"interrupt_id": interrupt_id, "round": review.get("round", 0) + 1, "previous": previous}


async def edit_book(
    session: Session, task_id: str, change: Callable[[CourseBook], CourseBook], round: int | None, by: str
) -> CourseBook:
    """Replace the book under review by what `change` makes of it, and return it. The review stays open.

    Edits of several people follow each other: each changes the result of the one before. Raises NotFound, Conflict if
    the task waits for no review or for that of another round, and InvalidInput for a book that does not fit the
    structure.
    """
    task = await lock_task(session, task_id)
    review = task.review or {}
    if task.status != TaskStatus.HUMAN_REVIEW_PENDING or round not in (None, review["round"]):
        raise Conflict(_conflict(task))
    framework, before = await under_review(session, task)
    book = change(before or CourseBook())
    if problem := book_problem(book, framework):
        raise InvalidInput(f"The course book cannot be used: {problem}.")
    stored = book.model_dump(mode="json")
    await keep_review(session, task_id, {**review, "course_book": stored})
    await save_book_draft(session, task.roadmap_id or "", book)
    payload = {"round": review["round"], "by": by, "book": stored}
    await append_transition(session, task_id, "course_book_edited", payload)
    return book


async def decide(session: Session, task_id: str, decision: Decision, worker_id: str | None) -> TaskRow:
    """Record the answer to a review; the run continues under `worker_id`, or in the queue if that is None.

    Of concurrent answers one wins. Raises NotFound, and Conflict that names the decision that won.
    """
    task = await lock_task(session, task_id)
    review = task.review or {}
    if task.status != TaskStatus.HUMAN_REVIEW_PENDING or decision.round not in (None, review["round"]):
        raise Conflict(_conflict(task))
    verdict = "approved" if decision.approved else "rejected"
    review = {**review, "decision": verdict, "feedback": decision.feedback, "by": decision.by}
    payload = {"round": review["round"], "decision": verdict, "feedback": decision.feedback, "by": decision.by}
    await append_transition(session, task_id, "review_decided", payload)
    if worker_id is not None:
        return await begin(session, task, worker_id, starts=1, review=review)
    return await update_task_status(
        session, task_id, TaskStatus.PENDING, Step.HUMAN_REVIEW, attempt=task.attempt, review=review
    )


def _conflict(task: TaskRow) -> str:
    """Return the message for a review that cannot be answered, with the last decision."""
    review = task.review or {}
    if task.status == TaskStatus.HUMAN_REVIEW_PENDING:
        before = review.get("previous") or {}
        decided = f"; the one before was {_verdict(before)}" if before.get("decision") else ""
        return f"The review of task {task.task_id} is in round {review['round']}{decided}."
    if task.status in FINAL:
        decided = f" Its last review was {_verdict(review)}." if review.get("decision") else ""
        return f"Task {task.task_id} waits for no review; it is {task.status}.{decided}"
    if review.get("decision"):
        return f"The review of task {task.task_id} is decided already: {_verdict(review)}."
    return f"Task {task.task_id} waits for no review; it is {task.status}."


def _verdict(review: dict[str, Any]) -> str:
    return f"{review['decision']} by {review['by']}" if review["by"] else str(review["decision"])


async def expire_review(session: Session, task_id: str) -> None:
    """Cancel a task whose review is overdue. One that was answered meanwhile is left alone."""
    task = await lock_task(session, task_id)
    deadline = (task.review or {}).get("deadline")
    if task.status != TaskStatus.HUMAN_REVIEW_PENDING or deadline is None:
        return
    if datetime.fromisoformat(deadline) < await database_now(session):
        reason = "Its review was not answered in time."
        await end(session, Fence(task_id, task.attempt), TaskStatus.CANCELLED, reason)
