"""Accept the new framework of a run, and claim the contents that it adds or changes."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from domain.course.book import CourseBook
from domain.editing.contents import ContentEdit, content_changes, numbers_of
from domain.errors import Conflict
from domain.framework import Framework
from nodes.context import RunContext
from nodes.editing.material import edits_in
from nodes.state import Json, RunState, as_json
from repository.contents import claims, contents
from repository.contents.reverts import revert_content, version_history
from repository.db.database import Session
from repository.roadmaps import roadmaps, wishes
from repository.runs import tasks
from repository.runs.events import contents_without_event


async def content_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """framework, if the run made one, content_edits -> nothing: from here on the state is in the rows"""
    context = runtime.context
    if "framework" in state:
        framework = Framework.model_validate(state["framework"])
        book = CourseBook.model_validate(state["course_book"]) if "course_book" in state else None
        edits = edits_in(state)
        version, reverted = await context.commit(lambda session: _accept(session, context, framework, book, edits))
        context.tell("framework_accepted", version=version, concepts=len(framework.concepts()))
        for payload in reverted:
            context.tell("content_completed", **payload)
    await context.enter(context.content_step)
    return {}


async def _accept(
    session: Session,
    context: RunContext,
    framework: Framework,
    book: CourseBook | None,
    edits: Sequence[ContentEdit],
) -> tuple[int, list[Json]]:
    """Make the framework with its book the next version of the structure, in one transaction.

    Return the version, and the contents that were put back, as payloads of events.

    New contents get rows, changed ones are claimed, and the rows of removed concepts are deleted; versions stay.
    Contents that are put back get a copy of their older version. Wishes are stored with the contents that they name.
    Raises Conflict where the structure has changed since, or another live task holds one of the contents.
    """
    task = await tasks.get_task(session, context.fence.task_id)
    row = await roadmaps.get_roadmap_metadata(session, context.roadmap_id)
    base = context.base_version if task.accepted_version is None else task.accepted_version
    is_stored = row.framework_data == as_json(framework) and (book is None or row.course_book == as_json(book))
    if task.accepted_version == row.framework_version and is_stored:
        # Accepted already, by a commit whose confirmation was lost: the events of its contents are found missing.
        return row.framework_version, await contents_without_event(session, context.fence.task_id)
    version = await roadmaps.accept_framework(session, framework, expected_version=base, book=book)
    concept_ids = [concept.concept_id for concept in framework.concepts()]
    reverted: list[Json] = []
    if base > 0:
        before = Framework.model_validate(row.framework_data)
        reverted = await _take_over(session, context, before, framework, edits)
    await contents.insert_contents(session, context.fence, context.roadmap_id, concept_ids)
    for edit in edits:
        if edit.version is None and edit.wish:
            task_id, roadmap_id = context.fence.task_id, context.roadmap_id
            await wishes.add_wishes(session, task_id, roadmap_id, [edit.key], edit.wish)
    await tasks.accepted(session, context.fence, version)
    return version, reverted


async def _take_over(
    session: Session, context: RunContext, before: Framework, after: Framework, edits: Sequence[ContentEdit]
) -> list[Json]:
    """Claim the contents that are written again, put others back, and delete the rows of removed concepts.

    Return the contents that were put back, as payloads of events.
    """
    rows = await claims.lock_contents(session, context.roadmap_id)
    versions = numbers_of(await version_history(session, context.roadmap_id))
    changes = content_changes(before, after, edits, versions)
    rewritten, put_back = set(changes.rewritten), {edit.key: edit for edit in changes.reverted}
    remaining = {concept.concept_id for concept in after.concepts()}
    # A changed concept keeps contents of types that this program cannot write.
    claimed = [content for content in rows if _key(content) in rewritten]
    reverted = [content for content in rows if _key(content) in put_back]
    removed = [content for content in rows if content.concept_id not in remaining]
    for content in [*claimed, *reverted, *removed]:
        if content.holder not in {None, context.fence.task_id}:
            what = f"the {content.content_type} of {content.concept_id}, which this run changes or removes"
            go_on = f"wait for it, then `roadmap resume {context.fence.task_id}`"
            raise Conflict(f"Task {content.holder} is working on {what}. Nothing was changed; {go_on}.")
    await claims.claim_contents(session, context.fence, context.roadmap_id, claimed)
    told: list[Json] = []
    for content in reverted:
        key, version = _key(content), put_back[_key(content)].version
        assert version is not None
        newest = await revert_content(session, context.fence, context.roadmap_id, *key, version)
        if newest > versions[key][-1]:
            told.append({"concept_id": key[0], "content_type": key[1], "version": newest})
    await claims.retire_contents(session, context.roadmap_id, removed)
    return told


def _key(content: claims.Claimable) -> tuple[str, str]:
    return content.concept_id, content.content_type
