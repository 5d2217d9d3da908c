"""The OpenAPI document: adds the parts that all routes share."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from backend.errors import DESCRIPTIONS, PROBLEM_JSON, TITLES, ProblemDocument

DESCRIPTION: Final = (
    "Learning roadmaps: a goal becomes stages, modules and concepts, with a tutorial, resources and a quiz for each "
    "concept. Long work is a task that a worker runs; requests for it are answered with 202 and its id. Errors are "
    "RFC 9457 problem documents."
)

EVERYWHERE: Final = (405, 421)
"""Errors of the router and the HTTP guard, which any path may answer with."""


def operation_id(route: APIRoute) -> str:
    """Return the name of a route's function; generated clients name their methods after it."""
    return route.name


def install(app: FastAPI) -> None:
    """Make `app.openapi()` and /openapi.json return the complete document."""
    build = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = build()
            components = document.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs", {})
            schemas["ProblemDocument"] = problem
            components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    if path.startswith("/api/"):
                        operation["security"] = [{"bearer": []}]
                    for status in EVERYWHERE:
                        operation["responses"][str(status)] = described(status)
                    for response in operation["responses"].values():
                        _describe_stream(response)
        return app.openapi_schema or document

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_stream(response: dict[str, Any]) -> None:
    """Replace `itemSchema`, which FastAPI writes for streams: OpenAPI 3.1 does not have it yet."""
    for media in response.get("content", {}).values():
        if media.pop("itemSchema", None) is not None:
            description = "Server-sent events: `id` is a sequence, `data` the JSON of an event."
            media["schema"] = {"type": "string", "description": description}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route: these errors and those that every route may answer with."""
    timed = {408} if 413 in statuses else set()  # a body may arrive too slowly
    return {status: described(status) for status in sorted({*statuses, *timed, 401, 403, 429, 500, 503})}


def described(status: int) -> dict[str, Any]:
    """Return the OpenAPI description of an error."""
    code, title = TITLES[status]
    detail = DESCRIPTIONS[status]
    example = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "errors": []}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    response: dict[str, Any] = {
        "description": detail,
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
