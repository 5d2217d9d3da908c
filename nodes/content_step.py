"""What the three generators share: find the contents that are missing, and for each ask, check, commit or fail.

A failure stays with its content: a raised error would cancel the siblings. Only what ends the whole run is raised:
a fence that refuses, a database that is gone, a model that lets nobody in, a budget that is spent.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from langgraph.runtime import Runtime

from domain.checks import Expected, check_content
from domain.errors import BudgetSpent, DatabaseUnavailable, ModelDenied, Superseded
from domain.framework import ConceptPlace, Framework
from domain.request import LearningRequest
from domain.vocabulary import GENERATOR_OF
from nodes.authors.port import C, ContentBrief, ResourcesBrief
from nodes.context import RunContext
from nodes.ledger.requests import CallSpec
from nodes.state import RunState, as_json
from nodes.verification.examination import ask_examined, examiner_of, without_claims
from repository.db.database import Session
from repository.db.group_commit import SharedCommits
from repository.roadmaps.contents import begin_contents, fail_content, hold_contents, save_version
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata
from repository.runs.calls import Call


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
            for _ in range(min(len(missing), context.ledger.most_at_once)):
                group.create_task(write_one_after_another())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if context.ledger.stopped:
        await context.ledger.quiet()
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


async def _make_content(context: RunContext, brief: ContentBrief[C], order: int, shared: SharedCommits) -> None:
    concept_id, content_type = brief.concept.concept_id, brief.content_type
    subject = {"concept_id": concept_id, "content_type": content_type}
    expected = expected_of(brief, any_language=context.any_language)
    saved: int | None = None

    async def save(session: Session, content: C, call: Call) -> None:
        nonlocal saved
        saved = await save_version(
            session, context.fence, context.roadmap_id, concept_id, content_type, as_json(content), call
        )

    async def save_unexamined(session: Session, content: C, call: Call) -> None:
        await save(session, without_claims(content), call)

    def question(on_answer: Callable[[Call], None] | None = None) -> CallSpec[C]:
        return CallSpec(
            GENERATOR_OF[content_type],
            brief,
            lambda content: check_content(content, expected),
            subject=(concept_id, content_type),
            order=order,
            keep=None if on_answer else save_unexamined,
            commit=partial(shared.commit, concept_id),
            on_call=lambda: context.tell("content_started", **subject),
            on_answer=on_answer,
            stands=on_answer is not None,
        )

    try:
        examine = examiner_of(context, brief, order)
        if examine is None:
            await context.ledger.ask(question())
        else:
            content, call = await ask_examined(context, question, examine)
            await context.commit(lambda session: save(session, content, call))
    except (Superseded, DatabaseUnavailable):
        raise
    except (ModelDenied, BudgetSpent):
        return  # the ledger is stopped, and the run ends when what is paid for is committed
    except Exception as error:
        reason = f"{error}" or type(error).__name__
        await context.commit(
            lambda session: fail_content(session, context.fence, context.roadmap_id, concept_id, content_type, reason)
        )
        context.tell("content_failed", **subject, reason=reason)
    else:
        if saved is not None:  # None: another task has claimed it since
            context.tell("content_completed", **subject, version=saved)
