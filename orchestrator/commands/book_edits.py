"""Requests to change the course book of a run whose review is open."""

from collections.abc import Callable

from domain.course.book import CourseBook
from orchestrator.commands import reviews
from orchestrator.commands.request_context import OPERATOR, Terms
from repository.db.database import Database, Session
from repository.runs import tasks


async def request_book_edit(
    database: Database,
    task_id: str,
    change: Callable[[CourseBook], CourseBook],
    *,
    round: int | None = None,
    by: str = "",
    terms: Terms = OPERATOR,
) -> CourseBook:
    """Change the book under review, see reviews.edit_book."""

    async def edit(session: Session) -> CourseBook:
        await tasks.get_task(session, task_id, owner=terms.owner)
        return await reviews.edit_book(session, task_id, change, round, by)

    return await database.persist(edit)
