"""A stream of a real server while real workers run: dropped, resumed, and with processes that die below it."""

import asyncio
import json
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.roadmap_command import Command
from tests.e2e.served import Served, serving
from tests.e2e.test_restarts import strike
from tests.support.http_server import sse
from tests.support.limits import HANG_SECONDS


@asynccontextmanager
async def _streaming(served: Served, task_id: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
    async with (
        httpx.AsyncClient(base_url=served.url, timeout=HANG_SECONDS) as client,
        client.stream("GET", f"/api/v1/tasks/{task_id}/stream", headers=headers) as response,
    ):
        yield response


async def _some(
    served: Served, task_id: str, after: int, most: int, heard: asyncio.Semaphore | None = None
) -> list[dict[str, Any]]:
    """Events of one connection, which is dropped after `most` of them; `heard` is told of each."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    told: list[dict[str, Any]] = []
    async with _streaming(served, task_id, headers) as response:
        assert response.status_code == 200
        async for event in sse(response):
            told.append(json.loads(event.data))
            assert told[-1]["sequence"] == event.id
            if heard is not None:
                heard.release()
            if len(told) == most:
                break
    return told


def _check_whole(told: list[dict[str, Any]]) -> None:
    assert [event["sequence"] for event in told] == list(range(1, len(told) + 1))
    assert told[-1]["type"] == "run_finished"


async def test_switching_the_tab_and_coming_back_a_hundred_times_loses_and_doubles_nothing(shell: Command) -> None:
    choose = random.Random(7)
    with serving(shell, "--no-worker") as served:
        shell.start("worker"), shell.start("worker")
        task_id = served.generate()["task_id"]
        told: list[dict[str, Any]] = []
        connections = 0
        async with asyncio.timeout(HANG_SECONDS):
            while not told or told[-1]["type"] != "run_finished":
                after = told[-1]["sequence"] if told else 0
                told += await _some(served, task_id, after, choose.randint(1, 2))
                connections += 1
        _check_whole(told)
        for _ in range(connections, 100):
            after = choose.randrange(len(told))
            assert await _some(served, task_id, after, 2) == told[after : after + 2]
        assert told == served.get(f"/tasks/{task_id}/events?limit=1000")["events"]


async def test_a_worker_that_is_killed_and_its_takeover_are_seen_in_one_stream(shell: Command) -> None:
    with serving(shell, "--no-worker") as served:
        workers = [shell.start("worker")]
        task_id = served.generate()["task_id"]
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(HANG_SECONDS):
            async with _streaming(served, task_id, {}) as response:
                async for event in sse(response):
                    told.append(json.loads(event.data))
                    if told[-1]["type"] == "content_completed" and len(workers) == 1:
                        workers[0].send(signal.SIGKILL)
                        workers.append(shell.start("worker"))
        _check_whole(told)
        starts = [event["payload"]["attempt"] for event in told if event["type"] == "run_started"]
        assert starts == [1, 2]


@pytest.mark.soak
async def test_a_crash_of_the_database_is_outlasted_by_a_stream(home: Path) -> None:
    command = Command(home, OFFLINE_LATENCY="0.3", MAX_CONCURRENT_CALLS="3", MAX_CONCEPTS="8")
    try:
        with serving(command) as served:
            task_id = served.generate()["task_id"]
            told: list[dict[str, Any]] = []
            struck = False
            async with asyncio.timeout(HANG_SECONDS), _streaming(served, task_id, {}) as response:
                async for event in sse(response):
                    told.append(json.loads(event.data))
                    if told[-1]["type"] == "content_completed" and not struck:
                        struck = True
                        await asyncio.to_thread(strike, home, signal.SIGKILL)
            assert struck
            _check_whole(told)
    finally:
        command.kill_all()


@pytest.mark.parametrize("processes", [pytest.param("1", marks=pytest.mark.soak), "2"])
async def test_a_server_that_is_asked_to_stop_does_not_wait_for_its_streams(shell: Command, processes: str) -> None:
    with serving(shell, "--no-worker", "--processes", processes) as served:
        task_id = served.generate()["task_id"]  # no worker: it stays queued
        heard = asyncio.Semaphore(0)
        opened = [asyncio.create_task(_some(served, task_id, 0, 1000, heard)) for _ in range(10)]
        for _ in opened:
            await asyncio.wait_for(heard.acquire(), HANG_SECONDS)
        assert not any(stream.done() for stream in opened), "a run that is queued may begin at any time"
        served.running.send(signal.SIGTERM)
        for told in await asyncio.gather(*opened):  # one that is cut off raises
            assert [event["type"] for event in told] == ["run_requested"]
        assert (await asyncio.to_thread(served.running.end)).code == 0


async def _answer(served: Served, path: str) -> httpx.Response:
    """On a connection of its own, so that it is chance which server answers."""
    async with httpx.AsyncClient(base_url=served.url, timeout=HANG_SECONDS) as client:
        return await client.get(path)


@pytest.mark.soak
async def test_servers_count_together_whichever_is_asked(shell: Command) -> None:
    with serving(shell, "--no-worker", "--processes", "2") as served:
        task_id = served.generate()["task_id"]
        for _ in range(60):
            assert (await _answer(served, "/api/v1/tasks/none")).status_code == 404
        heard = asyncio.Semaphore(0)
        opened = [asyncio.create_task(_some(served, task_id, 0, 1000, heard)) for _ in range(10)]
        for _ in opened:
            await asyncio.wait_for(heard.acquire(), HANG_SECONDS)
        wanted = 'roadmap_http_requests_total{method="GET",route="/api/v1/tasks/{task_id}",status="404"} 60.0'
        for _ in range(5):
            text = (await _answer(served, "/metrics")).text
            assert wanted in text
            assert "roadmap_http_streams 10.0" in text
        served.running.send(signal.SIGTERM)
        await asyncio.gather(*opened)
