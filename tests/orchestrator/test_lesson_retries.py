"""A run over a roadmap whose book plans chains, from the request to what readers and documents show."""

from collections import Counter

import pytest
from sqlalchemy import text

from domain.contents import Tutorial
from domain.course.book import ConceptPlan, CourseBook, LessonPlan
from domain.errors import InvalidInput, NotFound
from domain.parts import lessons_in
from domain.vocabulary import ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from tests.support.authors import ScriptedAuthor

FIRST, SECOND = "c-1-1-1", "c-1-1-2"
BOOK = CourseBook(
    concepts=[
        ConceptPlan(
            concept_id=FIRST, lessons=[LessonPlan(lesson_id=f"l{n}", title=f"Part {n}", minutes=5) for n in (1, 2)]
        ),
        ConceptPlan(concept_id=SECOND, lessons=[LessonPlan(lesson_id="l1", title="All of it", minutes=5)]),
    ]
)


async def lessons(orchestrator: Orchestrator, roadmap_id: str, concept_id: str = FIRST) -> list[str]:
    [newest, *_] = await orchestrator.contents.versions(roadmap_id, concept_id, ContentType.TUTORIAL)
    Tutorial.model_validate(newest.payload)
    return [lesson.text for lesson in lessons_in(newest.payload)]


async def test_a_tutorial_becomes_a_chain_and_one_lesson_of_it_is_retried(
    settings: Settings, database: Database
) -> None:
    author = ScriptedAuthor({AuthorRole.COURSE_BOOK: lambda *_: {}})
    async with Orchestrator.open(settings.model_copy(update={"lessons": "full"}), author=author) as orchestrator:
        created = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        roadmap_id = str(created.roadmap_id)
        assert await lessons(orchestrator, roadmap_id) == [], "there is no book yet"
        with pytest.raises(InvalidInput, match="does not consist of several lessons"):
            await orchestrator.retry(roadmap_id, FIRST, ContentType.TUTORIAL, RetryRequest(lesson_id="l1"))
        async with database.transaction() as session:
            await execute(
                session,
                text("UPDATE roadmap_metadata SET course_book = CAST(:book AS jsonb)"),
                {"book": BOOK.model_dump_json()},
            )
        for concept_id in (FIRST, SECOND):
            task = await orchestrator.retry(roadmap_id, concept_id, ContentType.TUTORIAL)
            assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
        before = await lessons(orchestrator, roadmap_id)
        assert (len(before), await lessons(orchestrator, roadmap_id, SECOND)) == (2, [])
        asked = Counter(author.times_asked())
        with pytest.raises(NotFound, match="l1, l2"):
            await orchestrator.retry(roadmap_id, FIRST, ContentType.TUTORIAL, RetryRequest(lesson_id="l3"))
        with pytest.raises(InvalidInput, match="The quiz of c-1-1-1 does not consist"):
            await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ, RetryRequest(lesson_id="l1"))
        wanted = RetryRequest(lesson_id="l2", instructions="more examples")
        task = await orchestrator.retry(roadmap_id, FIRST, ContentType.TUTORIAL, wanted)
        assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
        assert author.times_asked() - asked == {(AuthorRole.LESSON, FIRST): 1}
        assert (await lessons(orchestrator, roadmap_id))[0] == before[0]
        versions = await orchestrator.contents.versions(roadmap_id, FIRST, ContentType.TUTORIAL)
        assert [version.version for version in versions] == [3, 2, 1]
        [wish] = await orchestrator.wishes.of(roadmap_id, FIRST, ContentType.TUTORIAL)
        assert wish.wish == "For lesson l2 only: more examples", "other lessons are told whose wish it is"
