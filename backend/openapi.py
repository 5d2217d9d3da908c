"""The OpenAPI document: what all routes share is put in here once."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from backend.errors import ProblemDocument, described

DESCRIPTION: Final = (
    "Learning roadmaps: a goal becomes stages, modules, concepts, and for each concept a tutorial, resources and a "
    "quiz. Whatever takes time is a task, which a worker runs; requests answer 202 with its id. Errors are RFC 9457 "
    "problem documents."
)

EVERYWHERE: Final = (405, 421)
"""Errors that no route makes itself: the router and the HTTP guard answer with them on every path."""


def operation_id(route: APIRoute) -> str:
    """Return the name of a route's function: what a generated client calls the operation."""
    return route.name


def install(app: FastAPI) -> None:
    """`app.openapi()` and /openapi.json answer with the whole document."""
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
    """Describe a stream as OpenAPI 3.1 can: its `itemSchema`, which FastAPI writes, is a word of 3.2."""
    for media in response.get("content", {}).values():
        if media.pop("itemSchema", None) is not None:
            said = "Server-sent events: `id` is a sequence, `data` the JSON of an event."
            media["schema"] = {"type": "string", "description": said}
