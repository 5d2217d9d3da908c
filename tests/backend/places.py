"""Rows of a user to try every route on, whatever its state has to be."""

from typing import Final

from pydantic import BaseModel
from sqlalchemy import text

from domain.contents import Quiz
from domain.vocabulary import ContentType, Step, TaskStatus, TaskType
from repository.db.database import Database, execute
from repository.learners.feedback import add_report
from repository.roadmaps.roadmaps import reserve_roadmap, save_roadmap_metadata
from repository.roadmaps.wishes import add_wishes
from repository.runs.tasks import create_task, update_task_status
from repository.tables.learners import ReportRow
from repository.tables.roadmaps import ContentVersionRow
from tests.support.authors import QUIZ
from tests.support.rows import framework, lessons_written

TASK_FOR: Final = {
    "proposal": "t-asked",
    "stream": "t-cancelled",
    "review": "t-asked",
    "course-book": "t-asked",
    "cancel": "t-queued",
    "resume": "t-cancelled",
}
"""The task that a route on tasks needs, by the last part of its path; else any."""


_WEBHOOK: Final = """
    WITH webhook AS (
        INSERT INTO webhooks (webhook_id, user_id, url, events, secret)
        VALUES ('w-1', :user_id, 'https://hooks.example/x', ARRAY['run_finished'], 'whsec_') RETURNING webhook_id)
    INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload, status, settled_at)
    SELECT 'm-1', webhook_id, 't-cancelled', 1, 'run_finished', '{}', 'failed', now() FROM webhook"""


async def fill(database: Database, user_id: str = "ann") -> None:
    """r-1: an accepted roadmap whose contents nobody makes, with versions of its lessons.

    Of r-2, r-3, r-4 a task each, in different states.
    """
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", user_id, framework("r-1"))
        session.add(quiz_row("r-1"))
        await lessons_written(session)
        for number, task_id in enumerate(("t-queued", "t-cancelled", "t-asked"), start=2):
            await reserve_roadmap(session, f"r-{number}", user_id, "a goal")
            await create_task(
                session, task_id, user_id, {}, TaskType.CREATION, roadmap_id=f"r-{number}", status=TaskStatus.PENDING
            )
        await execute(session, text(_WEBHOOK), {"user_id": user_id})
        report = ReportRow(
            user_id=user_id,
            report_id="w-0",
            roadmap_id="r-1",
            concept_id="c-1-1-1",
            content_type="quiz",
            version=1,
            part="",
            words="It is wrong.",
        )
        await add_report(session, report)
        for content_type in ContentType:
            await add_wishes(session, "t-queued", "r-1", [("c-1-1-1", content_type)], "shorter")
        await update_task_status(session, "t-cancelled", TaskStatus.CANCELLED, Step.CANCELLED)
        await update_task_status(session, "t-asked", TaskStatus.PROCESSING, Step.INIT, worker_id="w")
        review = {"interrupt_id": "i", "round": 1}
        await update_task_status(session, "t-asked", TaskStatus.HUMAN_REVIEW_PENDING, Step.HUMAN_REVIEW, review=review)


def quiz_row(roadmap_id: str, concept_id: str = "c-1-1-1", quiz: Quiz = QUIZ) -> ContentVersionRow:
    """The first version of a quiz."""
    return content_row(ContentType.QUIZ, quiz, roadmap_id, concept_id)


def content_row(
    content_type: ContentType, content: BaseModel, roadmap_id: str, concept_id: str = "c-1-1-1"
) -> ContentVersionRow:
    """The first version of a content."""
    return ContentVersionRow(
        roadmap_id=roadmap_id,
        concept_id=concept_id,
        content_type=content_type,
        version=1,
        payload=content.model_dump(mode="json"),
        task_id="t",
        author="scripted",
    )


def place(path: str) -> str:
    """A path of the API with the ids of these rows in it."""
    task = TASK_FOR.get(path.rpartition("/")[2], "t-queued")
    ids = {"roadmap_id": "r-1", "concept_id": "c-1-1-1", "content_type": "quiz", "task_id": task}
    ids |= {"webhook_id": "w-1", "delivery_id": "m-1", "stage_id": "s-1"}
    return "/api/v1" + path.format(**ids)


BODIES: Final = {
    "generate": {"preferences": {"learning_goal": "learn chess"}, "user_id": "ann"},
    "estimate": {"preferences": {"learning_goal": "learn chess"}},
    "{stage_id}": {"answers": [{"concept_id": "c-1-1-1", "version": 1, "question_id": "q0", "chosen": [0]}]},
    "pace": {"available_hours_per_week": 2},
    "answers": {
        "answer_id": "a",
        "roadmap_id": "r-1",
        "concept_id": "c-1-1-1",
        "question_id": "q0",
        "version": 1,
        "answers": 0,
        "chosen": [0],
    },
    "reports": {"report_id": "w-1", "version": 1, "part": "Question 1", "words": "Two options are right."},
    "note": {"note": "Mine.", "version": 0},
    "title": {"title": "A title of my own"},
    "mark": {"mark": "known"},
    "modify": {"instructions": "shorter"},
    "revert": {"version": 1},
    "review": {"approved": True},
    "course-book": {"course_book": {}},
    "{webhook_id}": {"enabled": True},
    "webhooks": {"url": "https://hooks.example/x", "user_id": "ann"},
    "attempts": {"attempt_id": "a", "version": 1, "answers": [[0]] * len(QUIZ.questions)},
}
"""By the last part of a path."""
