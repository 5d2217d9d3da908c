"""A web application that uses the package as a library, with routes and users of its own.

    COURSE_TOKENS='{"a-token-of-ann": "ann"}' uvicorn examples.fastapi_backend:app    # and, for runs: roadmap worker

Workers execute the runs, so that a deployment of the app does not interrupt them. The app requests runs and reads their
progress. The owner of a roadmap is the user who is logged in, and never taken from the request.
"""

import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.errors import (
    Conflict,
    InvalidInput,
    LimitReached,
    NotFound,
    RoadmapError,
    RunFailed,
    Superseded,
    Unavailable,
)
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.queries.status import StatusCheck, TaskView

MAX_ACTIVE_RUNS: Final = 5
"""Limit for each user."""

STATUSES: Final[dict[type[RoadmapError], int]] = {
    InvalidInput: 422,
    NotFound: 404,
    LimitReached: 429,
    Conflict: 409,
    Superseded: 409,
    Unavailable: 503,
    RunFailed: 500,
}
"""Error class -> HTTP status. A class that is not listed has the status of its nearest parent."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.users = json.loads(os.environ.get("COURSE_TOKENS", "{}"))
    async with Orchestrator.open(kind="server") as orchestrator:  # settings from ROADMAP_... variables
        app.state.roadmaps = orchestrator
        yield


app = FastAPI(title="A course platform", lifespan=lifespan)


def logged_in(request: Request, header: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    """Return the user who is logged in. Replace this by the login of your app."""
    user: str | None = request.app.state.users.get(header.credentials)
    if user is None:
        raise HTTPException(401, "Log in first.", headers={"WWW-Authenticate": "Bearer"})
    return user


def orchestrator_of(request: Request) -> Orchestrator:
    orchestrator: Orchestrator = request.app.state.roadmaps
    return orchestrator


User = Annotated[str, Depends(logged_in)]
Roadmaps = Annotated[Orchestrator, Depends(orchestrator_of)]


@app.exception_handler(RoadmapError)
async def error_response(_: Request, error: RoadmapError) -> JSONResponse:
    """Return the message of an error that the caller can correct; log any other error."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, LimitReached) else {}
    if status >= 500:
        log.error("request failed", exc_info=error)
        return JSONResponse({"error": "The request failed; try again later."}, status, headers)
    return JSONResponse({"error": str(error)}, status, headers)


@app.post("/courses", status_code=202)
async def begin(roadmaps: Roadmaps, user: User, preferences: Preferences) -> TaskView:
    """Request a roadmap for the user; a worker generates it."""
    request = LearningRequest(preferences=preferences, user_id=user)
    return await roadmaps.create(request, detach=True, terms=Terms(most_active=MAX_ACTIVE_RUNS))


@app.get("/courses/{roadmap_id}")
async def progress(roadmaps: Roadmaps, user: User, roadmap_id: str) -> StatusCheck:
    """Return the status of a roadmap of the user; `owner` hides those of other users."""
    return await roadmaps.status(roadmap_id, owner=user)


@app.post("/courses/{roadmap_id}/{concept_id}/quiz", status_code=202)
async def another_quiz(roadmaps: Roadmaps, user: User, roadmap_id: str, concept_id: str) -> TaskView:
    """Generate one content again, as a run of its own."""
    terms = Terms(owner=user, most_active=MAX_ACTIVE_RUNS)
    return await roadmaps.retry(roadmap_id, concept_id, ContentType.QUIZ, detach=True, terms=terms)
