"""The server as it is run: real processes, real sockets, and each part killed in the middle."""

import json
import signal
import socket
from pathlib import Path

import psutil
import pytest

from domain.vocabulary import FINAL
from repository.db.database import Database
from repository.postgres.server import EmbeddedServer
from tests.e2e.roadmap_command import Command, Running
from tests.e2e.served import Served, eventually, serving
from tests.support.limits import HANG_SECONDS, LEASE_SECONDS
from tests.support.processes import bought_again, broken_promises


def children(running: Running, what: str) -> list[psutil.Process]:
    """Processes that the server started, by a word of their command."""
    return [child for child in psutil.Process(running.pid).children() if what in " ".join(child.cmdline())]


async def test_the_life_of_a_roadmap_over_http_with_two_more_workers(
    shell: Command, database: Database, account: Path
) -> None:
    """Made, looked at, repaired, reviewed, changed, cancelled, resumed, binned: nothing lost, nothing bought twice."""
    failing = {"OFFLINE_FAIL": "quiz@c-1-1-1,tutorial@c-1-1-2", "OFFLINE_LATENCY": "0.05"}
    with serving(shell, "--no-worker", port=0, **failing) as server:
        made = server.generate()
        workers = [shell.start("worker", terminal=False, **failing) for _ in range(2)]
        assert server.ended(made["task_id"])["status"] == "partial_failure"
        for worker in workers:
            worker.send(signal.SIGTERM)
            assert worker.end().code == 0
        for _ in range(2):
            shell.start("worker", OFFLINE_LATENCY="0.05", MAX_CONCEPTS="12")
        roadmap = f"/roadmaps/{made['roadmap_id']}"
        _repair(server, roadmap)
        _review_and_change(server, roadmap)
        _cancel_and_resume(server)
        tasks = server.get(f"{roadmap}/tasks")["tasks"]
        assert [task["task_type"] for task in tasks] == ["modification", "retry_batch", "retry_quiz", "creation"]
        events = server.get(f"/tasks/{made['task_id']}/events?limit=1000")["events"]
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert (events[0]["type"], events[-1]["type"]) == ("run_requested", "run_finished")
    assert not await broken_promises(database)
    # Of a modification's own steps the account cannot tell that they were other questions: contents it can.
    assert not [call for call in await bought_again(database, account) if call.concept_id is not None]


def _repair(server: Served, roadmap: str) -> None:
    quiz = f"{roadmap}/concepts/c-1-1-1/quiz"
    assert server.get(quiz)["status"] == "failed"
    retry = server.post(f"{quiz}/retry")
    assert server.ended(retry["task_id"])["status"] == "completed"
    assert server.get(quiz)["content"]["questions"]
    batch = server.post(f"{roadmap}/retry-failed")
    assert server.ended(batch["task_id"])["execution_summary"]["completed"] == 2, "a lesson and its quiz"
    assert server.post(f"{roadmap}/retry-failed")["task_id"] is None
    assert server.get(f"{roadmap}/status-check")["stale_concepts"] == []


def _review_and_change(server: Served, roadmap: str) -> None:
    asked = server.post(f"{roadmap}/modify", {"instructions": "rename s-1 to Endgames", "review": True})
    server.until(asked["task_id"], lambda task: task["status"] == "human_review_pending")
    assert server.call("DELETE", roadmap).json()["task_id"] == asked["task_id"]
    server.post(f"/tasks/{asked['task_id']}/review", {"approved": True})
    assert server.call("POST", f"/tasks/{asked['task_id']}/review", {"approved": True}).status_code == 409
    assert server.ended(asked["task_id"])["status"] == "completed"
    assert len(server.get(f"{roadmap}/versions")["versions"]) == 2
    assert server.get(f"{roadmap}/diff")["changes"]


def _cancel_and_resume(server: Served) -> None:
    other = server.generate("learn to sail")
    server.until(other["task_id"], lambda task: task["current_step"] == "content_generation")
    assert server.post(f"/tasks/{other['task_id']}/cancel", expect=200)["status"] == "cancelled"
    server.post(f"/tasks/{other['task_id']}/resume")
    assert server.ended(other["task_id"])["status"] == "completed"
    roadmap = f"/roadmaps/{other['roadmap_id']}"
    assert server.call("DELETE", roadmap).json()["deleted_at"]
    assert server.call("POST", f"{roadmap}/restore").json()["deleted_at"] is None


async def test_a_killed_part_is_started_again_and_no_run_is_lost(
    shell: Command, database: Database, account: Path
) -> None:
    with serving(shell, "--processes", "2") as server:
        made = server.generate()
        server.until(made["task_id"], lambda task: task["current_step"] == "content_generation")
        for part in (*children(server.running, "backend"), *children(server.running, "worker")):
            part.kill()
        assert server.ended(made["task_id"])["status"] == "completed"
        eventually(lambda: len(children(server.running, "backend")), lambda number: number == 2)
        assert len(children(server.running, "worker")) == 1
    assert not await broken_promises(database)
    assert not await bought_again(database, account)


