"""Errors as RFC 9457 problem documents: one table from the error tree to statuses, and nothing of ours leaks out."""

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
"""The error tree -> status and code; a class that is not listed has its nearest parent's."""

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
"""Status -> usual code and title: the phrase of RFC 9110 (that of Python's http depends on its version)."""

DESCRIPTIONS: Final = {
    400: "The body is not JSON.",
    401: "There is no token, or it is not valid.",
    403: "The caller's role does not allow this, or a page of another site asked.",
    404: "There is nothing here that the caller may see.",
    405: "The path does not support this method; `Allow` names those that it does.",
    408: "The head or the body of the request did not come in time.",
    409: "A run conflicts with this, or the state does not allow it.",
    413: "The body is too large.",
    415: "The body must be JSON.",
    421: "Without authentication the server answers on loopback names only.",
    422: "The input is not valid.",
    429: "The caller has reached a limit; try again later.",
    500: "The server made a mistake; its log says more.",
    503: "The database is not available; try again later.",
}
"""Status -> what it means, in the OpenAPI document and where nothing more is known."""

FOR_CALLERS: Final[dict[type[RoadmapError], str | None]] = {
    Unavailable: "The service is unavailable. Try again later.",
    DatabaseUnavailable: "The database is unavailable. Try again later.",
    DatabaseBusy: "Another transaction held a lock for too long. Try again.",
    UnknownFormat: None,
    Misconfigured: "The server is not set up correctly; its log says what to do.",
}
"""Errors whose own sentence speaks to whoever operates the server and may name folders, hosts, and settings.

None: its own says nothing of the inside after all."""
MAX_DETAIL_LENGTH: Final = 2000
"""Characters of a sentence of an error; it may quote what a caller sent."""

RETRY_AFTER: Final = 5
"""Seconds after which to try again when the database is away."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_FOR_TERMINALS: Final = re.compile(r"[;:,.]? ?`roadmap [^`]*`[^;.]*(?=[;.]|$)")
"""Advice to type a command, which means nothing to who speaks HTTP."""


class FieldError(BaseModel):
    """One thing that is wrong with the input."""

    location: str
    """Where: `body.preferences.learning_goal`, `query.limit`."""
    message: str


class ProblemDocument(BaseModel):
    """What every error answers with (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = []
    task_id: str | None = None
    """The task in the way, where one is."""


class Problem(HTTPException):
    """An error of HTTP itself, with its code."""

    def __init__(
        self, status: int, detail: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code


def reject_other_methods(router: APIRouter, path: str, *methods: str) -> None:
    """Where a route of another meaning, declared after this, fits a path too: all but `methods` are a 405 there."""

    async def barred() -> None:
        raise Problem(405, DESCRIPTIONS[405], headers={"Allow": ", ".join(methods)})

    others = [method for method in METHODS if method not in methods]
    router.add_api_route(path, barred, methods=others, include_in_schema=False)


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
    """The answer itself. Whatever a caller sent comes back as plain ASCII JSON."""
    usual, title = TITLES.get(status) or ("error", phrase(status))
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": shortened(detail),
        "code": code or usual,
        "errors": [error.model_dump() for error in errors],
    }
    if task_id is not None:
        document["task_id"] = task_id
    return Response(json.dumps(document), status, dict(headers or {}), PROBLEM_JSON)


def shortened(text: str) -> str:
    """Return `text` without secrets, of a length that one can read."""
    redacted = redact(text[: 2 * MAX_DETAIL_LENGTH])
    return redacted if len(redacted) <= MAX_DETAIL_LENGTH else f"{redacted[: MAX_DETAIL_LENGTH - 1]}…"


def without_cli_hints(error: RoadmapError) -> str:
    """Return what a caller is told of an error, in one line; a sentence for the operator goes to the log instead."""
    sentence = " ".join(str(error).split())
    known = next((FOR_CALLERS[kind] for kind in type(error).__mro__ if kind in FOR_CALLERS), None)
    if known is not None:
        _log.warning("unavailable", reason=sentence)
        return known
    return shortened(_FOR_TERMINALS.sub("", sentence[: 2 * MAX_DETAIL_LENGTH]))


def problem_of(error: RoadmapError) -> Response:
    """The answer to an error of the tree."""
    known = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)
    if known is None:
        return problem(500, "The server made a mistake; its log says more.")
    status, code = known
    task_id = getattr(error, "task_id", None)
    return problem(status, without_cli_hints(error), code=code, task_id=task_id, headers=when_again(error, status))


