"""Every control that a page shows works: each is pressed, for each reader and each state of a roadmap."""

from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from domain.vocabulary import ContentType, Role
from repository.db.database import Database, Session, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from repository.roadmaps.wishes import add_wishes
from tests.backend.conftest import Serve
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL
from tests.support.page_forms import Control, controls, links
from tests.support.rows import framework

Bearer = Callable[..., Any]
READERS: Final = {
    "owner": ("ann", Role.LEARNER),
    "reviewer": ("rev", Role.REVIEWER),
    "other": ("bob", Role.LEARNER),
    "operator": ("boss", Role.ADMIN),
}
TYPED: Final = {
    "learning_goal": "learn chess",
    "instructions": "add module Testing to s-1",
    "feedback": "Shorter.",
    "available_hours_per_week": "4",
    "target_deadline": "in 30 weeks",
    "meaning": "",
    "words": "The second line is wrong.",
    "note": "Ask about this.",
    "title": "My title",
    "concept": "c-1-1-1",
}
ALL_READERS: Final = {"waiting for review", "partly held"}
"""States in which every reader is tried each time; in the others the owner is, and everybody by `make soak`."""
CONCEPT: Final = "/roadmaps/r-1/concepts/c-1-1-1"
PAGES: Final = [
    "/",
    "/bin",
    "/operations",
    "/roadmaps/r-1",
    "/roadmaps/r-1/plan",
    "/roadmaps/r-1/changes",
    "/roadmaps/r-1/runs",
    "/roadmaps/r-1/book",
    "/roadmaps/r-1/cards",
    "/roadmaps/r-1/stage-tests/s-1",
    CONCEPT,
    "/roadmaps/r-1/concepts/c-1-1-2",
    "/tasks/t-1",
    "/tasks/t-1/review",
    "/tasks/t-1/book",
    "/tasks/t-2",
]


def _task(task_id: str, status: str, task_type: str = "modification", **more: str) -> str:
    columns = {"task_id": task_id, "user_id": "ann", "roadmap_id": "r-1", "task_type": task_type, "status": status}
    values = {**{name: f"'{value}'" for name, value in columns.items()}, **more}
    return f"INSERT INTO roadmap_tasks ({', '.join(values)}) VALUES ({', '.join(values.values())})"


BROKEN: Final = "UPDATE concept_contents SET status = 'failed', last_error = 'No answer.' WHERE content_type = 'quiz'"
NO_LESSON: Final = (
    "UPDATE concept_contents SET status = 'failed', version = 0"
    " WHERE concept_id = 'c-1-1-1' AND content_type <> 'resources'"
)
OF_T1: Final = "UPDATE concept_contents SET status = 'generating', task_id = 't-1'"
REVIEW: Final = """'{"interrupt_id": "i", "round": 1}'"""
BASE: Final = """'{"base_version": 1}'"""
REQUEST: Final = """'{"preferences": {"learning_goal": "x"}}'"""
STATES: Final[dict[str, list[str]]] = {
    "written": [],
    "broken": [BROKEN],
    "without a lesson": [NO_LESSON],
    "out of date": ["UPDATE content_versions SET lesson_hash = 'other' WHERE content_type = 'quiz'"],
    "in the bin": [BROKEN, "UPDATE roadmap_metadata SET deleted_at = now()", _task("t-1", "failed", user_request=BASE)],
    "waiting for review": [
        BROKEN,
        _task("t-1", "human_review_pending", user_request=BASE, review=REVIEW, current_step="'human_review'"),
    ],
    "queued": [BROKEN, _task("t-1", "pending", user_request=BASE)],
    "held by another run": [_task("t-1", "pending", "retry_batch"), f"{OF_T1}"],
    "partly held": [
        BROKEN,
        _task("t-1", "pending", "retry_batch"),
        f"{OF_T1}, version = 0 WHERE content_type = 'tutorial'",
    ],
    "out of date and held": [
        "UPDATE content_versions SET lesson_hash = 'other' WHERE content_type = 'quiz'",
        _task("t-1", "pending", "retry_batch"),
        f"{OF_T1} WHERE content_type = 'quiz'",
    ],
    "stale": [_task("t-1", "processing", "retry_batch", worker_id="'dead'"), f"{OF_T1} WHERE content_type = 'quiz'"],
    "ended": [BROKEN, _task("t-1", "cancelled", user_request=BASE), _task("t-2", "completed")],
    "ended, and the next one runs": [
        _task("t-1", "failed", user_request=BASE),
        _task("t-2", "pending", user_request=BASE),
    ],
    "ended, and changed since": [_task("t-1", "failed", user_request="""'{"base_version": 0}'""")],
    "a retry has failed": [
        _task("t-1", "failed", "retry_quiz", concept_id="'c-1-1-1'", content_type="'quiz'"),
        "UPDATE concept_contents SET status = 'failed', task_id = 't-1' WHERE content_type = 'quiz'",
    ],
    "a retry has failed, and the next one runs": [
        _task("t-1", "failed", "retry_quiz", concept_id="'c-1-1-1'", content_type="'quiz'"),
        _task("t-2", "pending", "retry_quiz", concept_id="'c-1-1-1'", content_type="'quiz'"),
        "UPDATE concept_contents SET status = 'pending', task_id = 't-2' WHERE content_type = 'quiz'",
    ],
    "a draft": [
        "DELETE FROM concept_contents",
        "DELETE FROM content_versions",
        "UPDATE roadmap_metadata SET framework_version = 0",
        _task("t-1", "human_review_pending", "creation", review=REVIEW, user_request=REQUEST),
    ],
    "without a plan": [
        "DELETE FROM concept_contents",
        "DELETE FROM content_versions",
        "UPDATE roadmap_metadata SET framework_version = 0, framework_data = NULL",
        _task("t-1", "failed", "creation", user_request=REQUEST),
    ],
}
TABLES: Final = [
    "task_events",
    "roadmap_tasks",
    "content_wishes",
    "content_versions",
    "concept_contents",
    "framework_versions",
    "learning_progress",
    "quiz_attempts",
    "content_reports",
    "concept_notes",
    "roadmap_metadata",
]