async def test_a_stop_hands_running_tasks_back_and_the_next_server_goes_on(
    shell: Command, database: Database, account: Path
) -> None:
    with serving(shell) as server:
        made = server.generate()
        server.until(made["task_id"], lambda task: task["current_step"] == "content_generation")
        parts = psutil.Process(server.running.pid).children()
        server.running.send(signal.SIGTERM)
        assert server.running.end().code == 0
        assert not [part for part in parts if part.is_running()]
    with serving(shell) as server:
        assert server.ended(made["task_id"])["status"] == "completed"
    assert not await bought_again(database, account)


def test_a_server_whose_starter_was_killed_does_not_hold_the_port(shell: Command) -> None:
    with serving(shell) as server:
        parts = psutil.Process(server.running.pid).children()
        server.running.kill()
        _, alive = psutil.wait_procs(parts, timeout=HANG_SECONDS)
        assert not alive


def test_without_a_database_it_answers_503_and_finds_it_again(home: Path) -> None:
    shell = Command(home, OFFLINE_LATENCY="0.02", HEARTBEAT_TIMEOUT=str(LEASE_SECONDS))
    database = EmbeddedServer(home)
    assert shell("db", "upgrade").code == 0
    try:
        with serving(shell, "--no-worker", DATABASE_URL=database.start(), HTTP_PATIENCE="0.2") as server:
            made = server.generate()
            database.stop()
            away = server.call("GET", f"/tasks/{made['task_id']}")
            assert (away.status_code, away.json()["code"]) == (503, "unavailable")
            assert int(away.headers["Retry-After"]) > 0
            assert server.client.get("/healthz").status_code == 200
            assert server.client.get("/readyz").json()["status"] == "not ready"
            database.start()
            assert server.until(made["task_id"], lambda _: True)["status"] == "pending"
            assert eventually(lambda: server.client.get("/readyz").json()["status"], lambda said: said == "ready")
    finally:
        shell.kill_all()


def test_what_cannot_be_served_ends_in_one_line_before_anything_is_opened(shell: Command, tmp_path: Path) -> None:
    open_to_all = shell("serve", "--host", "0.0.0.0", HOME=str(tmp_path / "none"))
    assert (open_to_all.code, len(open_to_all.err.splitlines())) == (2, 1)
    assert "ROADMAP_AUTH" in open_to_all.err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = shell("serve", "--port", str(taken.getsockname()[1]))
    assert (busy.code, len(busy.err.splitlines())) == (2, 1)
    assert "in use" in busy.err
    away = shell("serve", "--port", "0", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (away.code, len(away.err.splitlines())) == (5, 1)
    keyless = shell("serve", "--port", "0", AUTH="jwt")
    assert (keyless.code, "ROADMAP_JWT_KEY" in keyless.err) == (2, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.soak
def test_a_token_of_the_command_line_opens_the_server_until_it_is_revoked(shell: Command) -> None:
    made = shell("token", "create", "--user", "ann", "--role", "admin", "--expires", "1d", "--json").json()
    assert set(made) == {"token", "id", "user", "role", "expires_at"}
    headers = {"Authorization": f"Bearer {made['token']}"}
    with serving(shell, "--no-worker", AUTH="token") as server:
        assert server.client.get("/api/v1/tasks").status_code == 401
        assert server.client.get("/api/v1/tasks", headers=headers).status_code == 200
        (listed,) = shell("token", "list", "--json").json()["tokens"]
        assert (listed["id"], listed["last_used_at"] is not None) == (made["id"], True)
        assert shell("token", "revoke", made["id"]).code == 0
        assert server.client.get("/api/v1/tasks", headers=headers).status_code == 401
        assert made["token"] not in server.running.err


def test_a_trace_goes_from_the_request_to_the_workers_line_and_behind_a_prefix_links_lead_back(shell: Command) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    with serving(shell, OFFLINE_LATENCY="0.01", HTTP_ROOT_PATH="/learn", LOG_LEVEL="info") as server:
        answer = server.client.post(
            "/api/v1/roadmaps/generate",
            json={"preferences": {"learning_goal": "learn chess"}},
            headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01", "X-Request-ID": "mine-7"},
        )
        task_id = answer.json()["task_id"]
        assert answer.headers["Location"] == f"/learn/api/v1/tasks/{task_id}"
        assert server.client.get(answer.headers["Location"]).status_code == 200
        assert server.ended(task_id)["status"] in FINAL
        lines = [json.loads(line) for line in server.running.err.splitlines() if line.startswith("{")]
        (request,) = [line for line in lines if line.get("request_id") == "mine-7"]
        assert (request["task_id"], request["trace_id"], request["status"]) == (task_id, trace, 202)
        assert f"trace_id={trace}" in server.running.err
