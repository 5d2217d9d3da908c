"""The OpenAPI document is valid, and says what really happens."""

import inspect
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from fastapi.routing import APIRoute
from openapi_spec_validator import validate

from backend.app import ROUTERS
from backend.errors import DESCRIPTIONS, PROBLEM_JSON, TITLES
from backend.openapi import EVERYWHERE
from tests.backend.conftest import GOAL

Operation = tuple[str, str, dict[str, Any]]
EXPECTED_FOR_BODIES: Final = {"400", "413", "415", "422"}


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    """The document as clients get it."""
    served: dict[str, Any] = (await client.get("/openapi.json")).json()
    return served


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """(method, path, operation) of everything that is described."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_an_operation_is_called_like_its_function_and_no_two_alike(document: dict[str, Any]) -> None:
    names = {
        (method.lower(), prefix + route.path_format): route.endpoint.__name__
        for prefix, router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }
    ids = {(method, path): operation["operationId"] for method, path, operation in operations(document)}
    assert ids == {place: name for place, name in names.items() if place in ids}
    assert len(set(ids.values())) == len(ids)


def test_an_operation_that_reads_a_body_says_how_it_is_refused(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if "requestBody" in operation:
            assert set(operation["responses"]) >= EXPECTED_FOR_BODIES, (method, path)


def test_every_operation_says_what_its_path_answers_to_other_methods_and_names(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status in EVERYWHERE:
            assert PROBLEM_JSON in operation["responses"][str(status)]["content"], (method, path)
        assert "Allow" in operation["responses"]["405"]["headers"]


async def test_location_is_described_exactly_where_a_run_is_started(
    document: dict[str, Any], client: httpx.AsyncClient
) -> None:
    described = {
        operation["operationId"]
        for _, _, operation in operations(document)
        if any("Location" in response.get("headers", {}) for response in operation["responses"].values())
    }
    started = {"generate_roadmap", "retry_failed", "modify_roadmap", "retry_content", "review_task", "resume_task"}
    assert described == started
    answer = await client.post("/api/v1/roadmaps/generate", json=GOAL)
    assert answer.headers["Location"] == f"/api/v1/tasks/{answer.json()['task_id']}"


def test_a_default_fits_its_own_schema(document: dict[str, Any]) -> None:
    language = document["components"]["schemas"]["Preferences"]["properties"]["primary_language"]
    assert ("default" in language, "pattern" in language) == (False, True)


def test_a_stream_is_described_in_words_of_its_own_version(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/tasks/{task_id}/stream"]["get"]["responses"]["200"]["content"]
    assert (document["openapi"][:3], set(content["text/event-stream"])) == ("3.1", {"schema"})


def test_each_error_has_the_phrase_of_its_status_and_a_sentence_of_its_own(document: dict[str, Any]) -> None:
    assert set(DESCRIPTIONS) == set(TITLES)
    for _, path, operation in operations(document):
        for status, response in operation["responses"].items():
            problem = response.get("content", {}).get(PROBLEM_JSON)
            if problem is not None:
                example = problem["example"]
                assert example["title"] == TITLES[int(status)][1], path
                assert example["detail"] == DESCRIPTIONS[int(status)] != example["title"]


def test_a_function_of_a_route_says_what_it_does() -> None:
    for _, router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                assert inspect.getdoc(route.endpoint), route.path
