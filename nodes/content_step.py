"""What the three generators share: find the contents that are missing, and for each ask, check, commit or fail.

A failure stays with its content: a raised error would cancel the siblings. Only what ends the whole run is raised:
a fence that refuses, a database that is gone, a model that lets nobody in, a budget that is spent.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from langgraph.runtime import Runtime

from domain.checks import Expected
from domain.content_types import GENERATOR_OF, check_content
from domain.errors import BudgetSpent, DatabaseUnavailable, ModelDenied, Superseded
from domain.framework import ConceptPlace, Framework
from domain.request import LearningRequest
from domain.vocabulary import ContentType
from nodes.authors.port import C, ContentBrief, ResourcesBrief
from nodes.context import RunContext
from nodes.ledger.requests import Answered, AuthorRequest
from nodes.state import RunState, as_json
from nodes.verification.examination import look_for, without_claims
from repository.db.database import Session
from repository.db.group_commit import SharedCommits, Work
from repository.roadmaps.contents import begin_contents, fail_content, hold_contents, save_version
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata


async def make_contents(state: RunState, runtime: Runtime[RunContext], brief_type: type[ContentBrief[C]]) -> None:
    """Write every unfinished content of one type that the run holds. The rows say which."""
    context = runtime.context
    begun = await context.commit(lambda session: begin_contents(session, context.fence, brief_type.content_type))
    if not begun:
        return
    missing = set(begun)
    roadmap = await context.commit(lambda session: get_roadmap_metadata(session, context.roadmap_id))
    framework = framework_of(roadmap)
    request = LearningRequest.model_validate(state["request"])
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    places = ((order, place) for order, place in enumerate(framework.walk()) if place.concept.concept_id in missing)

    async def hold(session: Session, concept_ids: Sequence[str]) -> None:
        await hold_contents(session, context.roadmap_id, brief_type.content_type, concept_ids)

    shared = SharedCommits(context.database, context.fence, hold)

    async def write_one_after_another() -> None:
        for order, place in places:  # shared by all who write
            if context.ledger.stopped:
                return
            brief = _brief(brief_type, request, framework, place, names, context.instructions)
            with context.ledger.at_work():
                await _make_content(context, await _grounded(context, brief), order, shared)

    try:
        async with shared, asyncio.TaskGroup() as group:
            for _ in range(min(len(missing), context.ledger.max_pending_requests)):
                group.create_task(write_one_after_another())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if context.ledger.stopped:
        await context.ledger.wait_until_idle()
        raise context.ledger.stopped


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
        prerequisite_names=[names[wanted] for wanted in place.concept.prerequisites if wanted in names],
        instructions=instructions,
    )


async def _grounded(context: RunContext, brief: ContentBrief[C]) -> ContentBrief[C]:
    """With pages that exist, where there is a search and the content names pages."""
    if context.search is None or not isinstance(brief, ResourcesBrief):
        return brief
    found = await context.search.find(f"{brief.concept.name} {brief.roadmap_title}")
    return brief.model_copy(update={"found": found})


def expected_of(brief: ContentBrief[C], *, any_language: bool) -> Expected:
    """What the answer to a brief is measured by. `any_language`: its author can write the language asked for."""
    given = [brief.concept.name, brief.concept.description, *brief.concept.keywords, *brief.prerequisite_names]
    given += [brief.roadmap_title, brief.stage_name, brief.module_name]
    given += [brief.preferences.learning_goal, brief.instructions]
    return Expected(
        hours=brief.concept.estimated_hours,
        language=brief.preferences.primary_language if any_language else None,
        given="\n".join(given),
    )


@dataclass(slots=True)
class _ContentStore(Generic[C]):
    """Stores the text of one content as its next version."""

    context: RunContext
    concept_id: str
    content_type: ContentType
    shared: SharedCommits
    examined: bool
    """Code has looked at the answer, so its statements about its own links are the code's."""
    version: int | None = None
    """The version that was written; None before, and where another task has claimed the content since."""

    def begin(self) -> None:
        self.tell("content_started")

    async def write(self, session: Session, answered: Answered[C]) -> None:
        content = answered.value if self.examined else without_claims(answered.value)
        self.version = await save_version(
            session,
            self.context.fence,
            self.context.roadmap_id,
            self.concept_id,
            self.content_type,
            as_json(content),
            answered.call,
        )

    async def commit(self, work: Work) -> None:
        await self.shared.commit(self.concept_id, work)

    async def fail(self, reason: str) -> None:
        """Commit that the run could not write the content."""
        context = self.context
        await context.commit(
            lambda session: fail_content(
                session, context.fence, context.roadmap_id, self.concept_id, self.content_type, reason
            )
        )
        self.tell("content_failed", reason=reason)

    def tell(self, event_type: str, **payload: Any) -> None:
        self.context.tell(event_type, concept_id=self.concept_id, content_type=self.content_type, **payload)


async def _make_content(context: RunContext, brief: ContentBrief[C], order: int, shared: SharedCommits) -> None:
    """Ask for one content and commit it, or commit why it failed."""
    concept_id, content_type = brief.concept.concept_id, brief.content_type
    expected = expected_of(brief, any_language=context.any_language)
    request = AuthorRequest(
        GENERATOR_OF[content_type],
        brief,
        lambda content: check_content(content, expected),
        look=look_for(context, brief, order),
        subject=(concept_id, content_type),
        order=order,
    )
    store = _ContentStore[C](context, concept_id, content_type, shared, examined=request.look is not None)
    try:
        await context.ledger.ask(request, save=store)
    except (Superseded, DatabaseUnavailable):
        raise
    except (ModelDenied, BudgetSpent):
        return  # the ledger is stopped, and the run ends when what is paid for is committed
    except Exception as error:
        await store.fail(f"{error}" or type(error).__name__)
    else:
        if store.version is not None:
            store.tell("content_completed", version=store.version)
