"""What several users do meanwhile over HTTP, tolerant of everything but a wrong answer."""

import asyncio
import random
import time
from collections import Counter
from datetime import datetime
from typing import Any, Final

import httpx
import jwt

from domain.vocabulary import FINAL, ContentType
from tests.chaos_program.fleet import JWT_KEY

READ_TIMEOUT_SECONDS: Final = 12.0
"""Seconds for an answer: longer than a server is stopped for."""
MAX_RETRY_SECONDS: Final = 120.0
"""Seconds after which a request that never got an answer is a loss."""
CONCURRENT_RUNS: Final = 3
"""Active runs of a user, more or less."""
BREAK: Final = (0.1, 0.8)
CHANCES: Final = {"create": 5, "retry": 6, "retry failed": 4, "modify": 3, "cancel": 2, "resume": 5, "look": 8}


class HttpAnswer:
    """One that decides: anything but `not now`."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.body: Any = response.json()


class User:
    """`told`: the tasks that the server has told him of, and `losses`: what it should never have answered."""

    def __init__(self, name: str, url: str, seed: int, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.name = name
        self.told: dict[str, str] = {}
        """Task -> its type."""
        self.roadmaps: dict[str, int] = {}
        """Roadmap -> how many runs of it he has asked for."""
        self.losses: list[str] = []
        self.answers: Counter[int] = Counter()
        self._chance = random.Random(f"{seed} {name}")
        self._requests = 0
        self._client = httpx.AsyncClient(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {token(name)}"},
            timeout=READ_TIMEOUT_SECONDS,
            transport=transport,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def go_on(self, until: float) -> None:
        """Request after request; those that are under way at the end get their answers yet."""
        while time.monotonic() < until:
            active = [task for task in await self.tasks() if task["completed_at"] is None]
            await self._answer_reviews(active)
            chances = CHANCES if len(active) < CONCURRENT_RUNS else {"look": 3, "cancel": 1}
            [what] = self._chance.choices(list(chances), weights=list(chances.values()))
            await self._do(what)
            await asyncio.sleep(self._chance.uniform(*BREAK))

    async def _do(self, what: str) -> None:
        match what:
            case "create":
                await self._create()
            case "retry":
                await self._retry()
            case "retry failed":
                await self._retry_failed()
            case "modify":
                await self._modify()
            case "cancel":
                await self._cancel()
            case "resume":
                await self._resume()
            case _:
                await self.look()

    async def tasks(self) -> list[Any]:
        """All that the server lists for him."""
        return await self._pages("tasks")

    async def listed_roadmaps(self) -> list[str]:
        return [roadmap["roadmap_id"] for roadmap in await self._pages("roadmaps")]

    async def _pages(self, what: str) -> list[Any]:
        found: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = await self.ask("GET", f"/{what}?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            found += answer.body[what]
            cursor = answer.body["next"]
        return found

    async def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> HttpAnswer:
        """The same request until something decides it; the key makes it one."""
        deadline = time.monotonic() + MAX_RETRY_SECONDS
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                response = await self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                status = 0
            else:
                status = response.status_code
                if status not in {429, 503}:
                    self.answers[status] += 1
                    if status >= 500:
                        self.losses.append(f"{method} {path} was answered {status}: {response.text[:300]}")
                    return HttpAnswer(response)
            self.answers[status] += 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} got no answer to {method} {path} within {MAX_RETRY_SECONDS:g} s")
            await asyncio.sleep(0.3)

    async def start(self, path: str, body: Any) -> None:
        """A request for a run; now and then twice at once, as an impatient client does."""
        key = f"{self.name}-{self._requests}"
        times = 2 if self._chance.random() < 0.2 else 1
        answers = await asyncio.gather(*(self.ask("POST", path, body, key) for _ in range(times)))
        tasks = {answer.body["task_id"] for answer in answers if answer.status == 202} - {None}
        if len(tasks) > 1:
            self.losses.append(f"one request of {self.name} became {len(tasks)} runs: {tasks}")
        for answer in answers:
            if answer.status not in {202, 404, 409}:
                self.losses.append(f"POST {path} was answered {answer.status}: {answer.body}")
            elif answer.status == 202 and answer.body["task_id"]:
                self.told[answer.body["task_id"]] = answer.body["task_type"]
                self.roadmaps.setdefault(answer.body["roadmap_id"], 0)

    def _marker(self) -> str:
        """Of one request: by it the provider's log is compared with the rows."""
        self._requests += 1
        return f"{self.name}'s {self._requests}"

    async def _create(self) -> None:
        marker = self._marker()
        wanted = {"learning_goal": f"learn chess as {marker}", "motivation": marker}
        await self.start("/roadmaps/generate", {"preferences": wanted, "review": self._chance.random() < 0.3})

    def _roadmap(self) -> str | None:
        return self._chance.choice(list(self.roadmaps)) if self.roadmaps else None

    async def _retry(self) -> None:
        if roadmap := self._roadmap():
            concept = f"c-1-1-{self._chance.randrange(1, 4)}"
            content = self._chance.choice(list(ContentType))
            body = {"preferences": {"motivation": self._marker()}}
            await self.start(f"/roadmaps/{roadmap}/concepts/{concept}/{content}/retry", body)

    async def _retry_failed(self) -> None:
        if roadmap := self._roadmap():
            body = {"preferences": {"motivation": self._marker()}}
            await self.start(f"/roadmaps/{roadmap}/retry-failed", body)

    async def _modify(self) -> None:
        if roadmap := self._roadmap():
            body = {"instructions": f"add an idea for {self._marker()}", "review": self._chance.random() < 0.4}
            await self.start(f"/roadmaps/{roadmap}/modify", body)

    async def _answer_reviews(self, active: list[Any]) -> None:
        for task in active:
            if task["status"] == "human_review_pending" and self._chance.random() < 0.7:
                body: dict[str, Any] = {"approved": True}
                if self._chance.random() < 0.3:
                    body = {"approved": False, "feedback": f"add an idea for {self._marker()}"}
                await self._act(task["task_id"], "review", body)

    async def _cancel(self) -> None:
        active = [task for task in await self.tasks() if task["completed_at"] is None]
        if active:
            await self._act(self._chance.choice(active)["task_id"], "cancel")

    async def _resume(self) -> None:
        ended = [task for task in await self.tasks() if task["status"] in FINAL - {"completed"}]
        if ended:
            await self._act(self._chance.choice(ended)["task_id"], "resume")

    async def _act(self, task_id: str, what: str, body: Any = None) -> None:
        answer = await self.ask("POST", f"/tasks/{task_id}/{what}", body)
        if answer.status not in {200, 202, 409}:
            self.losses.append(f"{what} of {task_id} was answered {answer.status}: {answer.body}")

    async def look(self) -> None:
        """What must hold at any moment: nothing stale beside something live, no dead run called active."""
        if not (roadmap := self._roadmap()):
            return
        check = (await self.ask("GET", f"/roadmaps/{roadmap}/status-check")).body
        if check["has_active_task"] and check["stale_concepts"]:
            self.losses.append(f"stale beside live: {check}")
        before = time.time()
        active = (await self.ask("GET", f"/roadmaps/{roadmap}/active-task")).body
        if active["has_active_task"]:
            task = (await self.ask("GET", f"/tasks/{active['task_id']}")).body
            ended = task["completed_at"]
            if ended and datetime.fromisoformat(ended).timestamp() < before:
                self.losses.append(f"called active at {before}, and ended before: {task}")


def token(name: str, role: str = "learner") -> str:
    return jwt.encode({"sub": name, "role": role, "exp": time.time() + 86_400}, JWT_KEY, "HS256")
