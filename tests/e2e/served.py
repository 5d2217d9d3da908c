"""`roadmap serve` as a process of its own, and a client that speaks to it over a real socket."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.e2e.roadmap_command import Command, Running
from tests.support.limits import HANG_SECONDS

ADDRESS = re.compile(r"Serving (http://\S+);")
API = "/api/v1"


class Served:
    """A server that runs, and its client."""

    def __init__(self, running: Running, url: str) -> None:
        self.running = running
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=HANG_SECONDS)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.client.request(method, API + path, json=body, headers=headers)

    def post(self, path: str, body: Any = None, *, expect: int = 202) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def generate(self, goal: str = "learn chess", **more: Any) -> Any:
        return self.post("/roadmaps/generate", {"preferences": {"learning_goal": goal}, **more})

    def until(self, task_id: str, seen: Callable[[Any], bool]) -> Any:
        """The task once `seen` says so; whatever the server answers meanwhile."""
        return eventually(lambda: self._task(task_id), lambda task: task is not None and seen(task))

    def _task(self, task_id: str) -> Any:
        try:
            answer = self.call("GET", f"/tasks/{task_id}")
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def ended(self, task_id: str) -> Any:
        return self.until(task_id, lambda task: task["completed_at"] is not None)


def eventually(look: Callable[[], Any], seen: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + HANG_SECONDS
    while not seen(found := look()):
        assert time.monotonic() < deadline, f"never seen: {found}"
        time.sleep(0.1)
    return found


@contextmanager
def serving(shell: Command, *options: str, port: int = 0, **settings: str) -> Iterator[Served]:
    running = shell.start("serve", "--port", str(port), *options, terminal=False, **settings)
    running.wait_for(lambda err: ADDRESS.search(err) is not None)
    found = ADDRESS.search(running.err)
    assert found is not None
    served = Served(running, found[1])
    eventually(lambda: answers(served), bool)
    try:
        yield served
    finally:
        served.client.close()


def answers(served: Served) -> bool:
    try:
        return served.client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
