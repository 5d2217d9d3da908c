"""Rejects query parameters and headers that a route does not have: a misspelled filter would return everything."""

from difflib import get_close_matches
from typing import Final

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from backend.errors import Problem

KEY: Final = "Idempotency-Key"


def refuse_unknown_input(request: Request) -> None:
    """Reject query parameters and an Idempotency-Key that the API route does not have.

    Pages accept any parameters, since other sites add some to links. Raises RequestValidationError and Problem 400.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return
    if request.query_params:
        _refuse_unknown_parameters(request, _names_of(route, params.Query))
    if request.method == "POST" and KEY in request.headers and KEY not in _names_of(route, params.Header):
        raise Problem(400, "This route does not support Idempotency-Key: leave it out.")


def _refuse_unknown_parameters(request: Request, known: tuple[str, ...]) -> None:
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": _advice(name, known)} for name in unknown]
        )


def _names_of(route: APIRoute, kind: type[params.Param]) -> tuple[str, ...]:
    fields = get_flat_params(route.dependant)
    return tuple(field.alias for field in fields if isinstance(field.field_info, kind))


def _advice(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return "Unknown parameter: this route has none"
    if near := get_close_matches(name[:100].lower(), known, n=1, cutoff=0.5):
        return f"Unknown parameter; did you mean `{near[0]}`?"
    return f"Unknown parameter: this route has {', '.join(known)}"
