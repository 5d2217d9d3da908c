"""A course book over whole runs: reviewed with the structure, edited, accepted, versioned, kept, and shown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.course.book import CourseBook, Term
from domain.editing.review import Decision
from domain.errors import Conflict, InvalidInput, NotFound
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole
from nodes.state import as_json
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.roadmaps.roadmaps import get_roadmap_metadata
from tests.support.authors import ScriptedAuthor, nothing
from tests.support.edits import FIRST, NEW, SECOND, THIRD, editing_author

OWN_TERM = Term(term="gambit", meaning="A pawn for a lead.", notation="`x`")


@pytest.fixture
def author() -> ScriptedAuthor:
    return editing_author()


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def under_review(orchestrator: Orchestrator) -> TaskView:
    task = await orchestrator.wait((await orchestrator.create("chess", review=ReviewRequest())).task_id)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    return task


async def decided(orchestrator: Orchestrator, task: TaskView, feedback: str = "") -> TaskView:
    await orchestrator.review(task.task_id, Decision(approved=not feedback, feedback=feedback, by="ann"))
    return await orchestrator.wait(task.task_id)


async def book_of(orchestrator: Orchestrator, task: TaskView, version: int | None = None) -> CourseBook:
    book = await orchestrator.structures.book(task.roadmap_id or "", version)
    assert book is not None
    return book


def with_own_term(book: CourseBook) -> CourseBook:
    return book.model_copy(update={"glossary": [*book.glossary, OWN_TERM]})


async def test_a_book_is_a_draft_in_the_review_and_accepted_with_the_structure(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await under_review(orchestrator)
    draft = await book_of(orchestrator, task)
    assert [one.concept_id for one in draft.concepts] == [FIRST, SECOND, THIRD]
    assert (await orchestrator.structures.book_under_review(task.task_id)) == draft
    ended = await decided(orchestrator, task)
    assert ended.status is TaskStatus.COMPLETED
    roadmap = await orchestrator.roadmap(task.roadmap_id or "")
    assert (roadmap.framework_version, roadmap.course_book) == (1, draft)
    assert set(author.times_asked().values()) == {1}


async def test_an_edit_in_the_review_is_what_is_accepted_and_buys_nothing(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await under_review(orchestrator)
    calls = len(author.asked)
    edited = await orchestrator.edit_book(task.task_id, with_own_term, by="ann", round=1)
    assert edited.glossary[-1] == OWN_TERM
    assert await book_of(orchestrator, task) == edited, "the draft shows it too"
    assert (await orchestrator.task(task.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    assert len(author.asked) == calls
    await decided(orchestrator, task)
    assert await book_of(orchestrator, task) == edited
    [event] = [one for one in await orchestrator.events.page(task.task_id) if one.type == "course_book_edited"]
    assert (event.payload["by"], event.payload["round"]) == ("ann", 1)


async def test_an_edit_survives_a_rejection_and_only_new_concepts_are_planned(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await under_review(orchestrator)
    edited = await orchestrator.edit_book(task.task_id, with_own_term)
    author.asked.clear()
    task = await decided(orchestrator, task, "add drop")
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    book = await orchestrator.structures.book_under_review(task.task_id)
    assert book is not None
    assert author.times_asked()[AuthorRole.CONCEPT_PLANS, None] == 1
    assert author.times_asked()[AuthorRole.COURSE_BOOK, None] == 0
    assert book.glossary == edited.glossary
    assert [one.concept_id for one in book.concepts] == [FIRST, THIRD, NEW]
    assert book.concepts[0] == edited.concepts[0]
    with pytest.raises(Conflict, match="round 2"):
        await orchestrator.edit_book(task.task_id, with_own_term, round=1)


async def test_a_modification_keeps_unchanged_plans_byte_for_byte_and_both_versions(
    orchestrator: Orchestrator, database: Database
) -> None:
    first = await decided(orchestrator, await under_review(orchestrator))
    roadmap_id = first.roadmap_id or ""

    async def stored() -> dict[str, Any]:
        async with database.transaction() as session:
            book = (await get_roadmap_metadata(session, roadmap_id)).course_book
        assert book is not None
        return book

    before = await stored()
    task = await orchestrator.wait((await orchestrator.modify(roadmap_id, "add drop rename")).task_id)
    assert task.status is TaskStatus.COMPLETED
    after = await stored()
    assert [one["concept_id"] for one in after["concepts"]] == [FIRST, THIRD, NEW]
    assert after["concepts"][0] == before["concepts"][0]
    assert after | {"concepts": [], "warnings": []} == before | {"concepts": [], "warnings": []}
    assert "unknown prerequisite" in after["warnings"][0], "of the review of this structure"
    assert as_json(await book_of(orchestrator, first, 1)) == before
    assert as_json(await book_of(orchestrator, first, 2)) == after
    with pytest.raises(NotFound):
        await orchestrator.structures.book(roadmap_id, 3)


async def test_a_roadmap_whose_book_was_unreadable_is_written_without_one_and_says_so(settings: Settings) -> None:
    author = ScriptedAuthor(dict.fromkeys((AuthorRole.COURSE_BOOK, AuthorRole.CONCEPT_PLANS), nothing))
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        assert task.status is TaskStatus.COMPLETED
        assert task.execution_summary is not None
        assert [one["category"] for one in task.execution_summary["warnings"]] == ["no_course_book"]
        roadmap_id = task.roadmap_id or ""
        assert await orchestrator.structures.book(roadmap_id) is None
        author.asked.clear()
        again = await orchestrator.wait((await orchestrator.modify(roadmap_id, "add")).task_id)
        assert again.status is TaskStatus.FAILED, "the scripted plan changes nothing"
        assert AuthorRole.COURSE_BOOK not in {role for role, _ in author.asked}


@pytest.mark.slow
async def test_a_book_that_does_not_fit_is_refused_and_nothing_is_stored(orchestrator: Orchestrator) -> None:
    task = await under_review(orchestrator)
    before = await book_of(orchestrator, task)
    for wrong in (
        before.model_copy(update={"warnings": ["a\x00b"]}),
        before.model_copy(update={"warnings": ["\ud83d"]}),
        before.model_copy(update={"concepts": [before.concepts[0].model_copy(update={"concept_id": "c-9"})]}),
    ):
        with pytest.raises(InvalidInput, match="The course book cannot be used"):
            await orchestrator.edit_book(task.task_id, wrong)
    assert await book_of(orchestrator, task) == before
    with pytest.raises(NotFound):
        await orchestrator.edit_book("nobody", before)
    await decided(orchestrator, task)
    with pytest.raises(Conflict, match="waits for no review"):
        await orchestrator.edit_book(task.task_id, before)


async def test_edits_of_two_reviewers_both_count(orchestrator: Orchestrator) -> None:
    task = await under_review(orchestrator)
    other = Term(term="zugzwang", meaning="Every move is bad.")

    def add(term: Term) -> Any:
        return lambda book: book.model_copy(update={"glossary": [*book.glossary, term]})

    await asyncio.gather(*(orchestrator.edit_book(task.task_id, add(term)) for term in (OWN_TERM, other)))
    assert {term.term for term in (await book_of(orchestrator, task)).glossary} == {"move", "gambit", "zugzwang"}


async def test_a_review_without_a_book_is_approved_and_its_contents_are_written(settings: Settings) -> None:
    """As a run is that an older version has parked: its checkpoint knows no book."""
    author = ScriptedAuthor({AuthorRole.COURSE_BOOK: nothing})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await under_review(orchestrator)
        assert await orchestrator.structures.book_under_review(task.task_id) is None
        ended = await decided(orchestrator, task)
        assert ended.status is TaskStatus.COMPLETED
        assert await orchestrator.structures.book(task.roadmap_id or "") is None


async def test_a_person_can_write_the_book_that_no_model_wrote(settings: Settings) -> None:
    author = ScriptedAuthor({AuthorRole.COURSE_BOOK: nothing})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await under_review(orchestrator)
        await orchestrator.edit_book(task.task_id, CourseBook(glossary=[OWN_TERM]))
        ended = await decided(orchestrator, task)
        assert ended.status is TaskStatus.COMPLETED
        assert (await book_of(orchestrator, task)).glossary == [OWN_TERM]
