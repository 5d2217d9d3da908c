"""Errors as RFC 9457 problem documents, without internals of the server in them."""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from domain.errors import (
    Conflict,
    DatabaseBusy,
    DatabaseUnavailable,
    InvalidInput,
    LimitReached,
    Misconfigured,
    NotFound,
    RoadmapError,
    Superseded,
    Unavailable,
    UnknownFormat,
)
from domain.logs import get_log
from domain.text.secrets import redact

_log = get_log(__name__)

PROBLEM_JSON: Final = "application/problem+json"

STATUSES: Final[dict[type[RoadmapError], tuple[int, str]]] = {
    InvalidInput: (422, "invalid_input"),
    Misconfigured: (503, "unavailable"),
    NotFound: (404, "not_found"),
    LimitReached: (429, "limit_reached"),
    Conflict: (409, "conflict"),
    Superseded: (409, "conflict"),
    Unavailable: (503, "unavailable"),
    UnknownFormat: (500, "unknown_format"),
}
"""Error class -> status and code. A class that is not listed has those of its nearest parent."""

TITLES: Final = {
    400: ("bad_request", "Bad Request"),
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", "Not Found"),
    405: ("method_not_allowed", "Method Not Allowed"),
    408: ("request_timeout", "Request Timeout"),
    409: ("conflict", "Conflict"),
    413: ("too_large", "Content Too Large"),
    415: ("unsupported_media_type", "Unsupported Media Type"),
    421: ("misdirected", "Misdirected Request"),
    422: ("invalid_input", "Unprocessable Content"),
    429: ("limit_reached", "Too Many Requests"),
    500: ("internal_error", "Internal Server Error"),
    503: ("unavailable", "Service Unavailable"),
}
"""Status -> default code, and the phrase of RFC 9110 as title (the phrases of `http` depend on the Python version)."""

DESCRIPTIONS: Final = {
    400: "The body is not valid JSON.",
    401: "The token is missing or not valid.",
    403: "The caller's role does not allow this, or the request came from a page of another site.",
    404: "This does not exist, or the caller may not see it.",
    405: "The path does not support this method; `Allow` lists those that it supports.",
    408: "The head or the body of the request did not arrive in time.",
    409: "A run conflicts with this request, or the current state does not allow it.",
    413: "The body is too large.",
    415: "The body must be JSON.",
    421: "Without authentication the server answers to loopback host names only.",
    422: "The input is not valid.",
    429: "The caller has reached a limit; try again later.",
    500: "Internal error; the server's log has the details.",
    503: "The database is not available; try again later.",
}
"""Status -> description, in the OpenAPI document and as the default `detail`."""

FOR_CALLERS: Final[dict[type[RoadmapError], str | None]] = {
    Unavailable: "The service is unavailable. Try again later.",
    DatabaseUnavailable: "The database is unavailable. Try again later.",
    DatabaseBusy: "Another transaction held a lock for too long. Try again.",
    UnknownFormat: None,
    Misconfigured: "The server is not configured correctly; its log has the details.",
}
"""Errors whose message is for operators and may name folders, hosts and settings -> the message for callers.

None: the message has no internals and is passed on."""
MAX_DETAIL_LENGTH: Final = 2000
"""Characters of `detail`, which may quote input of the caller."""

RETRY_AFTER: Final = 5
"""Seconds after which to try again while the database is unavailable."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_FOR_TERMINALS: Final = re.compile(r"[;:,.]? ?`roadmap [^`]*`[^;.]*(?=[;.]|$)")
"""Advice to run a command, which does not help HTTP clients."""


class FieldError(BaseModel):
    """One problem of the input."""

    location: str
    """The field: `body.preferences.learning_goal`, `query.limit`."""
    message: str


class ProblemDocument(BaseModel):
    """The body of every error response (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = []
    task_id: str | None = None
    """The conflicting task, if there is one."""


class Problem(HTTPException):
    """An HTTP error with the code of its problem document."""

    def __init__(
        self, status: int, detail: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code


def reject_other_methods(router: APIRouter, path: str, *methods: str) -> None:
    """Answer 405 to all other methods of a path that a later route with another meaning would match as well."""

    async def reject() -> None:
        raise Problem(405, DESCRIPTIONS[405], headers={"Allow": ", ".join(methods)})

    others = [method for method in METHODS if method not in methods]
    router.add_api_route(path, reject, methods=others, include_in_schema=False)


def unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})


