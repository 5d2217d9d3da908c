"""All routes of the pages."""

from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from backend.errors import problem_of_http
from backend.pages import concepts, home, login, operations, roadmaps, runs, static_files
from backend.pages.answers import error_page

ROUTERS: Final[tuple[APIRouter, ...]] = (
    static_files.router,
    login.router,
    home.router,
    roadmaps.router,
    concepts.router,
    runs.router,
    operations.router,
)


def install(app: FastAPI) -> None:
    """Who types an address that does not exist into a browser gets a page; programs get a problem document."""

    @app.exception_handler(404)
    async def _not_found(request: Request, error: HTTPException) -> Response:
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
            return error_page(request, 404, "Nothing is shown at this address.")
        return problem_of_http(request, error)
