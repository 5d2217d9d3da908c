"""The course book over HTTP and on pages: read, edited during a review, and refused with what was typed still there."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from domain.vocabulary import Role, TaskStatus
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.queries.status import TaskView
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import sent
from tests.support.authors import ScriptedAuthor
from tests.support.page_forms import controls

HOSTILE = '"><script>pwned()</script>'


@pytest.fixture
async def task(settings: Settings) -> AsyncIterator[TaskView]:
    """A creation that waits for its review."""
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess", review=ReviewRequest())).task_id)
        assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
        yield task


async def book_of(client: httpx.AsyncClient, task: TaskView) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/tasks/{task.task_id}/course-book")
    assert answer.status_code == 200, answer.text
    book: dict[str, Any] = answer.json()["course_book"]
    return book


async def test_a_book_is_read_replaced_and_found_at_its_roadmap(client: httpx.AsyncClient, task: TaskView) -> None:
    book = await book_of(client, task)
    book["glossary"].append({"term": "gambit", "meaning": "A pawn for a lead."})
    answer = await client.put(f"/api/v1/tasks/{task.task_id}/course-book", json={"course_book": book, "round": 1})
    assert answer.status_code == 200, answer.text
    changed = answer.json()["course_book"]
    assert [term["term"] for term in changed["glossary"]] == ["move", "gambit"]
    assert changed["concepts"] == book["concepts"]
    assert await book_of(client, task) == changed
    assert (await client.get(f"/api/v1/roadmaps/{task.roadmap_id}")).json()["course_book"] == changed
    at_roadmap = await client.get(f"/api/v1/roadmaps/{task.roadmap_id}/course-book")
    assert at_roadmap.json() == {"course_book": changed}
    assert (await client.get(f"/api/v1/roadmaps/{task.roadmap_id}/course-book?version=7")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "course_book"),
        ({"course_book": []}, 422, "course_book"),
        ({"course_book": {"glosary": []}}, 422, "glosary: is no field of a course book"),
        ({"course_book": {"warnings": ["a\x00b"]}}, 422, "NUL"),
        ({"course_book": {"warnings": ["x" * 30_000]}}, 422, "at most 20000"),
        ({"course_book": {"concepts": [{"concept_id": "c-9"}]}}, 422, "no concept 'c-9'"),
        ({"course_book": {}, "round": 2}, 409, "round 1"),
        ({"course_book": {"warnings": ["x" * 300_000]}}, 413, "bytes"),
    ],
)
async def test_a_book_that_cannot_be_used_is_refused_in_one_line(
    client: httpx.AsyncClient, task: TaskView, body: dict[str, Any], status: int, said: str
) -> None:
    before = await book_of(client, task)
    answer = await client.put(f"/api/v1/tasks/{task.task_id}/course-book", json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert await book_of(client, task) == before


async def test_the_book_of_another_user_is_neither_read_nor_edited(
    serve: Serve, bearer: Callable[..., Any], task: TaskView
) -> None:
    client = await serve(auth="token")
    other, reviewer = await bearer("eve"), await bearer("rea", Role.REVIEWER)
    path = f"/api/v1/tasks/{task.task_id}/course-book"
    assert (await client.get(path, headers=other)).status_code == 404
    assert (await client.put(path, headers=other, json={"course_book": {}})).status_code == 404
    assert (await client.get(f"/tasks/{task.task_id}/book", headers=other)).status_code == 404
    assert (await client.put(path, headers=reviewer, json={"course_book": {}})).status_code == 200


async def test_the_book_is_on_a_page_of_its_own_and_in_the_review(client: httpx.AsyncClient, task: TaskView) -> None:
    page = (await client.get(f"/roadmaps/{task.roadmap_id}/book")).text
    assert "What a player does in turn." in page
    assert "can explain c-1-1-1" in page
    review = (await client.get(f"/tasks/{task.task_id}/review")).text
    assert "What a player does in turn." in review
    assert f'href="/tasks/{task.task_id}/book?round=1"' in review


def fields_of(page: str) -> dict[str, Any]:
    """Return the fields of the form, as a browser would send them."""
    (form,) = [control for control in controls(page, {}) if control.label == "Save"]
    fields: dict[str, list[str]] = {}
    for name, value in form.fields:
        if name != "csrf":
            fields.setdefault(name, []).append(value)
    return fields


async def test_a_form_that_is_sent_unchanged_changes_nothing(client: httpx.AsyncClient, task: TaskView) -> None:
    before = await book_of(client, task)
    for part in ("shared", "c-1-1-1"):
        address = f"/tasks/{task.task_id}/book?part={part}&round=1"
        fields = fields_of((await client.get(address)).text)
        answer = await sent(client, address, f"/tasks/{task.task_id}/book", **fields)
        assert answer.status_code == 303, answer.text
        assert await book_of(client, task) == before, part


async def test_one_part_is_edited_and_the_others_stay(client: httpx.AsyncClient, task: TaskView) -> None:
    before = await book_of(client, task)
    address = f"/tasks/{task.task_id}/book?part=c-1-1-2&round=1"
    fields = fields_of((await client.get(address)).text)
    fields |= {"outcomes": "can judge c-1-1-2\n\ncan do more", "lesson_title": [HOSTILE], "lesson_minutes": ["30"]}
    fields |= {"belief": [HOSTILE, " ", "It is."], "correction": ["It is not.", "", ""]}
    answer = await sent(client, address, f"/tasks/{task.task_id}/book", **fields)
    assert answer.status_code == 303, answer.text
    after = await book_of(client, task)
    assert after | {"concepts": []} == before | {"concepts": []}
    assert after["concepts"][0] == before["concepts"][0]
    plan = after["concepts"][1]
    assert [(one["outcome_id"], one["text"]) for one in plan["outcomes"]] == [
        ("o3", "can judge c-1-1-2"),
        ("o4", "can do more"),
    ]
    assert plan["lessons"] == [{"lesson_id": "l1", "title": HOSTILE, "minutes": 30}]
    assert [(one["belief"], one["correction"]) for one in plan["misconceptions"]] == [
        (" ".join(HOSTILE.split()), "It is not."),
        ("It is.", ""),
    ]
    for shown in (address, f"/tasks/{task.task_id}/review", f"/roadmaps/{task.roadmap_id}/book"):
        assert "<script>pwned" not in (await client.get(shown)).text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("c-1-1-1", {"teaches": "kept", "lesson_title": ["L"], "lesson_minutes": ["soon"]}, "minutes as a number"),
        ("c-1-1-1", {"teaches": "kept", "lesson_title": ["L"], "lesson_minutes": ["0"]}, "between 1 and 1440"),
        ("c-1-1-1", {"belief": [""], "correction": ["kept"]}, "Say which misconception"),
        ("shared", {"term": [""], "notation": [""], "meaning": ["kept"]}, "Name the term"),
        ("shared", {"term": ["a", "A"], "notation": ["", ""], "meaning": ["kept", ""]}, "there twice"),
        ("shared", {"example_title": "", "example_code": "kept"}, "Give the example a title"),
        ("shared", {"project_title": "", "project_description": "kept"}, "Give the project a title"),
    ],
)
async def test_what_was_typed_stays_in_a_form_that_is_refused(
    client: httpx.AsyncClient, task: TaskView, part: str, typed: dict[str, Any], said: str
) -> None:
    before = await book_of(client, task)
    address = f"/tasks/{task.task_id}/book?part={part}&round=1"
    fields = fields_of((await client.get(address)).text)
    answer = await sent(client, address, f"/tasks/{task.task_id}/book", **(fields | typed))
    assert answer.status_code == 422
    assert said in answer.text
    assert "kept" in answer.text
    assert await book_of(client, task) == before


async def test_addresses_of_parts_that_are_not_there_are_no_pages(client: httpx.AsyncClient, task: TaskView) -> None:
    assert (await client.get(f"/tasks/{task.task_id}/book?part=c-9")).status_code == 404
    assert (await client.get("/tasks/nobody/book")).status_code == 404
