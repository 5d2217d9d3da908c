"""Messages to receivers that answer, fail, hang, or must not be reached."""

import asyncio
import socket

import pytest

from domain.vocabulary import TaskStatus
from domain.webhooks import DeliveryStatus, WebhookEvent
from nodes.net.addresses import AllowList
from nodes.net.connect import NetworkEnvironment, RequestTimeouts
from nodes.net.post import MAX_BODY_BYTES, Poster
from orchestrator.access.webhooks import Webhooks
from orchestrator.commands.reviews import park
from orchestrator.commands.transitions import end
from orchestrator.workers.webhook_sender import UNREACHABLE, DeliveryPolicy, WebhookSender
from repository.db.database import Database
from tests.support.limits import HANG_SECONDS
from tests.support.receiver import messages
from tests.support.rows import fence_of, started
from tests.support.web_server import WebServer, page, redirect
from tests.support.webhooks import HURRIED, LOOPBACK, added, all_are, delivering, finish, running, until


async def test_a_finished_run_sends_a_message_with_a_valid_signature(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    await finish(database, status=TaskStatus.FAILED)
    async with delivering(database):
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    (message,) = messages(server, webhook.secret)
    assert message.body["type"] == "run_finished"
    told = message.body["data"]
    assert (told["task_id"], told["roadmap_id"], told["status"]) == ("t-1", "r-1", "failed")
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert (delivery.delivery_id, delivery.attempts, delivery.last_status) == (message.id, 1, 204)


async def test_a_requested_review_sends_one_message(database: Database, webhooks: Webhooks, server: WebServer) -> None:
    webhook = await added(webhooks, server)
    task = await started(database)
    for _ in range(2):
        async with database.transaction() as session:
            await park(session, fence_of(task), "interrupt-1")
    async with delivering(database):
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    (message,) = messages(server, webhook.secret)
    assert (message.body["type"], message.body["data"]["round"]) == ("review_requested", 1)


async def test_a_transition_that_is_rolled_back_sends_no_message(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    task = await started(database)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            await end(session, fence_of(task), TaskStatus.COMPLETED, None)
            raise ZeroDivisionError
    assert list(await webhooks.deliveries(webhook.webhook_id)) == []


async def test_only_webhooks_of_the_user_with_that_event_get_a_message(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    wanted = await added(webhooks, server)
    other = await webhooks.add("bob", server.url("/hook"), list(WebhookEvent))
    reviews_only = await webhooks.add("ann", server.url("/hook"), [WebhookEvent.REVIEW_REQUESTED])
    await finish(database)
    numbers = [len(await webhooks.deliveries(webhook.webhook_id)) for webhook in (wanted, other, reviews_only)]
    assert numbers == [1, 0, 0]


async def test_a_receiver_that_fails_gets_the_message_again_under_the_same_id(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    answers = [page("try\0 later", status="500 Oops"), page(status="503 Busy"), page("ok")]

    async def in_turn(writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))
        await writer.drain()

    server.answers["/hook"] = in_turn
    await finish(database)
    async with delivering(database):
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    assert len({message.id for message in messages(server, webhook.secret)}) == 1
    assert len(server.requests) == 3


async def test_what_never_arrives_is_given_up_and_can_be_sent_again(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    server.answers["/hook"] = page("x" * 100_000, status="500 Oops")
    await finish(database)
    async with delivering(database):
        await until(all_are(DeliveryStatus.FAILED), webhooks, webhook)
        (failed,) = await webhooks.deliveries(webhook.webhook_id)
        assert (failed.attempts, failed.last_status) == (HURRIED.tries, 500)
        assert "answered 500: xxx" in (failed.last_error or "")
        assert len(failed.last_error or "") < MAX_BODY_BYTES + 50
        server.answers["/hook"] = page("ok")
        await webhooks.resend(webhook.webhook_id, failed.delivery_id)
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    assert {message.id for message in messages(server, webhook.secret)} == {failed.delivery_id}


async def hang(writer: asyncio.StreamWriter) -> None:
    """Answer nothing until the caller goes away."""
    await asyncio.sleep(10 * HANG_SECONDS)


async def test_a_receiver_that_hangs_delays_no_other(database: Database, webhooks: Webhooks, server: WebServer) -> None:
    server.answers["/hang"] = hang
    hanging, quick = await added(webhooks, server, "/hang"), await added(webhooks, server)
    for number in range(30):
        await finish(database, number)
    policy = DeliveryPolicy(tries=1, look_every=0.02)
    async with delivering(database, policy, seconds=10 * HANG_SECONDS, grace=0.1):
        await until(all_are(DeliveryStatus.DELIVERED, 30), webhooks, quick)
        rows = await webhooks.deliveries(hanging.webhook_id, limit=100)
        assert {row.status for row in rows}.isdisjoint({DeliveryStatus.DELIVERED, DeliveryStatus.FAILED})


async def test_a_receiver_that_does_not_answer_in_time_is_given_up(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    server.answers["/hang"] = hang
    webhook = await added(webhooks, server, "/hang")
    await finish(database)
    async with delivering(database, DeliveryPolicy(tries=1, look_every=0.02), seconds=0.2):
        await until(all_are(DeliveryStatus.FAILED), webhooks, webhook)
    (failed,) = await webhooks.deliveries(webhook.webhook_id)
    assert failed.last_error == "The message could not be sent: it did not answer in time."


async def test_a_redirect_is_not_followed(database: Database, webhooks: Webhooks, server: WebServer) -> None:
    server.answers["/away"] = redirect(server.url("/hook"))
    webhook = await added(webhooks, server, "/away")
    await finish(database)
    async with delivering(database):
        await until(all_are(DeliveryStatus.FAILED), webhooks, webhook)
    assert set(server.asked) == {"/away"}


async def test_a_test_message_is_signed_and_tried_once(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    webhook = await added(webhooks, server)
    asked = await webhooks.send_test(webhook.webhook_id)
    async with delivering(database):
        await until(all_are(DeliveryStatus.DELIVERED), webhooks, webhook)
    (message,) = messages(server, webhook.secret)
    assert (message.id, message.body["type"]) == (asked.delivery_id, "test")
    server.answers["/hook"] = page(status="500 Oops")
    await webhooks.send_test(webhook.webhook_id)
    async with delivering(database):
        await until(lambda rows: rows[0].status == DeliveryStatus.FAILED, webhooks, webhook)
    assert len(server.requests) == 2


async def test_what_is_said_of_a_delivery_does_not_tell_which_internal_names_exist(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    """A name that nobody has, one inside the network, and one where nothing listens are all the same."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        names = {"unknown.example": [], "internal.example": ["10.1.2.3"], "closed.example": ["127.0.0.1"]}
        for name in names:
            await webhooks.add("ann", f"http://{name}:{port}/", list(WebhookEvent))

        async def resolve(host: str, port: int) -> list[str]:
            if not names[host]:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return names[host]

        await finish(database)
        poster = Poster(
            AllowList.read(LOOPBACK), NetworkEnvironment(resolve), RequestTimeouts(total_seconds=HANG_SECONDS)
        )
        async with running(WebhookSender(database, poster, DeliveryPolicy(tries=1, look_every=0.02))):
            for webhook in await webhooks.page(user_id="ann"):
                await until(all_are(DeliveryStatus.FAILED), webhooks, webhook)
    errors = {(await webhooks.deliveries(one.webhook_id))[0].last_error for one in await webhooks.page(user_id="ann")}
    assert errors == {UNREACHABLE}


async def test_a_webhook_to_this_machine_never_gets_a_message(
    database: Database, webhooks: Webhooks, server: WebServer
) -> None:
    """It was added when its host was allowed, or by a name that leads elsewhere by now."""
    webhook = await webhooks.add("ann", f"http://localhost:{server.port}/hook", list(WebhookEvent))
    literal = await added(webhooks, server)
    await finish(database)
    async with delivering(database, allowed=()):
        await until(all_are(DeliveryStatus.FAILED), webhooks, webhook)
        await until(all_are(DeliveryStatus.FAILED), webhooks, literal)
    assert server.asked == []
