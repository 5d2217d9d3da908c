"""Webhooks told by real workers, to a real receiver."""

import asyncio
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.e2e.roadmap_command import Command
from tests.e2e.served import eventually, serving
from tests.support.limits import HANG_SECONDS
from tests.support.receiver import messages
from tests.support.web_server import WebServer, page, web_server

ALLOWED = "127.0.0.1"


@pytest.fixture
async def receiver() -> AsyncIterator[WebServer]:
    async with web_server() as server:
        yield server


def _deliveries(url: str, webhook_id: str) -> list[dict[str, object]]:
    answer = httpx.get(f"{url}/api/v1/webhooks/{webhook_id}/deliveries", timeout=HANG_SECONDS)
    found: list[dict[str, object]] = answer.json()["deliveries"]
    return found


async def test_a_delivery_of_a_killed_worker_is_sent_by_another(shell: Command, receiver: WebServer) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await release.wait()
        writer.write(page("ok"))

    receiver.answers["/hook"] = hang

    def tell_all() -> None:
        with serving(shell, "--no-worker", WEBHOOK_ALLOW=ALLOWED) as served:
            body = {"url": receiver.url("/hook")}
            webhook = served.post("/webhooks", body, expect=201)
            secrets.append(webhook["secret"])
            worker = shell.start("worker", WEBHOOK_ALLOW=ALLOWED, WEBHOOK_TIMEOUT="1", OFFLINE_LATENCY="0.02")
            task = served.generate()
            served.ended(task["task_id"])
            eventually(asked.is_set, bool)
            worker.send(signal.SIGKILL)
            loop.call_soon_threadsafe(release.set)
            shell.start("worker", WEBHOOK_ALLOW=ALLOWED, WEBHOOK_TIMEOUT="1", OFFLINE_LATENCY="0.02")
            (delivery,) = eventually(
                lambda: _deliveries(served.url, webhook["webhook_id"]),
                lambda found: [delivery["status"] for delivery in found] == ["delivered"],
            )
            assert delivery["attempts"] > 1

    secrets: list[str] = []
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(tell_all)
    told = messages(receiver, secrets[0])
    assert len(told) > 1
    assert len({message.id for message in told}) == 1
    assert told[0].body["data"]["status"] == "completed"


async def test_an_address_that_is_not_allowed_gets_no_message(shell: Command, receiver: WebServer) -> None:
    def refuse() -> None:
        with serving(shell, "--no-worker") as served:
            answer = served.call("POST", "/webhooks", {"url": receiver.url("/hook")})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")

    await asyncio.to_thread(refuse)
    assert receiver.asked == []
