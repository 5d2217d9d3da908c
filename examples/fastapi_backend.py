"""An app of your own that has the package inside: its routes, its users, our runs.

    COURSE_TOKENS='{"a-token-of-ann": "ann"}' uvicorn examples.fastapi_backend:app    # and, for runs: roadmap worker

The runs go on in workers, so that a deployment of the app stops none; the app asks for them and reads how they go.
Whose a roadmap is, the login says, never the request: nobody can name another user.
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
"""Of one user."""

STATUSES: Final[dict[type[RoadmapError], int]] = {
    InvalidInput: 422,
    NotFound: 404,
    LimitReached: 429,
    Conflict: 409,
    Superseded: 409,
    Unavailable: 503,
    RunFailed: 500,
}
"""An error of the package -> status of HTTP; a class that is not listed has its nearest parent's."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.users = json.loads(os.environ.get("COURSE_TOKENS", "{}"))
    async with Orchestrator.open(kind="server") as orchestrator:  # settings of the environment, ROADMAP_...
        app.state.roadmaps = orchestrator
        yield


app = FastAPI(title="A course platform", lifespan=lifespan)


def logged_in(request: Request, sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    """Who is logged in. Put the login of your app here."""
    user: str | None = request.app.state.users.get(sent.credentials)
    if user is None:
        raise HTTPException(401, "Log in first.", headers={"WWW-Authenticate": "Bearer"})
    return user


def opened(request: Request) -> Orchestrator:
    orchestrator: Orchestrator = request.app.state.roadmaps
    return orchestrator


User = Annotated[str, Depends(logged_in)]
Roadmaps = Annotated[Orchestrator, Depends(opened)]


@app.exception_handler(RoadmapError)
async def refused(_: Request, error: RoadmapError) -> JSONResponse:
    """Errors that the caller can mend say how; what only the operator can mend goes to the log."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, LimitReached) else {}
    if status >= 500:
        log.error("request failed", exc_info=error)
        return JSONResponse({"error": "That did not work; try again later."}, status, headers)
    return JSONResponse({"error": str(error)}, status, headers)


@app.post("/courses", status_code=202)
async def begin(roadmaps: Roadmaps, user: User, wanted: Preferences) -> TaskView:
    """A roadmap for whoever is logged in here; a worker makes it."""
    request = LearningRequest(preferences=wanted, user_id=user)
    return await roadmaps.create(request, detach=True, terms=Terms(most_active=MAX_ACTIVE_RUNS))


@app.get("/courses/{roadmap_id}")
async def progress(roadmaps: Roadmaps, user: User, roadmap_id: str) -> StatusCheck:
    """`owner`: what belongs to others is not found."""
    return await roadmaps.status(roadmap_id, owner=user)


@app.post("/courses/{roadmap_id}/{concept_id}/quiz", status_code=202)
async def another_quiz(roadmaps: Roadmaps, user: User, roadmap_id: str, concept_id: str) -> TaskView:
    """One content anew, as a run of its own."""
    terms = Terms(owner=user, most_active=MAX_ACTIVE_RUNS)
    return await roadmaps.retry(roadmap_id, concept_id, ContentType.QUIZ, detach=True, terms=terms)