def forbidden(detail: str) -> Problem:
    return Problem(403, detail)


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[FieldError] = (),
    task_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response with a problem document, in ASCII JSON."""
    default_code, title = TITLES.get(status) or ("error", phrase(status))
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": shortened(detail),
        "code": code or default_code,
        "errors": [error.model_dump() for error in errors],
    }
    if task_id is not None:
        document["task_id"] = task_id
    return Response(json.dumps(document), status, dict(headers or {}), PROBLEM_JSON)


def shortened(text: str) -> str:
    """Return `text` without secrets, of at most MAX_DETAIL_LENGTH characters."""
    redacted = redact(text[: 2 * MAX_DETAIL_LENGTH])
    return redacted if len(redacted) <= MAX_DETAIL_LENGTH else f"{redacted[: MAX_DETAIL_LENGTH - 1]}…"


def without_cli_hints(error: RoadmapError) -> str:
    """Return the message of an error for callers, in one line. A message for operators is logged instead."""
    message = " ".join(str(error).split())
    replacement = next((FOR_CALLERS[kind] for kind in type(error).__mro__ if kind in FOR_CALLERS), None)
    if replacement is not None:
        _log.warning("unavailable", reason=message)
        return replacement
    return shortened(_FOR_TERMINALS.sub("", message[: 2 * MAX_DETAIL_LENGTH]))


def problem_of(error: RoadmapError) -> Response:
    """Return the response to an error of ours."""
    known = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)
    if known is None:
        return problem(500, DESCRIPTIONS[500])
    status, code = known
    task_id = getattr(error, "task_id", None)
    return problem(status, without_cli_hints(error), code=code, task_id=task_id, headers=when_again(error, status))


def when_again(error: RoadmapError, status: int) -> dict[str, str]:
    """Return the Retry-After header, if waiting helps."""
    if isinstance(error, LimitReached):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}


def install(app: FastAPI) -> None:
    """Register exception handlers that answer every error with a problem document."""

    @app.exception_handler(RoadmapError)
    async def _ours(_: Request, error: RoadmapError) -> Response:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        details = error.errors()
        if isinstance(error.body, bytes) and error.body and any(one["loc"][:1] == ("body",) for one in details):
            return problem(415, _wrong_type(request))
        if any(one["type"] == "json_invalid" for one in details):
            return problem(400, DESCRIPTIONS[400])
        errors = [FieldError(location=_where(one["loc"]), message=_message(one["msg"])) for one in details[:100]]
        first = f"{errors[0].location}: {errors[0].message}" if errors else "The input is not valid."
        return problem(422, first, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return problem_of_http(request, error)


def problem_of_http(request: Request, error: HTTPException) -> Response:
    """Return the response to an HTTP error."""
    headers = headers_of(request, error)
    if isinstance(error, Problem):
        return problem(error.status_code, error.detail, code=error.code, headers=headers)
    detail = str(error.detail)
    if detail == phrase(error.status_code):  # errors of the framework have no more than the phrase
        detail = DESCRIPTIONS.get(error.status_code, detail)
    return problem(error.status_code, detail, headers=headers)


def headers_of(request: Request, error: HTTPException) -> Mapping[str, str] | None:
    """Return the headers of an HTTP error. A 405 of the framework gets `Allow` with all methods of the path."""
    if error.status_code == 405 and not isinstance(error, Problem):
        return {"Allow": ", ".join(allowed(request))}
    return error.headers


def phrase(status: int) -> str:
    """Return the phrase of a status in Python's `http`, or `Error`."""
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"


def _wrong_type(request: Request) -> str:
    given = request.headers.get("content-type")
    actual = _ascii(given)[:100] if given else "missing"
    return f"The body must be JSON with Content-Type: application/json; the header is {actual}."


def allowed(request: Request) -> list[str]:
    """Return all methods of a path (RFC 9110, 10.2.1); Starlette's own 405 lists those of one route only."""

    def works(method: str) -> bool:
        scope = {**request.scope, "method": "GET" if method == "HEAD" else method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)

    return [method for method in METHODS if works(method)]


def _where(location: Sequence[Any]) -> str:
    return _ascii(".".join(map(str, location)))[:200]


def _message(message: str) -> str:
    return _ascii(message.removeprefix("Value error, "))[:500]


def _ascii(text: str) -> str:
    """Replace lone surrogates, which cannot be encoded."""
    return text.encode("utf-8", errors="replace").decode()
