"""An app of your own that has the package inside: its routes, its users, our runs.

    uvicorn examples.fastapi_backend:app          # and, for the runs: roadmap worker

The runs go on in workers, so that a deployment of the app stops none; the app asks for them and reads how they go.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from domain.errors import Conflict, NotFound
from domain.request import LearningRequest
from domain.vocabulary import ContentType
from orchestrator import Orchestrator
from orchestrator.status import StatusCheck, TaskView
from orchestrator.terms import Terms


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with Orchestrator.open(kind="server") as orchestrator:  # settings of the environment, ROADMAP_...
        app.state.roadmaps = orchestrator
        yield


app = FastAPI(title="A course platform", lifespan=lifespan)


def roadmaps(request: Request) -> Orchestrator:
    opened: Orchestrator = request.app.state.roadmaps
    return opened


@app.exception_handler(NotFound)
@app.exception_handler(Conflict)
async def ours(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 404 if isinstance(error, NotFound) else 409)


@app.post("/courses", status_code=202)
async def begin(request: Request, wanted: LearningRequest) -> TaskView:
    """A roadmap for whoever is logged in here; a worker makes it."""
    return await roadmaps(request).create(wanted, detach=True, terms=Terms(most_active=5))


@app.get("/courses/{roadmap_id}")
async def progress(request: Request, roadmap_id: str, user_id: str) -> StatusCheck:
    """`owner`: what belongs to others is not found."""
    return await roadmaps(request).status(roadmap_id, owner=user_id)


@app.post("/courses/{roadmap_id}/{concept_id}/quiz", status_code=202)
async def another_quiz(request: Request, roadmap_id: str, concept_id: str, user_id: str) -> TaskView:
    """One content anew, as a run of its own."""
    terms = Terms(owner=user_id, most_active=5)
    return await roadmaps(request).retry(roadmap_id, concept_id, ContentType.QUIZ, detach=True, terms=terms)
