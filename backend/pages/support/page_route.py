"""What every page's route has in common: whoever asks is known or sent to sign in, and an error is a page."""

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
from backend.errors import STATUSES, when_again, without_cli_hints
from backend.middleware.http_guard import same_host
from backend.pages.support.forms import ForeignForm
from backend.pages.support.templating import address, page
from domain.errors import RoadmapError
from domain.logs import get_log

_log = get_log(__name__)

HEADINGS: Final = {
    403: "That is not for you",
    404: "There is no such page",
    405: "There is no page here",
    409: "Something is in the way",
    413: "That is too much at once",
    422: "That cannot be used",
    429: "That is as much as you may",
    503: "The database does not answer",
}
FOREIGN: Final = "This form was not sent from a page of this site, or its page is too old. Load the page and try again."


@dataclass(frozen=True, slots=True)
class PageReader:
    """Who looks at the page."""

    user_id: str
    signed_in: bool
    operates: bool


def reader_of(caller: Caller) -> PageReader:
    return PageReader(caller.user_id, caller.authenticated, caller.operates)


class PageRoute(APIRoute):
    """A route whose errors are pages; who is not signed in is sent to the login, and then back."""

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
                return error_page(request, 422, "The address of this page has a part that cannot be used.")
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
                return error_page(request, 500, "The server made a mistake; its log says more.")

        return answer


def pages() -> APIRouter:
    """A router for pages; they are no part of the API's description."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)


def error_page(request: Request, status: int, message: str) -> Response:
    """One clear line, and the way back."""
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
    """Where a form came from, if that was a page of ours."""
    if request.method == "GET":
        return ""
    came_from = request.headers.get("referer", "")
    path = urlsplit(came_from).path if same_host(came_from, request.headers) else ""
    return "" if path.startswith("//") else path


def _to_login(request: Request) -> Response:
    at = address(request)
    if request.method != "GET":
        return RedirectResponse(at("login"), status_code=303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{at('login')}?next={quote(wanted, safe='')}", status_code=303)