def when_again(error: RoadmapError, status: int) -> dict[str, str]:
    """The header that says when to try again, where waiting helps."""
    if isinstance(error, LimitReached):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}


def install(app: FastAPI) -> None:
    """Every error of the app answers with a problem document."""

    @app.exception_handler(RoadmapError)
    async def _ours(_: Request, error: RoadmapError) -> Response:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if isinstance(error.body, bytes) and error.body and any(one["loc"][:1] == ("body",) for one in found):
            return problem(415, _wrong_type(request))
        if any(one["type"] == "json_invalid" for one in found):
            return problem(400, "The body is no JSON.")
        errors = [FieldError(location=_where(one["loc"]), message=_said(one["msg"])) for one in found[:100]]
        first = f"{errors[0].location}: {errors[0].message}" if errors else "The input cannot be used."
        return problem(422, first, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return problem_of_http(request, error)


def problem_of_http(request: Request, error: HTTPException) -> Response:
    """Return the answer to an error of HTTP itself."""
    headers = headers_of(request, error)
    if isinstance(error, Problem):
        return problem(error.status_code, error.detail, code=error.code, headers=headers)
    said = str(error.detail)
    if said == phrase(error.status_code):  # the framework's own errors say nothing more
        said = DESCRIPTIONS.get(error.status_code, said)
    return problem(error.status_code, said, headers=headers)


def headers_of(request: Request, error: HTTPException) -> Mapping[str, str] | None:
    """Those of an error of HTTP; of a 405, the methods that work, where the route did not say."""
    if error.status_code == 405 and not isinstance(error, Problem):
        return {"Allow": ", ".join(allowed(request))}
    return error.headers


def phrase(status: int) -> str:
    """Return the phrase of a status, as Python has it."""
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"


def _wrong_type(request: Request) -> str:
    given = request.headers.get("content-type")
    said = f"it says {_ascii(given)[:100]}" if given else "it has none"
    return f"The body must be JSON and say so, by Content-Type: application/json; {said}."


def allowed(request: Request) -> list[str]:
    """The methods of a path (RFC 9110, 10.2.1); Starlette names those of one of its routes."""

    def works(method: str) -> bool:
        scope = {**request.scope, "method": "GET" if method == "HEAD" else method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)

    return [method for method in METHODS if works(method)]


def _where(location: Sequence[Any]) -> str:
    return _ascii(".".join(map(str, location)))[:200]


def _said(message: str) -> str:
    return _ascii(message.removeprefix("Value error, "))[:500]


def _ascii(text: str) -> str:
    """Lone surrogates cannot be encoded, not even to say so."""
    return text.encode("utf-8", errors="replace").decode()


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: the errors it may answer with, beside those that every route has."""
    timed = {408} if 413 in statuses else set()  # a body may come too slowly
    return {status: described(status) for status in sorted({*statuses, *timed, 401, 403, 429, 500, 503})}


def described(status: int) -> dict[str, Any]:
    """Return the OpenAPI description of an error."""
    code, title = TITLES[status]
    said = DESCRIPTIONS[status]
    example = {"type": "about:blank", "title": title, "status": status, "detail": said, "code": code, "errors": []}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    response: dict[str, Any] = {
        "description": said,
        "content": {PROBLEM_JSON: {"schema": schema, "example": example}},
    }
    if (header := _HEADERS.get(status)) is not None:
        name, meaning, kind = header
        response["headers"] = {name: {"description": meaning, "schema": {"type": kind}}}
    return response


_HEADERS: Final = {
    401: ("WWW-Authenticate", "How to authenticate.", "string"),
    405: ("Allow", "The methods that the path supports.", "string"),
    429: ("Retry-After", "Seconds to wait.", "integer"),
    503: ("Retry-After", "Seconds to wait.", "integer"),
}
