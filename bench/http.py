"""Requests per second of the API, compared with bare FastAPI routes on the same pool.

The bare app runs the same functions in the same transactions and returns dicts: no authentication, limits, models,
headers or logs. Both are uvicorn processes, measured in turns with the same clients; the ratio is what counts.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final

import httpx

from bench.scale.rows import PER_ROADMAP, fill
from bench.servers import bench_server

TARGET: Final = 0.7
CLIENTS: Final = 16
ROADMAPS: Final = 10_000
GOAL: Final = {"preferences": {"learning_goal": "learn chess"}}
QUESTIONS: Final = {
    "active-task": ("GET", "/api/v1/roadmaps/roadmap-{:07}/active-task"),
    "status-check": ("GET", "/api/v1/roadmaps/roadmap-{:07}/status-check"),
    "generate": ("POST", "/api/v1/roadmaps/generate"),
}


def bare() -> Any:
    """The app that the product is measured against."""
    from fastapi import FastAPI

    from domain.request import LearningRequest
    from orchestrator import Orchestrator

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Orchestrator.open(kind="server") as orchestrator:
            app.state.orchestrator = orchestrator
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/api/v1/roadmaps/{roadmap_id}/active-task")
    async def active_task(roadmap_id: str) -> Any:
        return [one.model_dump() for one in await app.state.orchestrator.roadmaps.active_tasks(roadmap_id)]

    @app.get("/api/v1/roadmaps/{roadmap_id}/status-check")
    async def status_check(roadmap_id: str) -> Any:
        return (await app.state.orchestrator.status(roadmap_id)).model_dump()

    @app.post("/api/v1/roadmaps/generate")
    async def generate(body: dict[str, Any]) -> Any:
        return (await app.state.orchestrator.create(LearningRequest.model_validate(body), detach=True)).model_dump()

    @app.get("/healthz")
    async def health() -> Any:
        return {}

    return app


OURS: Final = ["backend"]
BARE: Final = ["uvicorn", "--factory", "bench.http:bare", "--no-access-log", "--log-level", "warning"]


@contextmanager
def serving(module: list[str], url: str) -> Iterator[str]:
    """Start a Python module that serves on an inherited socket; yield its address."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROADMAP_")}
    environment = {**inherited, "ROADMAP_DATABASE_URL": url, "ROADMAP_HTTP_REQUESTS_PER_MINUTE": "10000000"}
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        command = [sys.executable, "-P", "-m", *module, "--fd", str(listening.fileno())]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, pass_fds=(listening.fileno(),))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


@dataclass(frozen=True)
class HttpRun:
    """Requests per second, and the 99th percentile of their latency in milliseconds."""

    rate: float
    p99: float


async def load(address: str, question: str, requests: int) -> HttpRun:
    method, path = QUESTIONS[question]
    took: list[float] = []
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        numbers = iter(range(requests))

        async def ask() -> None:
            for number in numbers:
                began = time.perf_counter()
                place = path.format(number % ROADMAPS)
                answer = await client.request(method, place, json=GOAL if method == "POST" else None)
                answer.raise_for_status()
                took.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(CLIENTS)))
        seconds = time.perf_counter() - began
    return HttpRun(requests / seconds, 1000 * quantiles(took, n=100)[98])


async def _up(address: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(300):
            try:
                await client.get(f"{address}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise TimeoutError(address)


def main(requests: int = 4_000, rounds: int = 5) -> None:
    with bench_server() as server, server.database() as url:
        fill(url, ROADMAPS * PER_ROADMAP)
        with serving(OURS, url) as ours, serving(BARE, url) as plain:
            asyncio.run(_measure(ours, plain, requests, rounds))


async def _measure(ours: str, bare: str, requests: int, rounds: int) -> None:
    for address in (ours, bare):
        await _up(address)
        for question in QUESTIONS:
            await load(address, question, CLIENTS * 4)
    print("| question | requests/s | bare | p99, ms | bare | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for question in QUESTIONS:
        pairs = [(await load(ours, question, requests), await load(bare, question, requests)) for _ in range(rounds)]
        rate, plain = (median(pair[side].rate for pair in pairs) for side in (0, 1))
        slow, plain_slow = (median(pair[side].p99 for pair in pairs) for side in (0, 1))
        ratio = median(one.rate / other.rate for one, other in pairs)
        print(f"| {question} | {rate:.0f} | {plain:.0f} | {slow:.1f} | {plain_slow:.1f} | {ratio:.2f} |", flush=True)
    print(f"\nThe target is a ratio of {TARGET}.")
