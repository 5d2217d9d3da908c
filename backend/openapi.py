"""The OpenAPI document: what all routes share is put in here once."""

from typing import Any, Final

from fastapi import FastAPI

from backend.errors import ProblemDocument

DESCRIPTION: Final = (
    "Learning roadmaps: a goal becomes stages, modules, concepts, and for each concept a tutorial, resources and a "
    "quiz. Whatever takes time is a task, which a worker runs; requests answer 202 with its id. Errors are RFC 9457 "
    "problem documents."
)


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
        return app.openapi_schema or document

    app.openapi = openapi  # type: ignore[method-assign]
