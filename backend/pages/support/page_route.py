"""The route class of all pages: redirects to the login, and shows errors as pages."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from backend.auth import Caller
from backend.errors import DESCRIPTIONS, STATUSES, when_again, without_cli_hints
from backend.middleware.http_guard import same_host
from backend.pages.support.forms import ForeignForm
from backend.pages.support.templating import address, page
from domain.errors import RoadmapError
from domain.logs import get_log

_log = get_log(__name__)

HEADINGS: Final = {
    403: "Not allowed",
    404: "Page not found",
    405: "Nothing to show here",
    409: "Conflict",
    413: "Too much data",
    422: "Invalid input",
    429: "Limit reached",
    503: "Database unavailable",
}
FOREIGN: Final = "This form did not come from a page of this site, or the page is too old. Reload it and try again."


@dataclass(frozen=True, slots=True)
class PageReader:
    """The user who looks at a page."""

    user_id: str
    signed_in: bool
    operates: bool


def reader_of(caller: Caller) -> PageReader:
    return PageReader(caller.user_id, caller.authenticated, caller.operates)


class PageRoute(APIRoute):
    """A route whose errors are pages. It redirects users who are not signed in to the login and then back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException as error:
                if error.status_code == HTTPStatus.UNAUTHORIZED:
                    return _to_login(request)
                return error_page(request, error.status_code, str(error.detail))
            except RequestValidationError:
                return error_page(request, 422, "The address of this page is not valid.")
            except ForeignForm:
                return error_page(request, 403, FOREIGN)
            except RoadmapError as error:
                status = next((STATUSES[kind][0] for kind in type(error).__mro__ if kind in STATUSES), 500)
                response = error_page(request, status, without_cli_hints(error))
                response.headers.update(when_again(error, status))
                return response
            except ClientDisconnect:
                raise
            except Exception as error:
                _log.error("page failed", exc_info=error, path=request.url.path, request_id=request.state.request_id)
                return error_page(request, 500, DESCRIPTIONS[500])

        return answer


def pages() -> APIRouter:
    """Return a router for pages, which are not part of the OpenAPI document."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)


def error_page(request: Request, status: int, message: str) -> Response:
    """Return a page with an error message and a link back."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return page(
        request,
        "error.html",
        status=status,
        heading=HEADINGS.get(status, "Something went wrong"),
        message=message,
        back=_back(request),
        reader=reader_of(caller) if caller else None,
    )


def _back(request: Request) -> str:
    """Return the path of the page that a form came from, if it is one of ours."""
    if request.method == "GET":
        return ""
    referer = request.headers.get("referer", "")
    path = urlsplit(referer).path if same_host(referer, request.headers) else ""
    return "" if path.startswith("//") else path


def _to_login(request: Request) -> Response:
    at = address(request)
    if request.method != "GET":
        return RedirectResponse(at("login"), status_code=303)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{at('login')}?next={quote(target, safe='')}", status_code=303)
