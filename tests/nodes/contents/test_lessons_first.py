"""Quizzes and links are asked for when the lesson of their concept is settled, whatever dies in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import pytest
from langgraph.runtime import Runtime
from sqlalchemy import text

from domain.contents import KeyAnswer, Quiz, QuizKey, Resources, Tutorial
from domain.course.lesson_use import NEEDS_LESSON
from domain.errors import BudgetSpent, ModelDenied, RunFailed
from domain.mending import Critique, Remark
from domain.vocabulary import ContentType, SecondLook, TaskStatus, TaskType
from nodes.authors.port import AuthorRole, Brief, CallFailed, ContentBrief, QuizCritiqueBrief, QuizKeyBrief
from nodes.contents.content_step import make_contents
from nodes.contents.lesson_signals import LessonSignals
from nodes.contents.turns import Turns
from nodes.ledger.budget import Budget, Limit
from nodes.quiz_generation import QUIZ as QUIZ_GENERATOR
from repository.db.database import Database, execute
from repository.db.fence import Fence
from repository.roadmaps.contents import save_version
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL, ScriptedAuthor
from tests.support.content_process import (
    STATE,
    Died,
    Mortal,
    calls_by_step,
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


class Teacher(ScriptedAuthor):
    """Notes the lesson of every brief; lessons of the concepts in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        super().__init__(
            {
                AuthorRole.TUTORIAL: self._lesson,
                AuthorRole.RESOURCES: self._links,
                AuthorRole.QUIZ: self._quiz,
                AuthorRole.CRITIQUE: self._critique,
                AuthorRole.QUIZ_KEY: self._key,
            }
        )
        self.broken = set(broken)
        self.lessons: dict[tuple[str, str], tuple[str, str]] = {}
        """(text, hash) of the lesson in a brief, by concept id and content type."""

    def _lesson(self, brief: Brief[Any], _: Sequence[str]) -> Tutorial:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id in self.broken:
            raise RunFailed("no luck")
        return TUTORIAL.model_copy(update={"content": f"{TUTORIAL.content}\nAbout {brief.concept.name}.\n"})

    def _links(self, brief: Brief[Any], _: Sequence[str]) -> Resources:
        self._note(brief)
        return RESOURCES

    def _quiz(self, brief: Brief[Any], _: Sequence[str]) -> Quiz:
        self._note(brief)
        return QUIZ

    def _critique(self, brief: Brief[Any], _: Sequence[str]) -> Critique:
        """Mend a word of each lesson and of a question of each quiz."""
        of_quiz = isinstance(brief, QuizCritiqueBrief)
        quote, mend = ("What is 1 and one?", "What are 1 and one?") if of_quiz else ("A short", "A brief")
        return Critique(findings=[Remark(quote=quote, problem="A word.", severity="warning", mend=mend)])

    def _key(self, brief: Brief[Any], _: Sequence[str]) -> QuizKey:
        assert isinstance(brief, QuizKeyBrief)
        return QuizKey(answers=[KeyAnswer(question_id=one.question_id, correct_answer=[0]) for one in brief.questions])

    def _note(self, brief: Brief[Any]) -> None:
        assert isinstance(brief, ContentBrief)
        self.lessons[brief.concept.concept_id, brief.content_type] = brief.lesson, brief.lesson_hash


@pytest.fixture
async def mortal(database_url: str) -> AsyncIterator[Callable[[], Mortal]]:
    made: list[Mortal] = []

    def make() -> Mortal:
        made.append(Mortal(database_url))
        return made[-1]

    yield make
    for database in made:
        await database.close()


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


@dataclass(frozen=True)
class Scenario:
    """What a run that is killed was to do, for one concept."""

    broken: tuple[str, ...] = ()
    """Concepts whose lesson fails."""
    second_look: SecondLook = "none"
    """What is looked at, so that its ledger row is committed before it is."""

    async def run(self, database: Database, fence: Fence, roadmap_id: str) -> Teacher:
        author = Teacher(*self.broken)
        context = await context_of(database, fence, author, roadmap_id=roadmap_id, second_look=self.second_look)
        if isinstance(database, Mortal):
            database.commits = 0
        await write_contents(context)
        return author


