"""All routes of the pages."""

from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from backend.errors import headers_of, problem_of_http
from backend.pages import concepts, home, login, operations, roadmaps, runs, static_files
from backend.pages.support.page_route import error_page

ROUTERS: Final[tuple[APIRouter, ...]] = (
    static_files.router,
    login.router,
    home.router,
    roadmaps.router,
    concepts.router,
    runs.router,
    operations.router,
)


MESSAGES: Final = {
    404: "Nothing is shown at this address.",
    405: "This address takes a form that one of our pages sends; there is nothing to look at.",
}


def install(app: FastAPI) -> None:
    """Who types an address that does not exist into a browser gets a page; programs get a problem document."""

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
