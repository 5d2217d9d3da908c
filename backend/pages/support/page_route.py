"""The route class of all pages: redirects to the login, and shows errors as pages."""

import re
from collections.abc import Callable, Coroutine
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
from backend.pages.support.forms import ForeignForm, Form, refused_form
from backend.pages.support.languages import language_for
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.sent_again import sent_again
from backend.pages.support.templating import address, page
from backend.pages.views.reader import PageReader
from backend.pages.views.status_labels import task_name
from domain.errors import RoadmapError
from domain.logs import get_log
from rendering.languages.translation import N_, _, read_in
from rendering.text.task_text import clause_of

_log = get_log(__name__)

HEADINGS: Final = {
    401: N_("Signed out"),
    403: N_("Not allowed"),
    404: N_("Page not found"),
    405: N_("Nothing to show here"),
    409: N_("Not possible now"),
    413: N_("Too much data"),
    422: N_("Invalid input"),
    429: N_("Limit reached"),
    503: N_("Database unavailable"),
}
SIGNED_OUT: Final = N_("You are signed out. Sign in in another tab, then send this again.")
FOREIGN: Final = N_("This form did not come from a page of this site, or the page is too old. Reload it and try again.")


TOO_LARGE: Final = N_(
    "This is too much to be sent at once. Go back in the browser, which keeps what you typed, and shorten it."
)


def reader_of(caller: Caller) -> PageReader:
    return PageReader(caller.user_id, caller.authenticated, caller.operates)


class PageRoute(APIRoute):
    """A route whose errors are pages. It redirects users who are not signed in to the login and then back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            with read_in(language_for(request)):
                return await shown(request)

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException as error:
                if error.status_code == HTTPStatus.UNAUTHORIZED:
                    return await _signed_out(request)
                if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    return error_page(request, 413, _(TOO_LARGE))
                return error_page(request, error.status_code, str(error.detail), form=await refused_form(request))
            except RequestValidationError:
                return error_page(request, 422, _("The address of this page is not valid."))
            except ForeignForm:
                return error_page(request, 403, _(FOREIGN), form=await refused_form(request))
            except RoadmapError as error:
                return await _refused(request, error)
            except ClientDisconnect:
                raise
            except Exception as error:
                _log.error("page failed", exc_info=error, path=request.url.path, request_id=request.state.request_id)
                return error_page(request, 500, DESCRIPTIONS[500], form=await refused_form(request))

        return answer


def pages() -> APIRouter:
    """Return a router for pages, which are not part of the OpenAPI document."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)


def error_page(
    request: Request, status: int, message: str, *, task_id: str | None = None, form: Form | None = None
) -> Response:
    """Return a page with an error message and a link back.

    `task_id`: the run that is in the way. `form`: what was sent, to be sent again.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    return page(
        request,
        "error.html",
        status=status,
        heading=_(HEADINGS.get(status, N_("Something went wrong"))),
        message=in_reader_words(message),
        task_id=task_id,
        action=request.url.path,
        fields=sent_again(form) if form else (),
        back=_back(request),
        reader=reader_of(caller) if caller else None,
    )


async def _refused(request: Request, error: RoadmapError) -> Response:
    """Return the page for an error of ours. A conflict is told in the words of the pages, and links to its run."""
    status = next((STATUSES[kind][0] for kind in type(error).__mro__ if kind in STATUSES), 500)
    message, task_id = without_cli_hints(error), getattr(error, "task_id", None)
    if status == HTTPStatus.CONFLICT:
        message = await _run_in_the_way(request, task_id) if task_id else in_words(message)
    response = error_page(request, status, message, task_id=task_id, form=await refused_form(request))
    response.headers.update(when_again(error, status))
    return response


async def _run_in_the_way(request: Request, task_id: str) -> str:
    try:
        task = await request.app.state.orchestrator.task(task_id)
    except RoadmapError:
        return _("Another run is in the way. Try again when it has ended.")
    return _(
        "Another run is in the way: {run}, {state}. Try again when it has ended.",
        run=task_name(task.task_type),
        state=clause_of(task),
    )


def in_words(message: str) -> str:
    """Return a message without ids of tasks and roadmaps, which readers of pages do not know."""
    for pattern, name in ((r"\btask [\w-]+", "the run"), (r"\broadmap [\w-]*\d[\w-]*", "this roadmap")):
        message = re.sub(pattern, name, message, flags=re.IGNORECASE)
    return message[:1].upper() + message[1:]


def _back(request: Request) -> str:
    """Return the path of the page that a form came from, if it is one of ours."""
    if request.method == "GET":
        return ""
    referer = request.headers.get("referer", "")
    path = urlsplit(referer).path if same_host(referer, request.headers) else ""
    return "" if path.startswith("//") else path


async def _signed_out(request: Request) -> Response:
    """Redirect to the login and then back. A form with words in it stays on the page, to be sent after the login."""
    at = address(request)
    if request.method != "GET":
        form = await refused_form(request)
        if form and any(field.visible for field in sent_again(form)):
            return error_page(request, 401, _(SIGNED_OUT), form=form)
        return RedirectResponse(at("login"), status_code=303)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{at('login')}?next={quote(target, safe='')}", status_code=303)
