"""Outcomes of deliveries that meet changes of their webhook, other processes or the end of their own."""

import asyncio
from itertools import count

from domain.webhooks import DeliveryStatus
from orchestrator.access.webhooks import Webhooks
from repository.db.database import Database
from repository.users.deliveries import claim_deliveries, settle
from tests.support.limits import HANG_SECONDS
from tests.support.receiver import messages
from tests.support.web_server import WebServer, page
from tests.support.webhooks import added, all_are, delivering, finish, until


async def test_a_receiver_that_is_gone_is_left_alone(database: Database, webhooks: Webhooks, server: WebServer) -> None:
    server.answers["/hook"] = page(status="410 Gone")
    webhook = await added(webhooks, server)
    for number in range(5):
        await finish(database, number)
    async with delivering(database):
        await until(all_are(DeliveryStatus.FAILED, 5), webhooks, webhook)
    assert len(server.requests) <= 2
    (listed,) = await webhooks.page(user_id="ann")
    assert "410" in (listed.disabled_reason or "")
    await finish(database, 6)
    assert len(await webhooks.deliveries(webhook.webhook_id)) == 5


async def answering(server: WebServer, status: str) -> tuple[asyncio.Event, asyncio.Event]:
    """The receiver answers so once it may: (it was asked, it may answer)."""
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await may_answer.wait()
        writer.write(page(status=status))
        await writer.drain()

    server.answers["/hook"] = answer
    return asked, may_answer


async def test_a_url_that_answers_gone_does_not_disable_a_webhook_that_was_changed_meanwhile(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    asked, may_answer = await answering(server, "410 Gone")
    server.answers["/new"] = page("ok")
    await finish(database)
    async with delivering(database):
        await asked.wait()
        await webhooks.change(webhook.webhook_id, url=server.url("/new"))
        may_answer.set()
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    assert server.asked == ["/hook", "/new"]
    (kept,) = await webhooks.page(user_id="ann")
    assert kept.disabled_reason is None


async def test_an_attempt_from_before_a_webhook_was_enabled_again_does_not_disable_it(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    asked, may_answer = await answering(server, "410 Gone")
    await finish(database)
    async with delivering(database):
        await asked.wait()
        await webhooks.change(webhook.webhook_id, enabled=False)
        await webhooks.change(webhook.webhook_id, enabled=True)
        may_answer.set()
    (kept,) = await webhooks.page(user_id="ann")
    assert kept.disabled_reason is None
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert (delivery.status, delivery.last_error) == (DeliveryStatus.FAILED, "Disabled by its user.")


async def test_an_attempt_from_before_a_message_was_sent_again_does_not_settle_it(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    await finish(database)
    async with database.transaction() as session:
        (late,) = await claim_deliveries(session, most=1, of_each=1, lease=30)
    await webhooks.change(webhook.webhook_id, enabled=False)
    await webhooks.change(webhook.webhook_id, enabled=True)
    await webhooks.resend(webhook.webhook_id, late.delivery_id)
    async with database.transaction() as session:
        assert not await settle(session, late, 500, "It failed.", None)
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert (delivery.status, delivery.last_status) == (DeliveryStatus.PENDING, None)


async def test_what_arrives_after_all_at_a_receiver_that_is_gone_reads_delivered(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    """Two are on their way at once; one is answered that nobody is there, and only then the other one well."""
    webhook = await added(webhooks, server)
    numbers = count(1)

    async def answer(writer: asyncio.StreamWriter) -> None:
        if next(numbers) == 1:
            writer.write(page(status="410 Gone"))
        else:
            await until(lambda found: DeliveryStatus.FAILED in {one.status for one in found}, webhooks, webhook)
            writer.write(page(status="204 No Content"))
        await writer.drain()

    server.answers["/hook"] = answer
    for number in range(2):
        await finish(database, number)
    wanted = {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED}
    async with delivering(database):
        await until(lambda found: {one.status for one in found} == wanted, webhooks, webhook)
    assert {(one.status, one.last_status) for one in await webhooks.deliveries(webhook.webhook_id)} == {
        (DeliveryStatus.DELIVERED, 204),
        (DeliveryStatus.FAILED, 410),
    }


async def test_several_processes_send_each_message_once(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    for number in range(40):
        await finish(database, number)
    async with delivering(database), delivering(database), delivering(database):
        await until(all_are(DeliveryStatus.DELIVERED, 40), webhooks, webhook)
    ids = [message.id for message in messages(server, webhook.secret)]
    assert len(ids) == len(set(ids)) == 40


async def test_what_is_being_sent_when_a_process_stops_is_not_sent_twice(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    asked = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(0.2)
        writer.write(page("ok"))
        await writer.drain()

    server.answers["/hook"] = slowly
    webhook = await added(webhooks, server)
    await finish(database)
    async with delivering(database):
        await asyncio.wait_for(asked.wait(), HANG_SECONDS)
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert (delivery.status, len(server.requests)) == (DeliveryStatus.DELIVERED, 1)
