"""The routers of all pages, and the pages for unknown addresses."""

from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from backend.errors import headers_of, problem_of_http
from backend.pages import books, bulk, concepts, home, login, operations, roadmaps, runs, static_files
from backend.pages.learners import feedback, learning, practice, repetition
from backend.pages.support.page_route import error_page

ROUTERS: Final[tuple[APIRouter, ...]] = (
    static_files.router,
    login.router,
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
    404: "There is no page at this address.",
    405: "This address accepts only forms of our pages; it has nothing to show.",
}


def install(app: FastAPI) -> None:
    """Answer unknown addresses with a page for browsers and with a problem document for other clients."""

    async def _wrong_address(request: Request, error: HTTPException) -> Response:
        if "text/html" in request.headers.get("accept", "") and not _is_of_api(request):
            response = error_page(request, error.status_code, MESSAGES[error.status_code])
            response.headers.update(headers_of(request, error) or {})
            return response
        return problem_of_http(request, error)

    for status in MESSAGES:
        app.exception_handler(status)(_wrong_address)


def _is_of_api(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")).startswith("/api/")
