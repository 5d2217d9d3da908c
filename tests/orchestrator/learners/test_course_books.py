"""The course book of a roadmap reaches the authors of all its contents, and only a roadmap that has one."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import update

from domain.course.book import CourseBook
from domain.vocabulary import ContentType, Step, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from nodes.authors.prompting.prompts import prompt_for
from nodes.ledger.requests import AuthorRequest, call_key
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.tables.roadmaps import RoadmapRow
from tests.support.authors import DEFAULTS, ScriptedAuthor, nothing
from tests.support.books import BOOK

FIRST, SECOND = "c-1-1-1", "c-1-1-2"


class Asked(ScriptedAuthor):
    """Keeps the briefs of contents."""

    def __init__(self) -> None:
        contents = {AuthorRole(content_type.value): self._keep for content_type in ContentType}
        super().__init__({**contents, AuthorRole.COURSE_BOOK: nothing})
        self.briefs: list[ContentBrief[Any]] = []

    def _keep(self, brief: Brief[Any], _: Sequence[str]) -> BaseModel:
        assert isinstance(brief, ContentBrief)
        self.briefs.append(brief)
        return DEFAULTS[brief.role]


@pytest.fixture
def author() -> Asked:
    return Asked()


@pytest.fixture
async def orchestrator(settings: Settings, author: Asked) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator) -> str:
    task = await orchestrator.create("chess")
    await orchestrator.wait(task.task_id)
    assert task.roadmap_id is not None
    return task.roadmap_id


async def store_book(orchestrator: Orchestrator, book: object) -> None:
    async with orchestrator._resources.database.transaction() as session:
        await session.exec(update(RoadmapRow).values(course_book=book))


async def rewritten(orchestrator: Orchestrator, author: Asked, roadmap_id: str) -> list[ContentBrief[Any]]:
    """Rewrite all contents of the second concept and return their briefs."""
    author.briefs.clear()
    for content_type in ContentType:
        task = await orchestrator.retry(roadmap_id, SECOND, content_type, RetryRequest())
        assert (await orchestrator.wait(task.task_id)).status == TaskStatus.COMPLETED
    return author.briefs


async def test_every_content_of_a_roadmap_with_a_book_is_asked_for_with_it(
    orchestrator: Orchestrator, author: Asked, roadmap_id: str
) -> None:
    await store_book(orchestrator, BOOK.model_dump(mode="json"))
    briefs = await rewritten(orchestrator, author, roadmap_id)
    assert {brief.content_type for brief in briefs} == set(ContentType)
    assert all(brief.book == BOOK for brief in briefs)
    prompts = [prompt_for(brief) for brief in briefs]
    assert len({(prompt.system, prompt.course) for prompt in prompts}) == 1
    assert '"name": "A2", "teaches": "WHERE' in prompts[0].course
    assert "can combine conditions" in prompts[0].user.partition("<data>")[2]
    assert "can sort a result" in prompts[0].user.partition("<data>")[2], "an outcome of its prerequisite"


async def test_a_roadmap_without_a_book_is_written_without_one(author: Asked, roadmap_id: str) -> None:
    assert roadmap_id
    assert author.briefs
    assert all(brief.book is None and brief.framework is None for brief in author.briefs)


@pytest.mark.parametrize("stored", [[], "book", {"glossary": 7}, {"concepts": [{"outcomes": []}]}])
async def test_a_book_that_cannot_be_read_fails_no_content(
    orchestrator: Orchestrator, author: Asked, roadmap_id: str, stored: object
) -> None:
    await store_book(orchestrator, stored)
    briefs = await rewritten(orchestrator, author, roadmap_id)
    assert len(briefs) == 3
    assert all(brief.book is None for brief in briefs)


async def test_a_book_of_another_version_is_read_as_far_as_it_is_known(
    orchestrator: Orchestrator, author: Asked, roadmap_id: str
) -> None:
    await store_book(
        orchestrator, {"concepts": [{"concept_id": SECOND, "outcomes": None}], "songs": [], "example": None}
    )
    briefs = await rewritten(orchestrator, author, roadmap_id)
    assert all(isinstance(brief.book, CourseBook) for brief in briefs)
    assert '"A1"' in prompt_for(briefs[0]).course


async def test_a_book_changes_no_key_of_the_ledger(orchestrator: Orchestrator, author: Asked, roadmap_id: str) -> None:
    """A stored run that goes on after the book was edited buys no answer twice."""
    await store_book(orchestrator, BOOK.model_dump(mode="json"))
    for brief in await rewritten(orchestrator, author, roadmap_id):
        plain = brief.model_copy(update={"book": None, "framework": None})
        keys = {call_key(AuthorRequest(Step.QUIZ_GENERATION, asked), 0, 0, []) for asked in (brief, plain)}
        assert len(keys) == 1
        other = brief.model_copy(update={"lesson_hash": "0" * 64})
        assert call_key(AuthorRequest(Step.QUIZ_GENERATION, other), 0, 0, []) not in keys, "another lesson is told"
