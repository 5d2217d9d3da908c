"""Roadmaps: generate, read, change, and move to the bin."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from backend.api.answers import STARTED, Started, TaskPage, hides, started, warnings_of
from backend.api.roadmap_schemas import (
    ActiveTaskAnswer,
    BookAnswer,
    EstimateRequest,
    GenerateRequest,
    ModifyBody,
    PaceBody,
    RetryFailedBody,
    RoadmapAnswer,
    RoadmapPage,
    RoadmapSummary,
    SearchAnswer,
    StartedCreation,
    StructureDiff,
    StructureVersion,
    StructureVersions,
    TitleBody,
)
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.errors import reject_other_methods
from backend.inputs import Key, RoadmapId, UserFilter, Version, terms_of
from backend.openapi import documented
from backend.paging import Cursor, Limit, cut, decode
from domain.course.estimate import Estimate
from domain.request import LearningRequest
from domain.vocabulary import ContentType
from orchestrator.commands.request_context import Terms
from orchestrator.commands.run_request import RetryRequest, ReviewRequest
from orchestrator.learners.pace import PaceChange, PaceView
from orchestrator.queries.search import MAX_QUERY_LENGTH
from orchestrator.queries.status import RoadmapView, StatusCheck

router = APIRouter(prefix="/roadmaps", tags=["roadmaps"])


@router.post("/generate", status_code=202, responses=documented(400, 409, 413, 415, 422) | STARTED)
async def generate_roadmap(
    request: Request,
    response: Response,
    body: GenerateRequest,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    key: Key = None,
) -> StartedCreation:
    """Request a new roadmap. The response has the id of the run and how the deadline was understood."""
    learning_request = body.request(caller.acting_for(body.user_id))
    review = ReviewRequest(body.review_timeout) if body.review else None
    terms = terms_of(request, caller, settings, owner=None, key=key, body=body, time_zone=body.time_zone)
    task = await orchestrator.create(learning_request, review=review, detach=True, terms=terms)
    answer = started(request, response, task)
    return StartedCreation(**answer.model_dump(), pace=task.pace, warnings=warnings_of(task.pace))


@router.post("/estimate", responses=documented(400, 413, 415, 422))
async def estimate_roadmap(body: EstimateRequest, caller: CallerDep, orchestrator: OrchestratorDep) -> Estimate:
    """About how many concepts, calls, minutes and dollars a roadmap takes, with short and full lessons.

    Nothing is created and nothing is bought.
    """
    request = LearningRequest(preferences=body.preferences, user_id=caller.user_id)
    return await orchestrator.estimate(request, terms=Terms(time_zone=body.time_zone))


reject_other_methods(router, "/estimate", "POST")
reject_other_methods(router, "/generate", "POST")  # or a route below would read `generate` as a roadmap id


@router.get("", responses=documented(422))
async def list_roadmaps(
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: UserFilter = None,
    binned: Annotated[bool, Query(description="List the roadmaps in the bin instead.")] = False,
    out_of_date: Annotated[bool, Query(description="List only roadmaps with contents that are out of date.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RoadmapPage:
    """A page of roadmaps, newest first."""
    before = decode(cursor)
    if hides(caller.reads, user_id):
        return RoadmapPage(roadmaps=[], next=None)
    rows = await orchestrator.roadmaps.page(
        user_id=user_id or caller.reads, binned=binned, out_of_date=out_of_date, before=before, limit=limit + 1
    )
    shown, following = cut(rows, limit, lambda row: (row.created_at, row.roadmap_id))
    return RoadmapPage(
        roadmaps=[RoadmapSummary.model_validate(row, from_attributes=True) for row in shown], next=following
    )


@router.get("/{roadmap_id}", responses=documented(404, 422))
async def read_roadmap(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> RoadmapAnswer:
    """A roadmap: its framework with the statuses of its contents or, until that exists, the run that creates it."""
    return _answer(await orchestrator.roadmap(roadmap_id, owner=caller.reads))


@router.delete("/{roadmap_id}", responses=documented(404, 409, 422))
async def bin_roadmap(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> RoadmapAnswer:
    """Move a roadmap to the bin. A conflict while one of its runs is live: cancel the run first."""
    return _answer(await orchestrator.bin(roadmap_id, terms=Terms(owner=caller.writes)))


@router.post("/{roadmap_id}/restore", responses=documented(404, 422))
async def restore_roadmap(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> RoadmapAnswer:
    """Restore a roadmap from the bin."""
    return _answer(await orchestrator.restore(roadmap_id, terms=Terms(owner=caller.writes)))


@router.put("/{roadmap_id}/title", responses=documented(400, 404, 409, 413, 415, 422))
async def rename_roadmap(
    roadmap_id: RoadmapId, body: TitleBody, caller: CallerDep, orchestrator: OrchestratorDep
) -> RoadmapAnswer:
    """Give a roadmap another title. Later changes of the roadmap keep it."""
    return _answer(await orchestrator.rename(roadmap_id, body.title, terms=Terms(owner=caller.writes)))


@router.get("/{roadmap_id}/search", responses=documented(404, 422))
async def search_roadmap(
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    q: Annotated[
        str, Query(max_length=MAX_QUERY_LENGTH, description="The words, as they are written, in any case.")
    ] = "",
) -> SearchAnswer:
    """The concepts that have these words in their name, their description or their lesson, in learning order."""
    return SearchAnswer(hits=await orchestrator.roadmaps.search(roadmap_id, q, owner=caller.reads))


@router.get("/{roadmap_id}/active-task", response_model_exclude_unset=True, responses=documented(404, 422))
async def read_active_task(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> ActiveTaskAnswer:
    """The newest live run of a roadmap."""
    active = await orchestrator.roadmaps.active_tasks(roadmap_id, owner=caller.reads)
    if not active:
        return ActiveTaskAnswer(roadmap_id=roadmap_id, has_active_task=False, task_id=None, status=None)
    return ActiveTaskAnswer(
        roadmap_id=roadmap_id,
        has_active_task=True,
        **active[0].model_dump(exclude={"waiting_for_worker", "waiting_for_model"}),
    )


@router.get("/{roadmap_id}/status-check", response_model_exclude_unset=True, responses=documented(404, 422))
async def check_status(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> StatusCheck:
    """The live runs of a roadmap and, if there are none, the stale contents: no run will ever finish them.

    `out_of_date_concepts` is present only if there are some.
    """
    return await orchestrator.status(roadmap_id, owner=caller.reads)


@router.get("/{roadmap_id}/tasks", responses=documented(404, 422))
async def list_tasks_of_roadmap(
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TaskPage:
    """All runs of a roadmap, newest first."""
    tasks = await orchestrator.tasks.page(
        roadmap_id=roadmap_id, before=decode(cursor), limit=limit + 1, owner=caller.reads
    )
    if not tasks and caller.reads is None:
        await orchestrator.roadmaps.active_tasks(roadmap_id)  # 404 for a roadmap that does not exist
    shown, following = cut(tasks, limit, lambda task: (task.created_at, task.task_id))
    return TaskPage(tasks=list(shown), next=following)


@router.post(
    "/{roadmap_id}/retry-failed", status_code=202, responses=documented(400, 404, 409, 413, 415, 422) | STARTED
)
async def retry_failed(
    request: Request,
    response: Response,
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    body: RetryFailedBody | None = None,
    key: Key = None,
) -> Started:
    """Start one run for all failed and stale contents, and those out of date if asked for.

    `task_id` is null if there are none.
    """
    options = body or RetryFailedBody()
    terms = terms_of(request, caller, settings, owner=caller.writes, key=key, body=options)
    retry = RetryRequest(preferences=options.preferences.given() if options.preferences else None)
    types = list(dict.fromkeys(options.content_types or ContentType))
    task = await orchestrator.retry_failed(
        roadmap_id, types, retry, out_of_date=options.out_of_date, detach=True, terms=terms
    )
    if task is None:
        return Started(task_id=None, roadmap_id=roadmap_id, status=None, task_type=None)
    return started(request, response, task)


@router.post("/{roadmap_id}/modify", status_code=202, responses=documented(400, 404, 409, 413, 415, 422) | STARTED)
async def modify_roadmap(
    request: Request,
    response: Response,
    roadmap_id: RoadmapId,
    body: ModifyBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    key: Key = None,
) -> Started:
    """Change the structure as described in words. Contents of new concepts are generated, the others stay."""
    terms = terms_of(request, caller, settings, owner=caller.writes, key=key, body=body)
    review = ReviewRequest(body.review_timeout) if body.review else None
    task = await orchestrator.modify(roadmap_id, body.instructions, review=review, detach=True, terms=terms)
    return started(request, response, task)


@router.get("/{roadmap_id}/versions", responses=documented(404, 422))
async def list_structure_versions(
    roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> StructureVersions:
    """All accepted versions of the structure, newest first."""
    structures = await orchestrator.structures.versions(roadmap_id, owner=caller.reads)
    return StructureVersions(
        roadmap_id=roadmap_id,
        versions=[StructureVersion.model_validate(one, from_attributes=True) for one in structures],
    )


@router.get("/{roadmap_id}/course-book", responses=documented(404, 422))
async def read_course_book(
    roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, version: Version = None
) -> BookAnswer:
    """The course book of a version of the structure, by default of the present one."""
    return BookAnswer(course_book=await orchestrator.structures.book(roadmap_id, version, owner=caller.reads))


@router.get("/{roadmap_id}/diff", responses=documented(404, 422))
async def diff_structures(
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    before: Version = None,
    after: Version = None,
) -> StructureDiff:
    """The changes between two versions of the structure; by default between the last two."""
    diff = await orchestrator.structures.changes(roadmap_id, before, after, owner=caller.reads)
    return StructureDiff(roadmap_id=roadmap_id, before=diff.before, after=diff.after, changes=diff.changes)


@router.get("/{roadmap_id}/pace", responses=documented(404, 422))
async def read_pace(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> PaceView:
    """The pace of a roadmap: hours a week, deadline, what is left today, and whether that meets the deadline."""
    return await orchestrator.paces.read(roadmap_id, owner=caller.reads)


@router.patch("/{roadmap_id}/pace", responses=documented(400, 404, 409, 413, 415, 422))
async def change_pace(
    roadmap_id: RoadmapId, body: PaceBody, caller: CallerDep, orchestrator: OrchestratorDep
) -> PaceView:
    """Change the hours a week or the deadline, without a run or a model. Of concurrent changes the last one wins."""
    change = PaceChange(body.available_hours_per_week, body.target_deadline)
    terms = Terms(owner=caller.writes, time_zone=body.time_zone)
    return await orchestrator.paces.change(roadmap_id, change, terms=terms)


def _answer(roadmap: RoadmapView) -> RoadmapAnswer:
    return RoadmapAnswer(
        **roadmap.model_dump(
            include={"roadmap_id", "user_id", "title", "framework_version", "created_at", "updated_at", "deleted_at"}
        ),
        framework=None if roadmap.framework is None else roadmap.as_json(),
        course_book=roadmap.course_book,
        active_tasks=roadmap.active_tasks,
        pace=roadmap.pace,
    )
