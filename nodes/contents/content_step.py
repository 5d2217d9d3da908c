"""Generators: find the unfinished contents of a type; ask for, check and commit each, or commit why it failed.

A failure stays with its content, since a raised error would cancel the siblings. Only what ends the whole run is
raised: a refusing fence, a lost database, a denied model, a spent budget.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Generic

from langgraph.runtime import Runtime

from domain.content_types import CONTENT_SPECS
from domain.course.lesson_use import LESSON, LessonUse
from domain.errors import BudgetSpent, DatabaseUnavailable, ModelDenied, Superseded
from domain.framework import Concept
from domain.request import LearningRequest
from nodes.authors.briefs import C, ContentBrief
from nodes.authors.reading.gate import storable_text
from nodes.contents.content_brief import book_of, content_brief, expected_of, neighbours
from nodes.contents.earlier import Earlier, earlier_of, look_before
from nodes.contents.lesson import lesson_of, lessons_to_wait_for
from nodes.contents.lesson_chain import planned_chain, write_chain
from nodes.contents.lesson_signals import Lesson, LessonNews
from nodes.contents.store import ContentStore
from nodes.contents.turns import Turns
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest, Look, Reread
from nodes.state import RunState
from repository.contents.contents import begin_contents, lock_contents_of
from repository.db.database import Session
from repository.db.group_commit import SharedCommits
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata


@dataclass(frozen=True, slots=True)
class Generator(Generic[C]):
    """Declaration of a content type for runs: how its contents are asked for."""

    brief: type[ContentBrief[C]]
    prepare: Callable[[RunContext, ContentBrief[C]], Awaitable[ContentBrief[C]]] | None = None
    """Completes a brief before the author is asked, such as with pages that a search found."""
    look: Callable[[RunContext, ContentBrief[C], int], Look[C] | None] | None = None
    """Returns the closer look at answers to a brief with that position in learning order; None where none is due."""
    reread: Callable[[RunContext, AuthorRequest[C]], Reread[C] | None] | None = None
    """Returns the last reading of an answer before it is saved; None where the settings ask for none."""
    clean: Callable[[C], C] | None = None
    """Takes out of an answer without a closer look what no author can know."""
    finish: Callable[[C, str], C] | None = None
    """Completes an answer by code before it is stored, such as by shuffling options with that seed of the content."""
    identify: Callable[[C, Sequence[Any]], C] | None = None
    """Gives the parts of an answer their ids; the second argument holds the payloads of former versions."""
    lesson: LessonUse = LessonUse.NONE
    """Whether its contents are made from the lesson of their concept, and so wait until that is settled."""


async def make_contents(state: RunState, runtime: Runtime[RunContext], generator: Generator[C]) -> RunState:
    """Write every unfinished content of one type that the run holds, as the rows say. Changes nothing in the state."""
    signals = runtime.context.lessons
    writes_lessons = generator.brief.content_type is LESSON
    with signals.writing() if writes_lessons else nullcontext(), signals.following() as news:
        await _make_all(state, runtime.context, generator, news)
    if runtime.context.ledger.stopped:
        await runtime.context.ledger.wait_until_idle()
        raise runtime.context.ledger.stopped
    return {}


async def _make_all(state: RunState, context: RunContext, generator: Generator[C], news: LessonNews) -> None:
    content_type = generator.brief.content_type
    begun = set(await context.commit(lambda session: begin_contents(session, context.fence, content_type)))
    if not begun:
        return
    before = await look_before(context, content_type, list(begun))
    waiting = await lessons_to_wait_for(context, generator.lesson, list(begun))
    roadmap = await context.commit(lambda session: get_roadmap_metadata(session, context.roadmap_id))
    framework, book = framework_of(roadmap), book_of(roadmap)
    request = LearningRequest.model_validate(state["request"])
    concepts = framework.concepts()
    names = {concept.concept_id: concept.name for concept in concepts}
    places = {place.concept.concept_id: (order, place) for order, place in enumerate(framework.walk())}
    turns = Turns([concept_id for concept_id in places if concept_id in begun], waiting)

    async def hold(session: Session, concept_ids: Sequence[str]) -> None:
        await lock_contents_of(session, context.roadmap_id, content_type, concept_ids)

    shared = SharedCommits(context.database, context.fence, hold)

    async def write_one_after_another() -> None:
        async for concept_id in turns:  # the same for all writers
            if context.ledger.stopped:
                return
            order, place = places[concept_id]
            asked = context.instructions or before.asked.get(concept_id, "")
            brief = content_brief(generator.brief, request, framework, place, names, asked, book)
            with context.ledger.at_work():
                lesson = await lesson_of(context, generator.lesson, concept_id)
                if lesson is None:
                    continue
                earlier = await earlier_of(context, before, concept_id, content_type)
                brief = lesson.added_to(earlier.added_to(brief))
                if generator.prepare is not None:
                    brief = await generator.prepare(context, brief)
                others = neighbours(concepts, order)
                written = await _make_content(context, generator, brief, order, others, shared, earlier, lesson)
            if content_type is LESSON:
                context.lessons.settle(concept_id, written)

    try:
        async with shared, asyncio.TaskGroup() as group:
            group.create_task(turns.release(news))
            for _ in range(min(len(begun), context.ledger.max_pending_requests)):
                group.create_task(write_one_after_another())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _make_content(
    context: RunContext,
    generator: Generator[C],
    brief: ContentBrief[C],
    order: int,
    others: Sequence[Concept],
    shared: SharedCommits,
    earlier: Earlier,
    lesson: Lesson,
) -> Lesson | None:
    """Ask for one content and commit it, or commit why it failed. Return what was committed, if it is a lesson."""
    concept_id, content_type = brief.concept.concept_id, brief.content_type
    spec = CONTENT_SPECS[content_type]

    def request_of(own: ContentBrief[Any], *, reuses_rounds: bool = False, **expectations: Any) -> AuthorRequest[Any]:
        """Return the request for the content, or for a part of it. `expectations`: fields of Expected that differ."""
        expected = replace(expected_of(own, any_language=context.any_language, others=others), **expectations)
        request: AuthorRequest[Any] = AuthorRequest(
            spec.step,
            own,
            lambda content: list(spec.check(content, expected)),
            look=generator.look(context, own, order) if generator.look is not None else None,
            subject=(concept_id, content_type),
            order=order,
            reuses_rounds=reuses_rounds,
        )
        return request if generator.reread is None else replace(request, reread=generator.reread(context, request))

    request: AuthorRequest[C] = request_of(brief)

    def finish(content: C) -> C:
        if generator.clean is not None and request.look is None:
            content = generator.clean(content)
        if generator.finish is not None:
            content = generator.finish(content, f"{context.roadmap_id} {concept_id}")
        return content if generator.identify is None else generator.identify(content, earlier.payloads)

    store = ContentStore[C](context, concept_id, content_type, shared, finish, lesson.payload_hash)
    if lesson.problem is not None:
        await store.fail(lesson.problem)
        return None
    try:
        if (chain := planned_chain(context, brief, earlier)) is not None:
            await write_chain(context, chain, brief, request_of, store)
        else:
            await context.ledger.ask(request, save=store)
    except (Superseded, DatabaseUnavailable):
        raise
    except (ModelDenied, BudgetSpent):
        return None  # the ledger is stopped, and the run ends when what is paid for is committed
    except Exception as error:
        await store.fail(storable_text(error) or type(error).__name__)
        return None
    if store.saved is not None:
        store.tell("content_completed", version=store.saved.version)
    return store.lesson
