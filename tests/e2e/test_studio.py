"""The studio as `make studio` serves it, driven by LangGraph's own client: its threads are runs of the product."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from domain.vocabulary import TaskStatus, TaskType
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.e2e.roadmap_command import Command
from tests.e2e.test_crashes import until
from tests.support.limits import HANG_SECONDS
from tests.support.processes import bought_again, broken_promises

ROOT: Final = Path(__file__).parents[2]
CHESS: Final = {"request": {"preferences": {"learning_goal": "chess"}}}

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv-studio" / ".complete").exists(), reason="the studio is not set up: `make studio-setup`"
)


class NetworkEnvironment:
    """A proxy that carries nothing: whoever calls the world is remembered."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.called: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.called.append(connection.recv(4096).decode(errors="replace").partition("\r\n")[0])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Server:
    """`make studio`, in a process group of its own."""

    def __init__(self, folder: Path, **env: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "studio.log"
        command = ["make", "-s", "-o", "studio-setup", "studio", f"PORT={self.port}", f"STUDIO_FOLDER={folder}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**{name: value for name, value in os.environ.items() if not name.startswith("MAKE")}, **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self) -> None:
        deadline = time.monotonic() + HANG_SECONDS
        async with httpx.AsyncClient() as client:
            while True:
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < deadline, self._log.read_text()
                try:
                    if (await client.get(f"{self.url}/ok")).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)

    def kill(self) -> None:
        """All of it, with SIGKILL."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=HANG_SECONDS)


@pytest.fixture
def outside() -> Iterator[NetworkEnvironment]:
    outside = NetworkEnvironment()
    yield outside
    outside.close()


@pytest.fixture
async def server(
    database_url: str, tmp_path: Path, account: Path, outside: NetworkEnvironment
) -> AsyncIterator[Server]:
    """On the test's own database, started by somebody whose shell would have it report to its vendor."""
    server = Server(
        tmp_path,
        ROADMAP_DATABASE_URL=database_url,
        ROADMAP_HEARTBEAT_TIMEOUT="4",
        ROADMAP_MAX_CONCEPTS="8",
        ROADMAP_MAX_CONCURRENT_CALLS="3",
        ROADMAP_OFFLINE_LATENCY="0.2",
        ROADMAP_OFFLINE_LOG=str(account),
        LANGSMITH_API_KEY="lsv2_pt_nobody",
        LANGCHAIN_TRACING_V2="true",
        HTTP_PROXY=outside.url,
        HTTPS_PROXY=outside.url,
        NO_PROXY="127.0.0.1,localhost",
    )
    await server.ready()
    yield server
    server.kill()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url, api_key=None) as client:
        yield client


@pytest.fixture
async def product(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings) as orchestrator:
        yield orchestrator


async def run(client: LangGraphClient, graph: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """In a thread of its own, to the end; the state then."""
    thread = await client.threads.create()
    ended = await client.runs.wait(thread["thread_id"], graph, input=wanted)
    assert isinstance(ended, dict)
    return ended


async def test_what_is_run_reviewed_and_retried_through_the_server_is_a_run_of_the_product_and_stays_at_home(
    client: LangGraphClient, product: Orchestrator, database: Database, outside: NetworkEnvironment
) -> None:
    for graph, keys in (("creation", {"request", "wants_review"}), ("retry", {"roadmap_id", "content_type"})):
        (assistant,) = await client.assistants.search(graph_id=graph)
        schema = (await client.assistants.get_schemas(assistant["assistant_id"]))["input_schema"]
        assert keys <= schema["properties"].keys(), "the form of the studio is made of this"  # type: ignore[index]

    thread = (await client.threads.create())["thread_id"]
    await client.runs.wait(thread, "creation", input={**CHESS, "wants_review": True})
    state = await client.threads.get_state(thread)
    assert state["next"] == ["human_review"]
    (interrupt,) = state["tasks"][0]["interrupts"]
    assert interrupt["value"]["framework"]["stages"]
    task_id = state["values"]["task_id"]  # type: ignore[call-overload]
    task = await product.task(task_id)
    assert (task.status, task.live) == (TaskStatus.HUMAN_REVIEW_PENDING, True)

    await client.runs.wait(thread, "creation", command={"resume": {"approved": True}})
    task = await product.task(task_id)
    assert (task.status, task.task_type) == (TaskStatus.COMPLETED, TaskType.CREATION)
    assert len(await product.contents.newest(task.roadmap_id or "")) == 24
    history = await client.threads.get_history(thread, limit=100)
    assert [moment["next"] for moment in reversed(history)] == [
        ["__start__"],
        ["request_run"],
        ["intent_analysis"],
        ["curriculum_design"],
        ["structure_validation"],
        ["course_design"],
        ["human_review"],
        ["content_generation"],
        ["tutorial_generation", "resource_recommendation", "quiz_generation"],
        ["finish_run"],
        [],
    ]

    wanted = {"roadmap_id": task.roadmap_id, "concept_id": "c-1-1-1"}
    ended = await run(client, "retry", {**wanted, "content_type": "quiz"})
    assert (await product.task(ended["task_id"])).task_type is TaskType.RETRY_QUIZ
    ended = await run(client, "concept", wanted)
    assert (await product.task(ended["task_id"])).status is TaskStatus.COMPLETED
    newest = await product.contents.newest(task.roadmap_id or "", "c-1-1-1")
    assert sorted(row.version for row in newest) == [2, 2, 3]
    assert await broken_promises(database) == []
    assert outside.called == []


async def test_a_killed_server_leaves_its_run_stale_and_roadmap_resume_goes_on(
    server: Server,
    client: LangGraphClient,
    product: Orchestrator,
    database: Database,
    shell: Command,
    account: Path,
) -> None:
    thread = (await client.threads.create())["thread_id"]
    await client.runs.create(thread, "creation", input=CHESS)
    deadline = time.monotonic() + HANG_SECONDS
    while not (tasks := await product.tasks.page()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    task_id = tasks[0].task_id
    while "content_completed" not in [event.type for event in await product.events.page(task_id)]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    server.kill()

    task = await until(product, task_id, lambda task: not task.live)
    assert task.status is TaskStatus.PROCESSING, "stale: nobody has taken it over"
    done = await asyncio.to_thread(shell, "resume", task_id)
    assert done.code == 0, done.err
    task = await product.task(task_id)
    assert task.status is TaskStatus.COMPLETED
    assert len(await product.contents.newest(task.roadmap_id or "")) == 24
    assert await broken_promises(database) == []
    assert await bought_again(database, account) == []
