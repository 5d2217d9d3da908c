"""`roadmap serve` as a user has it, and a client that talks to it over its socket."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from tests.e2e.roadmap_command import Command, Running

_WHERE: Final = re.compile(r"Serving (http://\S+);")


class Served:
    """A server that runs, and how to talk to it."""

    def __init__(self, running: Running, client: httpx.AsyncClient) -> None:
        self.running = running
        self.client = client

    async def generate(self, goal: str = "learn chess", **more: Any) -> str:
        """The id of the run that was asked for."""
        body = {"preferences": {"learning_goal": goal}, **more}
        answer = await self.client.post("/api/v1/roadmaps/generate", json=body)
        assert answer.status_code == 202, answer.text
        task_id: str = answer.json()["task_id"]
        return task_id


@asynccontextmanager
async def serving(shell: Command, *arguments: str, **settings: str) -> AsyncIterator[Served]:
    running = shell.start("serve", "--port", "0", "--no-worker", *arguments, **settings)
    running.wait_for(lambda said: _WHERE.search(said) is not None)
    found = _WHERE.search(running.err)
    assert found is not None
    transport = httpx.AsyncHTTPTransport(retries=20)  # its processes are still loading
    async with httpx.AsyncClient(base_url=found[1], timeout=30, transport=transport) as client:
        try:
            yield Served(running, client)
        finally:
            running.kill()
