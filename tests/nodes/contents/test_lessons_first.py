"""Quizzes and links are asked for when the lesson of their concept is settled, whatever dies in between."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import pytest
from langgraph.runtime import Runtime
from sqlalchemy import text

from domain.course.lesson_use import NEEDS_LESSON
from domain.errors import BudgetSpent, ModelDenied
from domain.vocabulary import ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from nodes.authors.port import CallFailed
from nodes.contents.content_step import make_contents
from nodes.ledger.budget import Budget, Limit
from nodes.quiz_generation import QUIZ as QUIZ_GENERATOR
from repository.contents.contents import save_version
from repository.db.database import Database, execute
from tests.nodes.contents.teacher import Teacher
from tests.support.content_process import (
    STATE,
    context_of,
    next_attempt,
    run_with_contents,
    types_of,
    write_contents,
    written,
)
from tests.support.rows import BOUGHT, fence_of, started

LESSON, LINKS, ASKED = ContentType.TUTORIAL, ContentType.RESOURCES, ContentType.QUIZ
FIRST: Final = "c-1-1-1"


async def test_quiz_and_links_are_asked_after_their_lesson_and_store_its_hash(database: Database) -> None:
    author = Teacher()
    await write_contents(await context_of(database, await run_with_contents(database, concepts=3), author))
    rows = await written(database)
    for number in (1, 2, 3):
        concept_id = f"c-1-1-{number}"
        asked = [role for role, of in author.asked if of == concept_id]
        assert asked[0] is AuthorRole.TUTORIAL
        lesson = rows[concept_id, LESSON]
        assert lesson.payload_hash
        assert (lesson.lesson_hash, len(lesson.payload_hash)) == (None, 64)
        for made in (LINKS, ASKED):
            assert author.lessons[concept_id, made][1] == rows[concept_id, made].lesson_hash == lesson.payload_hash
            assert f"About C{number}." in author.lessons[concept_id, made][0]


async def test_a_slow_lesson_delays_its_own_quiz_only_and_takes_no_writer_from_others(database: Database) -> None:
    released = asyncio.Event()

    class Slow(Teacher):
        async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Any:
            slow = isinstance(brief, ContentBrief) and brief.concept.concept_id in {FIRST, "c-1-1-2", "c-1-1-3"}
            if slow and brief.role is AuthorRole.TUTORIAL:
                await released.wait()
            answer = await super().write(brief, objections)
            if len(self.lessons) == 2 * 5:
                released.set()
            return answer

    author = Slow()
    fence = await run_with_contents(database, concepts=8)
    await asyncio.wait_for(write_contents(await context_of(database, fence, author, limit=4)), 60)
    assert {content.status for content in (await written(database)).values()} == {"completed"}


async def test_where_the_lesson_failed_links_are_made_without_it_and_the_quiz_is_not_bought(database: Database) -> None:
    author = Teacher(FIRST)
    context = await context_of(database, await run_with_contents(database, concepts=2), author)
    await write_contents(context)
    rows = await written(database)
    assert (rows[FIRST, LESSON].status, rows[FIRST, LESSON].last_error) == ("failed", "no luck")
    assert (rows[FIRST, LINKS].status, rows[FIRST, LINKS].lesson_hash) == ("completed", None)
    assert author.lessons[FIRST, LINKS] == ("", "")
    assert rows[FIRST, ASKED].status == "failed"
    assert (rows[FIRST, ASKED].last_error or "").startswith(NEEDS_LESSON)
    assert ("quiz", FIRST) not in author.asked
    assert rows["c-1-1-2", ASKED].status == "completed"


async def rewriting(database: Database, *, roadmap_id: str = "r-1", task_id: str = "t-2") -> None:
    """The run that wrote a roadmap ends, and another one rewrites all its contents."""
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET status = 'completed'"), {})
    await started(database, task_id, roadmap_id=roadmap_id)
    async with database.transaction() as session:
        await execute(
            session,
            text("""UPDATE concept_contents SET task_id = :task_id, attempt = 1, status = 'pending'
                    WHERE roadmap_id = :roadmap_id"""),
            {"task_id": task_id, "roadmap_id": roadmap_id},
        )


async def test_a_failed_rewriting_of_a_lesson_with_an_older_version_is_no_failure_of_its_quiz(
    database: Database,
) -> None:
    await write_contents(await context_of(database, await run_with_contents(database), Teacher()))
    first = (await written(database))[FIRST, LESSON]
    await rewriting(database)
    author = Teacher(FIRST)
    await write_contents(await context_of(database, await next_attempt(database, "t-2"), author))
    rows = await written(database)
    assert (rows[FIRST, LESSON].version, rows[FIRST, LESSON].last_error) == (1, "no luck")
    assert (rows[FIRST, ASKED].version, rows[FIRST, ASKED].last_error) == (2, None)
    assert rows[FIRST, ASKED].lesson_hash == rows[FIRST, LINKS].lesson_hash == first.payload_hash


async def test_a_run_gives_its_own_lesson_to_its_quiz_whatever_others_have_written_since(database: Database) -> None:
    await write_contents(await context_of(database, await run_with_contents(database), Teacher()))
    own = (await written(database))[FIRST, LESSON].payload_hash
    await claimed_by_another(database, FIRST, version={"content": "another"})
    await reopened(database, ASKED)
    author = Teacher()
    await write_contents(await context_of(database, await next_attempt(database), author))
    rows = await written(database)
    assert rows[FIRST, LESSON].version == 2
    assert author.lessons[FIRST, ASKED][1] == rows[FIRST, ASKED].lesson_hash == own != rows[FIRST, LESSON].payload_hash


async def claimed_by_another(
    database: Database, concept_id: str, version: dict[str, Any] | None, status: TaskStatus = TaskStatus.PENDING
) -> None:
    """Another run claims the lesson of a concept and, where one is given, commits a version of it."""
    other = await started(
        database,
        "t-2",
        task_type=TaskType.RETRY_TUTORIAL,
        concept_id=concept_id,
        content_type=LESSON,
        status=status,
        worker_id=None,
    )
    async with database.transaction() as session:
        claim = f"""UPDATE concept_contents SET task_id = 't-2', attempt = {other.attempt}, status = 'pending'
            WHERE content_type = 'tutorial' AND concept_id = :concept_id"""
        await execute(session, text(claim), {"concept_id": concept_id})
        if version is not None:
            await save_version(session, fence_of(other), "r-1", concept_id, LESSON, version, BOUGHT)


async def reopened(database: Database, content_type: ContentType) -> None:
    """As a resume leaves contents of a type that failed."""
    async with database.transaction() as session:
        reopen = "UPDATE concept_contents SET status = 'pending', last_error = NULL WHERE content_type = :content_type"
        await execute(session, text(reopen), {"content_type": content_type})


async def test_a_resumed_quiz_whose_lesson_another_live_task_has_claimed_says_so_and_is_not_bought(
    database: Database,
) -> None:
    await write_contents(await context_of(database, await run_with_contents(database), Teacher(FIRST)))
    await claimed_by_another(database, FIRST, version=None)
    await reopened(database, ASKED)
    author = Teacher()
    await write_contents(await context_of(database, await next_attempt(database), author))
    quiz = (await written(database))[FIRST, ASKED]
    assert quiz.status == "failed"
    assert (quiz.last_error or "").startswith(f"{NEEDS_LESSON}, which task t-2 is writing")
    assert author.asked == []


async def test_a_resumed_quiz_whose_lesson_another_task_has_written_is_made_from_that(database: Database) -> None:
    await write_contents(await context_of(database, await run_with_contents(database), Teacher(FIRST)))
    await claimed_by_another(database, FIRST, version={"content": "by another"})
    await reopened(database, ASKED)
    author = Teacher()
    await write_contents(await context_of(database, await next_attempt(database), author))
    rows = await written(database)
    assert author.lessons[FIRST, ASKED] == ("by another", rows[FIRST, LESSON].payload_hash)
    assert rows[FIRST, ASKED].status == "completed"


async def test_a_lesson_of_an_older_program_gets_its_hash_when_it_is_read(database: Database) -> None:
    await write_contents(await context_of(database, await run_with_contents(database), Teacher()))
    stored = (await written(database))[FIRST, LESSON].payload_hash
    async with database.transaction() as session:
        await execute(session, text("UPDATE content_versions SET payload_hash = NULL, lesson_hash = NULL"), {})
    await reopened(database, ASKED)
    await write_contents(await context_of(database, await next_attempt(database), Teacher()))
    assert (await written(database))[FIRST, ASKED].lesson_hash == stored


def deny(_: Brief[Any], __: Sequence[str]) -> Any:
    raise CallFailed("wrong key", model="m", outcome="failed 401", denied=True)


async def test_a_denied_model_ends_the_run_while_quizzes_wait_for_lessons_that_never_come(database: Database) -> None:
    author = Teacher()
    author.replies = {**author.replies, AuthorRole.TUTORIAL: deny}
    context = await context_of(database, await run_with_contents(database, concepts=9), author, limit=2)
    with pytest.raises(ModelDenied):
        await asyncio.wait_for(write_contents(context), 60)
    rows = await written(database)
    assert {rows[key].status for key in rows} == {"generating"}, "nothing failed: a resumed run writes all of them"


async def test_what_was_paid_for_is_committed_when_the_budget_is_spent_while_quizzes_wait(database: Database) -> None:
    author = Teacher()
    author.latency = 0.05
    budget = Budget(Limit(100, money=False))
    context = await context_of(database, await run_with_contents(database, concepts=6), author, limit=3, budget=budget)
    with pytest.raises(BudgetSpent):
        await asyncio.wait_for(write_contents(context), 60)
    rows = await written(database)
    completed = [key for key, row in rows.items() if row.status == "completed"]
    assert sorted(completed) == sorted(types_of(author.asked)), "every answer that was bought is there"
    assert not [row for row in rows.values() if row.status == "failed"]
    await write_contents(await context_of(database, await next_attempt(database), Teacher()))
    assert {row.status for row in (await written(database)).values()} == {"completed"}


async def test_without_a_writer_of_lessons_nobody_waits_for_ever_and_nothing_is_settled(database: Database) -> None:
    """A graph that is continued in its middle may run the generator of quizzes alone."""
    author = Teacher()
    context = await context_of(database, await run_with_contents(database), author)
    await asyncio.wait_for(make_contents(STATE, Runtime(context=context), QUIZ_GENERATOR), 60)
    assert author.asked == []
    assert (await written(database))[FIRST, ASKED].status == "generating"
