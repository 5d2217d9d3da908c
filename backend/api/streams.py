"""Events of a run as they happen (server-sent events), from any sequence on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backend.auth import CallerDep, token_of
from backend.dependencies import OrchestratorDep
from backend.event_streams import EventStreams
from backend.inputs import TaskId
from backend.middleware.request_metrics import RequestMetrics
from backend.openapi import documented
from backend.stream_access import StreamAccess
from domain.errors import RoadmapError
from domain.logs import get_log

router = APIRouter(prefix="/tasks", tags=["tasks"])

_log = get_log(__name__)

RECONNECT_DELAY_MS: Final = 1000
FINISHED_RECONNECT_DELAY_MS: Final = 30_000
"""Milliseconds until a browser reconnects to a stream that ended: of an active run, and of a finished one."""

_MAX_SEQUENCE: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A stream whose request was checked and that may begin."""

    streams: EventStreams
    after: int
    over: asyncio.Event
    """Set once the token of the request is not valid any more."""


async def stream_position(
    request: Request,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    last_event_id: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=_MAX_SEQUENCE, description="The last `id` that was received."),
    ] = None,
    after: Annotated[int, Query(ge=0, le=_MAX_SEQUENCE, description="For clients that cannot send the header.")] = 0,
) -> AsyncIterator[StreamPosition]:
    """Check a request for a stream before its response begins. Raises LimitReached, NotFound, InvalidInput."""
    streams: EventStreams = request.app.state.streams
    request.state.task_id = task_id
    begin = after if last_event_id is None else last_event_id
    await orchestrator.events.check_position(task_id, begin, owner=caller.reads)
    requests: RequestMetrics = request.app.state.requests
    token = token_of(request) if caller.authenticated else None
    access: StreamAccess = request.app.state.stream_access
    with (
        streams.slot(caller.user_id if caller.authenticated else None),
        requests.streams.track_inprogress(),
        access.watching(token, by_cookie="authorization" not in request.headers) as over,
    ):
        yield StreamPosition(streams, begin, over)


@router.get("/{task_id}/stream", response_class=EventSourceResponse, responses=documented(404, 422))
async def stream_events(
    task_id: TaskId, orchestrator: OrchestratorDep, position: Annotated[StreamPosition, Depends(stream_position)]
) -> AsyncIterator[ServerSentEvent]:
    """Past events of a run, then new ones as they happen. The stream ends with the last event of the run.

    It continues if the run is resumed. It ends within five seconds once the token is revoked or has expired.

    `id` is the sequence of an event, `data` its JSON as in `/events`. Comments keep the connection alive.
    """
    retry: int | None = RECONNECT_DELAY_MS
    try:
        async with aclosing(orchestrator.follow(task_id, position.after, over=position.over.is_set)) as events:
            async for event in events:
                last = event.type == "run_finished"
                yield ServerSentEvent(
                    raw_data=position.streams.serialised(event),
                    id=str(event.sequence),
                    retry=FINISHED_RECONNECT_DELAY_MS if last else retry,
                )
                retry = RECONNECT_DELAY_MS if last else None
    except RoadmapError as error:
        # The response has begun, so it can only end; a client that reconnects gets the error.
        _log.warning("stream ended", task_id=task_id, reason=str(error))
