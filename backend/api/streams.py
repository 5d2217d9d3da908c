"""A run as it happens: server-sent events, from any place in its story on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backend.auth import CallerDep, token_of
from backend.errors import documented
from backend.inputs import TaskId
from backend.middleware.metrics import Requests
from backend.resources import OrchestratorDep
from backend.stream_access import StreamAccess
from backend.streams import Streams
from domain.errors import RoadmapError
from domain.logs import get_log

router = APIRouter(prefix="/tasks", tags=["tasks"])

_log = get_log(__name__)

SOON: Final = 1000
LATER: Final = 30_000
"""Milliseconds after which a browser asks again when its stream ends: while the run goes on, and once it has ended."""

_LAST_SEQUENCE: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A stream that may begin."""

    streams: Streams
    after: int
    over: asyncio.Event
    """Set once the token of the request opens nothing any more."""


async def place(
    request: Request,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    last_event_id: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=_LAST_SEQUENCE, description="The `id` that was seen last."),
    ] = None,
    after: Annotated[int, Query(ge=0, le=_LAST_SEQUENCE, description="The same, for who cannot send the header.")] = 0,
) -> AsyncIterator[StreamPosition]:
    """All that can be wrong is said before the stream begins. Raises LimitReached, NotFound, InvalidInput."""
    streams: Streams = request.app.state.streams
    request.state.task_id = task_id
    begin = after if last_event_id is None else last_event_id
    await orchestrator.events.check_position(task_id, begin, owner=caller.reads)
    requests: Requests = request.app.state.requests
    token = token_of(request) if caller.authenticated else None
    access: StreamAccess = request.app.state.stream_access
    with (
        streams.place(caller.user_id if caller.authenticated else None),
        requests.streams.track_inprogress(),
        access.watching(token, by_cookie="authorization" not in request.headers) as over,
    ):
        yield StreamPosition(streams, begin, over)


@router.get("/{task_id}/stream", response_class=EventSourceResponse, responses=documented(404, 422))
async def stream_events(
    task_id: TaskId, orchestrator: OrchestratorDep, place: Annotated[StreamPosition, Depends(place)]
) -> AsyncIterator[ServerSentEvent]:
    """What happened in a run, then what happens; ends with its last event, and goes on if the run is resumed.

    It also ends, within five seconds, once the token of the request is revoked or has expired.

    `id` is the event's sequence, `data` its JSON as in `/events`. Comments keep the connection alive.
    """
    retry: int | None = SOON
    try:
        async with aclosing(orchestrator.follow(task_id, place.after, over=place.over.is_set)) as story:
            async for event in story:
                last = event.type == "run_finished"
                yield ServerSentEvent(
                    raw_data=place.streams.written(event),
                    id=str(event.sequence),
                    retry=LATER if last else retry,
                )
                retry = SOON if last else None
    except RoadmapError as error:
        # The answer has begun, so its end is all that can be said; who comes again is told why.
        _log.warning("stream ended", task_id=task_id, reason=str(error))
