"""Tutorials of several lessons: what is asked, what is kept, and what a death at any commit costs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import pytest
from langgraph.runtime import Runtime
from sqlalchemy import text

from domain.contents import Tutorial
from domain.course.book import ConceptPlan, CourseBook, LessonPlan
from domain.errors import RunFailed, Superseded
from domain.mending import Critique, Remark
from domain.parts import lessons_in
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentStatus, ContentType, SecondLook
from nodes.authors.briefs import AuthorRole, Brief, LessonBrief, LessonCritiqueBrief
from nodes.tutorial_generation import tutorial_generation
from repository.contents.content_queries import states, versions_of
from repository.contents.contents import reopen_contents
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.ledger.calls import known_answers
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.authors import LESSON, ScriptedAuthor
from tests.support.content_process import context_of
from tests.support.rows import accepted, framework

CONCEPT: Final = "c-1-1-1"
REQUEST: Final = LearningRequest(preferences=Preferences(learning_goal="chess", primary_language="en"))
BOOK: Final = CourseBook(
    concepts=[
        ConceptPlan(
            concept_id=CONCEPT,
            lessons=[LessonPlan(lesson_id=f"l{n}", title=f"Part {n}", minutes=5) for n in (1, 2, 3)],
        )
    ]
)


class Mortal(Database):
    """Its process is replaced at the `last` commit: before it, or when it is made and nobody knows yet."""

    last: int | None = None
    after: bool = False
    commits: int = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        if self.last is not None and self.commits >= self.last:
            raise Superseded("gone")
        async with super().transaction() as session:
            yield session
            self.commits += 1
            if self.commits == self.last and not self.after:
                raise Superseded("gone")
        if self.commits == self.last:
            raise Superseded("gone")


@pytest.fixture
async def mortal(database_url: str) -> AsyncIterator[Mortal]:
    database = Mortal(database_url)
    try:
        yield database
    finally:
        await database.close()


class Teacher(ScriptedAuthor):
    """Writes lessons that say their number; those of `broken` fail."""

    def __init__(self, *broken: int) -> None:
        super().__init__({AuthorRole.LESSON: self._lesson})
        self.broken = set(broken)
        self.briefs: list[LessonBrief] = []

    def _lesson(self, brief: Brief[Any], _: Sequence[str]) -> Tutorial:
        assert isinstance(brief, LessonBrief)
        self.briefs.append(brief)
        if brief.index + 1 in self.broken:
            raise RunFailed("no luck")
        title = f"{brief.plan.lessons[brief.index].title} of {len(brief.plan.lessons)}"
        content = f"{LESSON.content}\nIt is shown[^1] in round {len(self.briefs)}.\n\n[^1]: By trying.\n"
        return LESSON.model_copy(update={"title": title, "summary": f"{title}.", "content": content})


async def begun(database: Database, book: CourseBook | None = BOOK) -> Fence:
    """A run that has accepted its framework of one concept of three hours, and its book."""
    fence = await accepted(database, [CONCEPT])
    made = framework(concepts=1)
    made.stages[0].modules[0].concepts[0].estimated_hours = 1.5
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", made)
        if book is not None:
            await execute(
                session, text("UPDATE roadmap_metadata SET course_book = CAST(:book AS jsonb)"),
                {"book": book.model_dump_json()},
            )  # fmt: skip
    return fence


async def write(
    database: Database, fence: Fence, author: ScriptedAuthor, *, round_: int = 0, short: bool = False,
    lesson_id: str | None = None, second_look: SecondLook = "none",
) -> None:  # fmt: skip
    """Write the tutorials as a process that starts now."""
    context = await context_of(database, fence, author, limit=9, round_=round_, second_look=second_look)
    context = replace(context, short_lessons=short, lesson_id=lesson_id)
    await tutorial_generation({"request": REQUEST.model_dump(mode="json")}, Runtime(context=context))


async def payloads(database: Database) -> list[dict[str, Any]]:
    """Newest first."""
    async with database.transaction() as session:
        return [row.payload for row in await versions_of(session, "r-1", CONCEPT, ContentType.TUTORIAL)]


async def reopen(database: Database, fence: Fence, *, anew: bool = False) -> None:
    async with database.transaction() as session:
        if anew:
            await execute(session, text("UPDATE concept_contents SET status = 'pending'"), {})
        await reopen_contents(session, fence.task_id)


async def test_a_chain_is_one_version_that_reads_as_a_tutorial_with_its_lessons_as_parts(database: Database) -> None:
    author = Teacher()
    await write(database, await begun(database), author)
    assert sorted(brief.index for brief in author.briefs) == [0, 1, 2]
    [payload] = await payloads(database)
    tutorial = Tutorial.model_validate(payload)
    assert (tutorial.title, tutorial.estimated_completion_time) == ("C1", 90)
    lessons = lessons_in(payload)
    assert [(lesson.lesson_id, lesson.part.title) for lesson in lessons] == [
        (f"l{n}", f"Part {n} of 3") for n in (1, 2, 3)
    ]
    assert [lesson.tutorial.content.startswith("## One") for lesson in lessons] == [True] * 3
    assert len(payload["section_ids"]) == 9, "each lesson has a heading above those of its author"
    assert tutorial.content.count("[^l2-1]") == 2, "each lesson keeps its own footnote"


async def test_one_lesson_is_written_where_no_book_plans_more(database: Database) -> None:
    fence = await begun(database, None)
    author = Teacher()
    await write(database, fence, author)
    assert [role for role, _ in author.asked] == [AuthorRole.TUTORIAL]
    assert "lessons" not in (await payloads(database))[0]


async def test_short_lessons_bound_the_price_whatever_the_plan_says(database: Database) -> None:
    author = Teacher()
    await write(database, await begun(database), author, short=True)
    assert [role for role, _ in author.asked] == [AuthorRole.TUTORIAL]


async def test_a_book_that_this_version_cannot_read_keeps_no_tutorial_from_being_written(database: Database) -> None:
    fence = await begun(database)
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_metadata SET course_book = '{\"concepts\": 7}'"), {})
    author = Teacher()
    await write(database, fence, author)
    assert [role for role, _ in author.asked] == [AuthorRole.TUTORIAL]


async def test_a_resumed_run_buys_only_the_lesson_that_failed(database: Database) -> None:
    fence, author = await begun(database), Teacher(2)
    await write(database, fence, author)
    async with database.transaction() as session:
        [state] = [one for one in await states(session, "r-1") if one.content_type is ContentType.TUTORIAL]
    assert state.status is ContentStatus.FAILED
    assert (state.last_error or "").startswith("Lesson 2 (Part 2) could not be written: no luck")
    author.broken.clear()
    author.briefs.clear()
    await reopen(database, fence)
    await write(database, fence, author, round_=1)
    assert [brief.index for brief in author.briefs] == [1]
    assert len(lessons_in((await payloads(database))[0])) == 3


async def test_each_lesson_is_looked_at_by_itself_and_mended_in_its_place(database: Database) -> None:
    critics: list[LessonCritiqueBrief] = []

    def critique(brief: Brief[Any], _: Sequence[str]) -> Critique:
        assert isinstance(brief, LessonCritiqueBrief)
        critics.append(brief)
        number = brief.surroundings["lesson_plan"]["number"]
        found = [Remark(quote="A short lesson", problem="A word.", severity="warning", mend=f"Lesson number {number}")]
        if number == 2:
            found.append(Remark(quote="Then\nexplain", problem="No friend is there.", severity="critical"))
        return Critique(findings=found)

    author = Teacher(3)
    author.replies = {**author.replies, AuthorRole.CRITIQUE: critique}
    fence = await begun(database)
    await write(database, fence, author, second_look="all")
    assert len(critics) == 2, "a lesson that is not there is not looked at"
    author.broken.clear()
    await reopen(database, fence)
    await write(database, fence, author, round_=1, second_look="all")
    assert [brief.surroundings["lesson_plan"]["number"] for brief in critics] == [1, 2, 3]
    assert all("Lesson number" not in str(brief.written) for brief in critics)
    async with database.transaction() as session:
        [row] = await versions_of(session, "r-1", CONCEPT, ContentType.TUTORIAL)
    texts = [lesson.tutorial.content for lesson in lessons_in(row.payload)]
    assert [f"Lesson number {number} that stands" in text for number, text in enumerate(texts, start=1)] == [True] * 3
    [doubt] = row.doubts
    assert doubt["message"].startswith("Lesson 2: A second reader objects to “Then explain”")
    assert doubt["part"] == "s6", "the second section of the second lesson, whose title is one too"


async def test_a_resumed_run_keeps_a_lesson_that_was_taken_with_its_doubts(database: Database) -> None:
    class Terse(Teacher):
        def _lesson(self, brief: Brief[Any], objections: Sequence[str]) -> Tutorial:
            written = super()._lesson(brief, objections)
            assert isinstance(brief, LessonBrief)
            plain = written.content.replace("<details>", "").replace("</details>", "")
            return written.model_copy(update={"content": plain}) if brief.index == 0 else written

    fence, author = await begun(database), Terse(2)
    await write(database, fence, author)
    assert [brief.index for brief in author.briefs].count(0) == 3, "it was asked to mend it"
    author.broken.clear()
    author.briefs.clear()
    await reopen(database, fence)
    await write(database, fence, author, round_=1)
    assert [brief.index for brief in author.briefs] == [1]
    async with database.transaction() as session:
        [row] = await versions_of(session, "r-1", CONCEPT, ContentType.TUTORIAL)
    assert [(doubt["rule"], doubt["part"]) for doubt in row.doubts] == [("tutorial.solution", "s1")]
    assert row.doubts[0]["message"].startswith("Lesson 1: ")


async def test_a_retry_of_one_lesson_leaves_the_others_as_they_were_byte_for_byte(database: Database) -> None:
    fence, author = await begun(database), Teacher()
    await write(database, fence, author)
    author.briefs.clear()
    await reopen(database, fence, anew=True)
    await write(database, fence, author, round_=1, lesson_id="l2")
    [brief] = author.briefs
    after, before = map(lessons_in, await payloads(database))
    assert brief.present_version == before[1].tutorial.model_dump(mode="json")
    assert [one.text == other.text for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert [lesson.lesson_id for lesson in after] == ["l1", "l2", "l3"]
    ids = [payload["section_ids"] for payload in await payloads(database)]
    assert len(set(ids[0]) & set(ids[1])) >= 6, "sections of the other lessons keep their ids"


async def test_a_lesson_that_is_gone_fails_the_retry_and_keeps_the_tutorial(database: Database) -> None:
    fence, author = await begun(database), Teacher()
    await write(database, fence, author)
    await reopen(database, fence, anew=True)
    await write(database, fence, author, round_=1, lesson_id="l9")
    assert len(author.briefs) == 3
    assert len(await payloads(database)) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_death_at_any_commit_costs_no_lesson_that_was_committed(
    mortal: Mortal, database: Database, after: bool, subtests: pytest.Subtests
) -> None:
    fence = await begun(database)
    await write(mortal, fence, Teacher())
    commits = mortal.commits
    for last in range(1, commits + 1):
        with subtests.test(last=last):
            async with database.transaction() as session:
                await execute(session, text("TRUNCATE model_calls, content_versions"), {})
                await execute(session, text("UPDATE concept_contents SET status = 'pending', version = 0"), {})
            author = Teacher()
            mortal.last, mortal.after, mortal.commits = last, after, 0
            with pytest.raises(Superseded):
                await write(mortal, fence, author)
            async with database.transaction() as session:
                bought = len(await known_answers(session, fence.task_id))
            asked = len(author.briefs)
            await write(database, fence, author)
            assert len(author.briefs) - asked == 3 - bought, "only what was not committed is asked for again"
            assert len(lessons_in((await payloads(database))[0])) == 3