async def _lay(database: Database, statements: list[str]) -> None:
    """A roadmap of ann in a state, and nothing else."""
    async with database.transaction() as session:
        for table in TABLES:
            await execute(session, text(f"DELETE FROM {table}"), {})
        await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
        await _write(session)
        await add_wishes(session, "t-0", "r-1", [("c-1-1-1", "tutorial")], "shorter")
        for statement in statements:
            await execute(session, text(statement.replace(":", r"\:")), {})


async def _write(session: Session) -> None:
    for kind, content in (
        (ContentType.TUTORIAL, TUTORIAL),
        (ContentType.RESOURCES, RESOURCES),
        (ContentType.QUIZ, QUIZ),
    ):
        await execute(
            session,
            text("""
                INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
                SELECT roadmap_id, concept_id, content_type, 1, CAST(:payload AS jsonb), 't-0', 'scripted'
                FROM concept_contents WHERE content_type = :kind"""),
            {"payload": content.model_dump_json(), "kind": kind},
        )
    await execute(session, text("UPDATE concept_contents SET status = 'completed', version = 1"), {})


async def _shown(client: httpx.AsyncClient) -> tuple[list[tuple[str, Control]], set[str]]:
    """The controls of all pages that the client can read, each once with its page; and where their links lead."""
    found: dict[str, tuple[str, Control]] = {}
    addresses: set[str] = set()
    for path in PAGES:
        page = await client.get(path)
        if page.status_code != 200:
            continue
        addresses.update(links(page.text))
        for control in controls(page.text, TYPED):
            if control.label != "Sign out":
                found.setdefault(control.name, (path, control))
    return list(found.values()), addresses


async def _press(client: httpx.AsyncClient, page: str, pressed: Control) -> httpx.Response:
    """Press the control on a fresh load of its page, whose form has a token."""
    if pressed.method == "GET":
        return await client.get(pressed.action, params=dict(pressed.fields))
    shown = (await client.get(page)).text
    fresh = next(one for one in controls(shown, TYPED) if one.name == pressed.name)
    data: dict[str, list[str]] = {}
    for name, value in fresh.fields:
        data.setdefault(name, []).append(value)
    return await client.post(fresh.action, data=data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "reader"),
    [
        pytest.param(state, reader, marks=() if reader == "owner" or state in ALL_READERS else pytest.mark.soak)
        for state in STATES
        for reader in READERS
    ],
)
async def test_no_control_that_is_shown_is_refused(
    serve: Serve, bearer: Bearer, database: Database, state: str, reader: str
) -> None:
    client: httpx.AsyncClient = await serve(auth="token", http_requests_per_minute=100_000)
    client.headers.update(await bearer(*READERS[reader]))
    await _lay(database, STATES[state])
    shown, addresses = await _shown(client)
    refused = []
    for address in sorted(addresses):
        answer = await client.get(address)
        if answer.status_code >= 400:
            refused.append(f"link {address}: {answer.status_code}")
    for page, control in shown:
        await _lay(database, STATES[state])
        answer = await _press(client, page, control)
        if control.action == "/operations/tasks" and "succeeded" in answer.text:
            continue  # of all boxes, which are ticked here, some are of runs that have ended
        if answer.status_code >= 400:
            lede = answer.text[answer.text.find('class="lede"') :][:300]
            refused.append(f"{page}: {control.name}: {answer.status_code} {lede}")
    assert not refused
    if reader == "owner":
        assert [control for _, control in shown if control.action.startswith(("/roadmaps/r-1", "/tasks/t-"))]


async def test_a_roadmap_in_the_bin_can_be_put_back_from_its_own_page(
    serve: Serve, bearer: Bearer, database: Database
) -> None:
    await _lay(database, STATES["in the bin"])
    client = await serve(auth="token")
    client.headers.update(await bearer("ann"))
    shown = [control.label for control in controls((await client.get("/roadmaps/r-1")).text, TYPED)]
    assert shown == ["Sign out", "Put back"]


async def test_a_reviewer_is_offered_reviews_and_nothing_else(serve: Serve, bearer: Bearer, database: Database) -> None:
    await _lay(database, STATES["waiting for review"])
    client = await serve(auth="token")
    client.headers.update(await bearer("rev", Role.REVIEWER))
    labels = {
        path: {control.label for control in controls((await client.get(path)).text, TYPED)} - {"Sign out", "Search"}
        for path in ("/roadmaps/r-1", "/roadmaps/r-1/changes", "/tasks/t-1", "/tasks/t-1/review")
    }
    assert labels.pop("/tasks/t-1/review") == {"Approve", "Reject"}
    assert not any(labels.values()), labels
