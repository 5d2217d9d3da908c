"""Requests to put an older version of a content back.

Such a run needs no author and no worker: it begins and ends in the transaction of its request.
"""

from domain.identity import new_task_id
from domain.vocabulary import RETRY_OF, ContentType, TaskStatus
from orchestrator.commands import transitions
from orchestrator.commands.new_run import check_concept, check_free
from orchestrator.commands.request_context import OPERATOR, Terms
from orchestrator.commands.run_request import RetryRequest, retry_json
from orchestrator.resources import OrchestratorResources
from repository.contents import claims, contents, reverts
from repository.contents.content_queries import versions_of
from repository.db.database import Session
from repository.db.fence import Fence
from repository.roadmaps import roadmaps
from repository.runs import tasks
from repository.runs.events import append_events, append_transition
from repository.runs.workers import retry_past_stalled_sessions
from repository.tables.roadmaps import ContentVersionRow
from repository.tables.runs import TaskRow


async def request_revert(
    resources: OrchestratorResources,
    roadmap_id: str,
    concept_id: str,
    content_type: ContentType,
    version: int,
    terms: Terms = OPERATOR,
) -> ContentVersionRow:
    """Make a copy of a version the newest one of its content, in one transaction, and return it.

    Wishes that were made after that version are taken back. The newest version, and one that is the same, stay as they
    are. Raises NotFound, and Conflict that names the live task which works on the content.
    """
    task = TaskRow(
        task_id=new_task_id(),
        roadmap_id=roadmap_id,
        task_type=RETRY_OF[content_type],
        concept_id=concept_id,
        content_type=content_type,
    )

    async def revert(session: Session) -> ContentVersionRow:
        """Take the locks in the order of new_run.py."""
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
        rival = await transitions.lock_conflicting_task(session, task)
        roadmap = await roadmaps.lock_roadmap(session, roadmap_id)
        check_concept(roadmap, concept_id)
        await contents.ensure_contents(session, roadmap_id, [concept_id])
        await transitions.settle_stale_conflict(session, rival)
        if (newest := await reverts.same_newest(session, roadmap_id, concept_id, content_type, version)) is None:
            asked = await retry_json(session, task, roadmap, RetryRequest(), now=resources.clock())
            run = await tasks.create_task(
                session,
                task.task_id,
                roadmap.user_id,
                asked | {"revert": version},
                RETRY_OF[content_type],
                concept_id,
                content_type,
                roadmap_id=roadmap_id,
                status=TaskStatus.PROCESSING,  # of no worker: nobody sees it before it has ended
            )
            newest = await _run(session, run, content_type, version, terms)
        return (await versions_of(session, roadmap_id, concept_id, content_type, newest))[0]

    return await retry_past_stalled_sessions(resources.database, revert)


async def _run(session: Session, task: TaskRow, content_type: ContentType, version: int, terms: Terms) -> int:
    """Do all that such a run does, and return the number of the newest version. Raises Conflict for a held content."""
    fence = Fence(task.task_id, task.attempt)
    roadmap_id, concept_id = task.roadmap_id or "", task.concept_id or ""
    requested = {"task_type": task.task_type, "roadmap_id": roadmap_id, "user_id": task.user_id, "contents": 1}
    event = ("run_requested", requested | dict(terms.asked_by(task.user_id)))
    await append_events(session, task.task_id, [event], last=0)
    await check_free(session, await claims.lock_contents(session, roadmap_id, [content_type], concept_id))
    newest = await reverts.revert_content(session, fence, roadmap_id, concept_id, content_type, version)
    completed = {"concept_id": concept_id, "content_type": content_type, "version": newest}
    await append_transition(session, task.task_id, "content_completed", completed)
    await transitions.end(session, fence, TaskStatus.COMPLETED, None)
    return newest
