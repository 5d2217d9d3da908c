"""Roadmaps over HTTP: as the contract has them, page by page, into the bin and out again."""

import httpx
from sqlalchemy import text

from domain.vocabulary import ContentType
from repository.contents.contents import insert_contents, save_version
from repository.db.database import Database, execute
from repository.db.fence import Fence
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.conftest import GOAL
from tests.backend.places import fill
from tests.support.rows import BOUGHT, fence_of, framework, reserved, started

ROADMAP = "/api/v1/roadmaps/r-1"


async def test_before_its_framework_exists_a_roadmap_names_the_run_that_makes_it(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/roadmaps/generate", json=GOAL)
    fields = {"task_id", "roadmap_id", "status", "task_type", "pace", "warnings"}
    assert (made.status_code, set(made.json())) == (202, fields)
    answer = (await client.get(f"/api/v1/roadmaps/{made.json()['roadmap_id']}")).json()
    assert (answer["framework"], answer["framework_version"]) == (None, 0)
    assert [task["task_id"] for task in answer["active_tasks"]] == [made.json()["task_id"]]


async def test_active_task_and_status_check_read_exactly_as_agreed(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    none = (await client.get(f"{ROADMAP}/active-task")).json()
    assert none == {"roadmap_id": "r-1", "has_active_task": False, "task_id": None, "status": None}
    stale = (await client.get(f"{ROADMAP}/status-check")).json()
    assert set(stale) == {"roadmap_id", "has_active_task", "active_tasks", "stale_concepts"}
    assert stale["stale_concepts"][0] == {
        "concept_id": "c-1-1-1",
        "concept_name": "C1",
        "content_type": "quiz",
        "current_status": "pending",
    }
    retry = await client.post(f"{ROADMAP}/concepts/c-1-1-1/quiz/retry", json={"instructions": "shorter"})
    assert set(retry.json()) == {"task_id", "roadmap_id", "concept_id", "content_type", "task_type", "status"}
    active = (await client.get(f"{ROADMAP}/active-task")).json()
    assert active == {
        "roadmap_id": "r-1",
        "has_active_task": True,
        "task_id": retry.json()["task_id"],
        "status": "pending",
        "current_step": "init",
        "task_type": "retry_quiz",
        "concept_id": "c-1-1-1",
        "content_type": "quiz",
    }
    again = await client.post(f"{ROADMAP}/concepts/c-1-1-1/quiz/retry")
    assert (again.status_code, again.json()["task_id"]) == (409, retry.json()["task_id"])


async def test_a_run_on_a_roadmap_belongs_to_the_roadmaps_owner(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, user_id="ann")
    made = await client.post(f"{ROADMAP}/retry-failed", json={"content_types": ["quiz"]})
    assert (await client.get(made.headers["Location"])).json()["user_id"] == "ann"


async def test_pages_show_each_roadmap_once_newest_first(client: httpx.AsyncClient) -> None:
    made = [(await client.post("/api/v1/roadmaps/generate", json=GOAL)).json()["roadmap_id"] for _ in range(7)]
    seen, cursor = [], ""
    while True:
        page = (await client.get(f"/api/v1/roadmaps?limit=3{cursor}")).json()
        seen += [row["roadmap_id"] for row in page["roadmaps"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1]


async def test_runs_are_filtered_by_status_and_type(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    await client.post(f"{ROADMAP}/retry-failed")
    waiting = (await client.get("/api/v1/tasks?status=human_review_pending&status=cancelled")).json()["tasks"]
    assert {task["task_id"] for task in waiting} == {"t-asked", "t-cancelled"}
    (batch,) = (await client.get("/api/v1/tasks?task_type=retry_batch")).json()["tasks"]
    assert batch["roadmap_id"] == "r-1"
    assert len((await client.get("/api/v1/tasks?roadmap_id=r-1")).json()["tasks"]) == 1


async def test_the_bin_keeps_a_roadmap_whole_and_nothing_runs_for_it_there(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    binned = await client.delete(ROADMAP)
    assert binned.json()["deleted_at"] is not None
    assert (await client.delete(ROADMAP)).json()["deleted_at"] == binned.json()["deleted_at"]
    assert "r-1" not in [row["roadmap_id"] for row in (await client.get("/api/v1/roadmaps")).json()["roadmaps"]]
    assert [row["roadmap_id"] for row in (await client.get("/api/v1/roadmaps?binned=true")).json()["roadmaps"]] == [
        "r-1"
    ]
    for path, body in [
        ("/retry-failed", None),
        ("/modify", {"instructions": "x"}),
        ("/concepts/c-1-1-1/quiz/retry", None),
    ]:
        refused = await client.post(ROADMAP + path, json=body)
        assert (refused.status_code, "bin" in refused.json()["detail"]) == (409, True)
    assert (await client.post(f"{ROADMAP}/restore")).json()["deleted_at"] is None
    assert (await client.post(f"{ROADMAP}/retry-failed")).status_code == 202


async def test_a_roadmap_with_a_live_run_is_not_binned_and_the_run_is_named(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    for roadmap_id, task_id in (("r-2", "t-queued"), ("r-4", "t-asked")):
        refused = await client.delete(f"/api/v1/roadmaps/{roadmap_id}")
        assert (refused.status_code, refused.json()["task_id"]) == (409, task_id)
    await reserved(database, "r-5")
    await started(database, "t-dead", roadmap_id="r-5", worker_id="dead")
    assert (await client.delete("/api/v1/roadmaps/r-5")).status_code == 200
    assert (await client.get("/api/v1/tasks/t-dead")).json()["status"] == "failed"


async def test_versions_of_a_structure_and_what_changed_between_them(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework("r-1", concepts=3))
    versions = (await client.get(f"{ROADMAP}/versions")).json()["versions"]
    assert [(one["version"], one["concepts"]) for one in versions] == [(2, 3), (1, 2)]
    assert versions[0]["replaced_at"] is None
    diff = (await client.get(f"{ROADMAP}/diff")).json()
    assert (diff["before"], diff["after"]) == (1, 2)
    assert [(change["kind"], change["target_id"]) for change in diff["changes"]] == [("added", "c-1-1-3")]
    back = (await client.get(f"{ROADMAP}/diff?before=2&after=1")).json()["changes"]
    assert [change["kind"] for change in back] == ["removed"]
    assert (await client.get(f"{ROADMAP}/diff?before=7")).status_code == 404


async def test_older_contents_stay_readable(client: httpx.AsyncClient, database: Database) -> None:
    await reserved(database)
    task = await started(database)
    fence: Fence = fence_of(task)
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
        await insert_contents(session, fence, "r-1", ["c-1-1-1"])
        await save_version(session, fence, "r-1", "c-1-1-1", ContentType.QUIZ, {"questions": [1]}, BOUGHT)
    quiz = f"{ROADMAP}/concepts/c-1-1-1/quiz"
    answer = (await client.get(quiz)).json()
    assert (answer["status"], answer["version"], answer["content"]) == ("completed", 1, {"questions": [1]})
    assert (await client.get(f"{quiz}?version=1")).json()["content"] == {"questions": [1]}
    assert (await client.get(f"{quiz}?version=2")).status_code == 404
    assert [one["version"] for one in (await client.get(f"{quiz}/versions")).json()["versions"]] == [1]
    unmade = (await client.get(f"{ROADMAP}/concepts/c-1-1-1/tutorial")).json()
    assert (unmade["status"], unmade["content"]) == ("pending", None)
    assert (await client.get(f"{ROADMAP}/concepts/c-9/quiz")).status_code == 404
    assert (await client.get(f"{ROADMAP}/concepts/c-1-1-1/essay")).status_code == 422


async def test_legacy_ids_work_encoded(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        old = framework("x:1")
        await save_roadmap_metadata(session, "x:1", "ann", old)
    for path in ("x:1", "x%3A1"):
        assert (await client.get(f"/api/v1/roadmaps/{path}/status-check")).status_code == 200


async def test_a_quiz_without_its_lesson_is_refused_until_the_tutorial_was_written(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
    quiz = f"{ROADMAP}/concepts/c-1-1-1/quiz/retry"
    refused = await client.post(quiz)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "retry the tutorial first" in refused.json()["detail"]
    assert "task_id" not in refused.json()
    lesson = await client.post(f"{ROADMAP}/concepts/c-1-1-1/tutorial/retry")
    assert lesson.status_code == 202
    assert (await client.post(quiz)).json()["task_id"] == lesson.json()["task_id"]


async def test_what_is_out_of_date_is_marked_listed_and_written_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    made = """
        UPDATE concept_contents SET version = 1, status = 'completed' WHERE roadmap_id = 'r-1';
        UPDATE content_versions SET lesson_hash = 'another' WHERE content_type = 'quiz'"""
    async with database.transaction() as session:
        for statement in made.split(";"):
            await execute(session, text(statement), {})
    content = (await client.get(f"{ROADMAP}/concepts/c-1-1-1/quiz")).json()
    assert (content["status"], content["out_of_date"]) == ("completed", True)
    concept = (await client.get(ROADMAP)).json()["framework"]["stages"][0]["modules"][0]["concepts"][0]
    assert (concept["quiz_out_of_date"], concept["content_out_of_date"]) == (True, False)
    check = (await client.get(f"{ROADMAP}/status-check")).json()
    assert check["out_of_date_concepts"] == [{"concept_id": "c-1-1-1", "concept_name": "C1", "content_type": "quiz"}]
    listed = (await client.get("/api/v1/roadmaps?out_of_date=true")).json()["roadmaps"]
    assert [one["roadmap_id"] for one in listed] == ["r-1"]
    page = (await client.get("/roadmaps/r-1")).text
    assert "1 content is out of date:" in page
    assert "completed, out of date" in page
    assert "Out of date: " in (await client.get("/roadmaps/r-1/concepts/c-1-1-1")).text
    assert (await client.post(f"{ROADMAP}/retry-failed")).json()["task_id"] is None
    again = await client.post(f"{ROADMAP}/retry-failed", json={"out_of_date": True})
    assert again.json()["task_type"] == "retry_batch"


async def test_an_estimate_tells_what_a_roadmap_takes_and_creates_none(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/roadmaps/estimate", json=GOAL)
    assert answer.status_code == 200
    assert set(answer.json()) >= {"concepts", "hours", "short", "full", "models", "averages", "lessons"}
    assert (await client.get("/api/v1/roadmaps")).json()["roadmaps"] == []
    assert (await client.get("/api/v1/tasks")).json()["tasks"] == []
    late = {"preferences": {**GOAL["preferences"], "target_deadline": "2001-01-01"}}
    assert (await client.post("/api/v1/roadmaps/estimate", json=late)).status_code == 422
    assert (await client.get("/api/v1/roadmaps/estimate")).status_code == 405
