"""Generators: find the unfinished contents of a type; ask for, check and commit each, or commit why it failed.

A failure stays with its content, since a raised error would cancel the siblings. Only what ends the whole run is
raised: a refusing fence, a lost database, a denied model, a spent budget.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

from langgraph.runtime import Runtime

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.content_types import CONTENT_SPECS
from domain.errors import BudgetSpent, DatabaseUnavailable, ModelDenied, Superseded
from domain.framework import Concept, ConceptPlace, Framework
from domain.request import LearningRequest
from domain.vocabulary import ContentType
from nodes.authors.port import C, ContentBrief
from nodes.authors.reading.gate import storable_text
from nodes.contents.earlier import earlier_of, look_before
from nodes.context import RunContext
from nodes.ledger.requests import Answered, AuthorRequest, Look
from nodes.state import RunState, as_json
from repository.db.database import Session
from repository.db.group_commit import SharedCommits, Work
from repository.roadmaps.contents import begin_contents, fail_content, lock_contents_of, save_version
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata

NEIGHBOURS: Final = 30
"""Concepts on each side whose terms are compared with those of a content."""


@dataclass(frozen=True, slots=True)
class Generator(Generic[C]):
    """Declaration of a content type for runs: how its contents are asked for."""

    brief: type[ContentBrief[C]]
    prepare: Callable[[RunContext, ContentBrief[C]], Awaitable[ContentBrief[C]]] | None = None
    """Completes a brief before the author is asked, such as with pages that a search found."""
    look: Callable[[RunContext, ContentBrief[C], int], Look[C] | None] | None = None
    """Returns the closer look at answers to a brief with that position in learning order; None where none is due."""
    clean: Callable[[C], C] | None = None
    """Takes out of an answer without a closer look what no author can know."""
    finish: Callable[[C, str], C] | None = None
    """Completes an answer by code before it is stored, such as by shuffling options with that seed of the content."""
    identify: Callable[[C, Sequence[Any]], C] | None = None
    """Gives the parts of an answer their ids; the second argument holds the payloads of former versions."""


async def make_contents(state: RunState, runtime: Runtime[RunContext], generator: Generator[C]) -> RunState:
    """Write every unfinished content of one type that the run holds, as the rows say. Changes nothing in the state."""
    context = runtime.context
    content_type = generator.brief.content_type
    begun = await context.commit(lambda session: begin_contents(session, context.fence, content_type))
    if not begun:
        return {}
    missing = set(begun)
    before = await look_before(context, content_type, begun)
    roadmap = await context.commit(lambda session: get_roadmap_metadata(session, context.roadmap_id))
    framework = framework_of(roadmap)
    request = LearningRequest.model_validate(state["request"])
    concepts = framework.concepts()
    names = {concept.concept_id: concept.name for concept in concepts}
    places = ((order, place) for order, place in enumerate(framework.walk()) if place.concept.concept_id in missing)

    async def hold(session: Session, concept_ids: Sequence[str]) -> None:
        await lock_contents_of(session, context.roadmap_id, content_type, concept_ids)

    shared = SharedCommits(context.database, context.fence, hold)

    async def write_one_after_another() -> None:
        for order, place in places:  # one iterator for all writers
            if context.ledger.stopped:
                return
            brief = _brief(generator.brief, request, framework, place, names, context.instructions)
            with context.ledger.at_work():
                earlier = await earlier_of(context, before, place.concept.concept_id, content_type)
                brief = earlier.added_to(brief)
                if generator.prepare is not None:
                    brief = await generator.prepare(context, brief)
                others = _neighbours(concepts, order)
                await _make_content(context, generator, brief, order, others, shared, earlier.payloads)

    try:
        async with shared, asyncio.TaskGroup() as group:
            for _ in range(min(len(missing), context.ledger.max_pending_requests)):
                group.create_task(write_one_after_another())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if context.ledger.stopped:
        await context.ledger.wait_until_idle()
        raise context.ledger.stopped
    return {}


def _brief(
    brief_type: type[ContentBrief[C]],
    request: LearningRequest,
    framework: Framework,
    place: ConceptPlace,
    names: dict[str, str],
    instructions: str,
) -> ContentBrief[C]:
    return brief_type(
        preferences=request.preferences,
        roadmap_title=framework.title,
        stage_name=place.stage.name,
        module_name=place.module.name,
        concept=place.concept,
        prerequisite_names=[names[needed] for needed in place.concept.prerequisites if needed in names],
        instructions=instructions,
    )


def _neighbours(concepts: Sequence[Concept], order: int) -> list[Concept]:
    """Return the concepts before and after one in learning order, those whose content it may be mistaken for."""
    return [*concepts[max(0, order - NEIGHBOURS) : order], *concepts[order + 1 : order + 1 + NEIGHBOURS]]


def expected_of(brief: ContentBrief[C], *, any_language: bool, others: Sequence[Concept] = ()) -> Expected:
    """Return what an answer to a brief is checked against.

    `any_language`: its author writes every language. `others`: other concepts of the roadmap.
    """
    given = [brief.concept.name, brief.concept.description, *brief.concept.keywords, *brief.prerequisite_names]
    given += [brief.roadmap_title, brief.stage_name, brief.module_name]
    given += [brief.preferences.learning_goal, brief.instructions]
    return Expected(
        hours=brief.concept.estimated_hours,
        language=brief.preferences.primary_language if any_language else None,
        given="\n".join(given),
        subject=_subject(brief.concept),
        others=tuple(map(_subject, others)),
    )


def _subject(concept: Concept) -> Subject:
    return Subject(concept.name, concept.description, tuple(concept.keywords))


@dataclass(slots=True)
class _ContentStore(Generic[C]):
    """Stores the text of one content as its next version."""

    context: RunContext
    concept_id: str
    content_type: ContentType
    shared: SharedCommits
    finish: Callable[[C], C]
    """Applied to an answer before it is stored."""
    version: int | None = None
    """The version that was written; None before, and where another task has claimed the content since."""

    def begin(self) -> None:
        self.tell("content_started")

    async def write(self, session: Session, answered: Answered[C]) -> None:
        content = self.finish(answered.value)
        self.version = await save_version(
            session,
            self.context.fence,
            self.context.roadmap_id,
            self.concept_id,
            self.content_type,
            as_json(content),
            answered.call,
            answered.doubts,
        )

    async def commit(self, work: Work) -> None:
        await self.shared.commit(self.concept_id, work)

    async def fail(self, reason: str) -> None:
        """Commit that the run could not write the content. The reason may quote anything from outside."""
        reason = storable_text(reason)
        context = self.context
        await context.commit(
            lambda session: fail_content(
                session, context.fence, context.roadmap_id, self.concept_id, self.content_type, reason
            )
        )
        self.tell("content_failed", reason=reason)

    def tell(self, event_type: str, **payload: Any) -> None:
        self.context.tell(event_type, concept_id=self.concept_id, content_type=self.content_type, **payload)


async def _make_content(
    context: RunContext,
    generator: Generator[C],
    brief: ContentBrief[C],
    order: int,
    others: Sequence[Concept],
    shared: SharedCommits,
    earlier: Sequence[Any],
) -> None:
    """Ask for one content and commit it, or commit why it failed."""
    concept_id, content_type = brief.concept.concept_id, brief.content_type
    spec = CONTENT_SPECS[content_type]
    expected = expected_of(brief, any_language=context.any_language, others=others)
    look = generator.look(context, brief, order) if generator.look is not None else None
    request = AuthorRequest(
        spec.step,
        brief,
        lambda content: list(spec.check(content, expected)),
        look=look,
        subject=(concept_id, content_type),
        order=order,
    )

    def finish(content: C) -> C:
        if generator.clean is not None and look is None:
            content = generator.clean(content)
        if generator.finish is not None:
            content = generator.finish(content, f"{context.roadmap_id} {concept_id}")
        return content if generator.identify is None else generator.identify(content, earlier)

    store = _ContentStore[C](context, concept_id, content_type, shared, finish)
    try:
        await context.ledger.ask(request, save=store)
    except (Superseded, DatabaseUnavailable):
        raise
    except (ModelDenied, BudgetSpent):
        return  # the ledger is stopped, and the run ends when what is paid for is committed
    except Exception as error:
        await store.fail(storable_text(error) or type(error).__name__)
    else:
        if store.version is not None:
            store.tell("content_completed", version=store.version)
