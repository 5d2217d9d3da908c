"""The routers of all pages, and the pages for unknown addresses."""

from contextlib import suppress
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from backend.auth import authenticate, token_of
from backend.errors import Problem, headers_of, problem_of_http
from backend.pages import books, bulk, concepts, home, language, login, operations, roadmaps, runs, static_files
from backend.pages.learners import feedback, learning, practice, repetition
from backend.pages.support.languages import language_for
from backend.pages.support.page_route import error_page
from domain.errors import RoadmapError
from rendering.languages.translation import N_, _, read_in

ROUTERS: Final[tuple[APIRouter, ...]] = (
    static_files.router,
    login.router,
    language.router,
    home.router,
    roadmaps.router,
    learning.router,
    feedback.router,
    concepts.router,
    practice.router,
    repetition.router,
    runs.router,
    books.router,
    operations.router,
    bulk.router,
)


MESSAGES: Final = {
    404: N_("There is no page at this address."),
    405: N_("This address accepts only forms of our pages; it has nothing to show."),
}


def install(app: FastAPI) -> None:
    """Answer unknown addresses with a page for browsers and with a problem document for other clients."""

    async def _wrong_address(request: Request, error: HTTPException) -> Response:
        if "text/html" in request.headers.get("accept", "") and not _is_of_api(request):
            await _recognise(request)
            with read_in(language_for(request)):
                response = error_page(request, error.status_code, _(MESSAGES[error.status_code]))
            response.headers.update(headers_of(request, error) or {})
            return response
        return problem_of_http(request, error)

    for status in MESSAGES:
        app.exception_handler(status)(_wrong_address)


async def _recognise(request: Request) -> None:
    """Let the page for a wrong address have the navigation of its reader, if the reader is known."""
    state = request.app.state
    with suppress(Problem, RoadmapError):
        request.state.caller = await authenticate(state.authority, token_of(request), state.orchestrator.database)


def _is_of_api(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")).startswith("/api/")