SCENARIOS: Final = {
    "written": Scenario(),
    "lesson fails": Scenario(broken=(FIRST,)),
    "looked at": Scenario(second_look="quiz"),
    "all looked at": Scenario(second_look="all"),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
async def test_killed_at_any_commit_a_run_goes_on_with_the_same_lesson_and_buys_nothing_twice(
    database: Database, mortal: Callable[[], Mortal], scenario: Scenario
) -> None:
    unhurt = mortal()
    await scenario.run(unhurt, await run_with_contents(database, "r-0", "t-0"), "r-0")
    needed = await calls_by_step(database, "t-0")
    assert unhurt.commits > 10
    for commit in range(1, unhurt.commits + 1):
        for after in (False, True):
            await die_and_go_on(database, mortal(), commit, after, scenario, needed)


async def die_and_go_on(
    database: Database, mortal: Mortal, commit: int, after: bool, scenario: Scenario, needed: Counter[str]
) -> None:
    where = f"{'after' if after else 'before'} {commit}"
    roadmap_id, task_id = f"r-{commit}-{after}", f"t-{commit}-{after}"
    fence = await run_with_contents(database, roadmap_id, task_id)
    mortal.last, mortal.after = commit, after
    with suppress(Died):  # groups of commits differ from run to run: there may be fewer than in the unhurt one
        await scenario.run(mortal, fence, roadmap_id)
    bought = await calls_by_step(database, task_id)
    author = await scenario.run(database, await next_attempt(database, task_id), roadmap_id)
    assert await calls_by_step(database, task_id) == needed, where
    answered = [role for role, _ in author.asked if not (role is AuthorRole.TUTORIAL and scenario.broken)]
    assert len(answered) == (needed - bought).total(), f"{where}: {author.asked}"
    rows = await written(database, roadmap_id)
    lesson = rows[FIRST, LESSON]
    assert {row.lesson_hash for key, row in rows.items() if key[1] != LESSON and row.version} == {lesson.payload_hash}
    assert rows[FIRST, LINKS].status == "completed", where
    ended = "failed" if scenario.broken else "completed"
    assert (lesson.status, rows[FIRST, ASKED].status) == (ended, ended), where
    if scenario.second_look == "all":
        assert (lesson.payload_hash, rows[FIRST, ASKED].payload_hash) == await looked_at(database), where
    if scenario.broken:
        assert (rows[FIRST, ASKED].last_error or "").startswith(NEEDS_LESSON), where


async def looked_at(database: Database) -> tuple[str | None, str | None]:
    """The hashes of the mended lesson and quiz of the run that nobody killed."""
    rows = await written(database, "r-0")
    return rows[FIRST, LESSON].payload_hash, rows[FIRST, ASKED].payload_hash


async def test_turns_are_given_in_learning_order_among_those_that_are_ready() -> None:
    signals = LessonSignals()
    with signals.writing(), signals.following() as news:
        turns = Turns(["a", "b", "c", "d"], {"a", "c"})
        releasing = asyncio.ensure_future(turns.release(news))
        assert [await anext(turns), await anext(turns)] == ["b", "d"]
        signals.settle("unknown", None)
        signals.settle("c", None)
        assert await anext(turns) == "c"
        last = asyncio.ensure_future(anext(turns))
        await asyncio.sleep(0)
        assert not last.done()
        signals.settle("a", None)
        assert await last == "a"
        await releasing
        with pytest.raises(StopAsyncIteration):
            await anext(turns)


async def test_news_of_a_writer_that_begins_late_are_waited_for() -> None:
    signals = LessonSignals(writer_timeout=30)
    with signals.following() as news:
        waiting = asyncio.ensure_future(news.next())
        await asyncio.sleep(0)
        with signals.writing():
            signals.settle("a", None)
        assert await waiting == "a"
        assert await news.next() is None
