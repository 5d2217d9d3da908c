"""Webhooks of a test, their receiver, and a process that sends messages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.vocabulary import TaskStatus
from domain.webhooks import DeliveryStatus, WebhookEvent
from nodes.net.addresses import AllowList
from nodes.net.connect import RequestTimeouts
from nodes.net.post import Poster
from orchestrator.access.webhooks import Webhooks
from orchestrator.commands.transitions import end
from orchestrator.workers.webhook_sender import DeliveryPolicy, WebhookSender
from repository.db.database import Database
from repository.tables.users import WebhookDeliveryRow, WebhookRow
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, started
from tests.support.web_server import WebServer

LOOPBACK = ("127.0.0.1",)
HURRIED = DeliveryPolicy(tries=3, first=0.02, growth=1.0, look_every=0.02)


async def added(webhooks: Webhooks, server: WebServer, path: str = "/hook", user: str = "ann") -> WebhookRow:
    return await webhooks.add(user, server.url(path), list(WebhookEvent))


async def finish(database: Database, number: int = 1, status: TaskStatus = TaskStatus.COMPLETED) -> None:
    task = await started(database, f"t-{number}", roadmap_id=f"r-{number}")
    await database.persist(lambda session: end(session, fence_of(task), status, None))


@asynccontextmanager
async def delivering(
    database: Database,
    policy: DeliveryPolicy = HURRIED,
    *,
    allowed: tuple[str, ...] = LOOPBACK,
    seconds: float = HANG_SECONDS,
    grace: float = HANG_SECONDS,
) -> AsyncIterator[WebhookSender]:
    """Send messages while the block runs; `seconds`: the time that a receiver has, `grace`: the same at the end."""
    deliverer = WebhookSender(
        database, Poster(AllowList.read(allowed), limits=RequestTimeouts(total_seconds=seconds)), policy
    )
    async with running(deliverer, grace):
        yield deliverer


@asynccontextmanager
async def running(deliverer: WebhookSender, grace: float = HANG_SECONDS) -> AsyncIterator[None]:
    going = asyncio.create_task(deliverer.keep_sending(grace=grace))
    try:
        yield
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


async def until(seen: Callable[[list[WebhookDeliveryRow]], bool], webhooks: Webhooks, webhook: WebhookRow) -> None:
    async with asyncio.timeout(HANG_SECONDS):
        while not seen(list(await webhooks.deliveries(webhook.webhook_id))):
            await asyncio.sleep(0.02)


def all_are(status: DeliveryStatus, number: int = 1) -> Callable[[list[WebhookDeliveryRow]], bool]:
    return lambda deliveries: [delivery.status for delivery in deliveries] == [status] * number
