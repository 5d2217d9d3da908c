"""Runs for the goal of a recorded course: played through the graph, checked as a model's answers, and named so."""

from collections.abc import AsyncIterator

import pytest

from domain.request import LearningRequest
from domain.vocabulary import ContentType, TaskStatus
from nodes.offline.author import OfflineAuthor
from nodes.offline.recordings import RecordedCourse, courses
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from tests.support.recorded import preferences_for

COURSES = {course.key: course for course in courses()}
GO = COURSES["go-backend"]
SAID = "Recorded from a chat model in December 2026, and played back"


@pytest.fixture
async def offline(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=OfflineAuthor()) as orchestrator:
        yield orchestrator


async def created(orchestrator: Orchestrator, course: RecordedCourse) -> TaskView:
    task = await orchestrator.create(LearningRequest(preferences=preferences_for(course)))
    return await orchestrator.wait(task.task_id)


@pytest.mark.slow
@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
async def test_a_run_plays_the_whole_course_and_asks_for_nothing_twice(
    offline: Orchestrator, course: RecordedCourse
) -> None:
    made = await created(offline, course)
    assert made.status is TaskStatus.COMPLETED
    assert not (made.execution_summary or {}).get("warnings")
    roadmap = await offline.roadmap(str(made.roadmap_id))
    assert roadmap.plan_author == course.author
    assert roadmap.framework is not None
    names = [concept.name for concept in roadmap.framework.concepts()]
    assert names == [concept.head.name for concept in course.concepts.values()]
    assert roadmap.course_book is not None
    assert [len(plan.outcomes) for plan in roadmap.course_book.concepts] == [
        len(concept.head.outcomes) for concept in course.concepts.values()
    ]
    costs = await offline.metrics.expenses(task_id=made.task_id)
    assert {cost.model for cost in costs} == {course.author}
    assert sum(cost.rejected for cost in costs) == 0

    manuscript = await offline.roadmaps.export(str(made.roadmap_id))
    assert SAID in roadmap_document(manuscript)
    assert SAID in html_document(manuscript)


async def test_a_retry_plays_the_same_again_and_an_edit_is_made_by_rules(offline: Orchestrator) -> None:
    made = await created(offline, GO)
    roadmap_id = str(made.roadmap_id)
    before = await offline.contents.newest(roadmap_id, "c-1-1-2")
    task = await offline.retry(roadmap_id, "c-1-1-2", ContentType.TUTORIAL, RetryRequest())
    assert (await offline.wait(task.task_id)).status is TaskStatus.COMPLETED
    after = await offline.contents.newest(roadmap_id, "c-1-1-2")
    lessons = [next(row for row in rows if row.content_type == "tutorial") for rows in (before, after)]
    assert [lesson.version for lesson in lessons] == [1, 2]
    assert [lesson.author for lesson in lessons] == [GO.author, GO.author]
    assert lessons[0].payload["content"] == lessons[1].payload["content"]

    task = await offline.modify(roadmap_id, "add concept Generics to m-1-1")
    assert (await offline.wait(task.task_id)).status is TaskStatus.COMPLETED
    roadmap = await offline.roadmap(roadmap_id)
    assert roadmap.framework is not None
    added = next(concept for concept in roadmap.framework.concepts() if concept.name == "Generics")
    assert {row.author for row in await offline.contents.newest(roadmap_id, added.concept_id)} == {"offline"}
    assert {row.author for row in await offline.contents.newest(roadmap_id, "c-1-1-1")} == {GO.author}
