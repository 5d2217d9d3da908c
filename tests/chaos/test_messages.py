"""What webhooks were told is compared with what befell the runs: each way of differing is seen."""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import psycopg
import pytest

from domain.vocabulary import TaskStatus
from domain.webhooks import WebhookEvent, new_secret, signed_headers
from orchestrator.access.webhooks import Webhooks
from orchestrator.commands.transitions import end
from repository.db.database import Database
from tests.chaos_program.messages import Mailbox, untold, waiting
from tests.chaos_program.users import User
from tests.support.receiver import Message
from tests.support.rows import fence_of, started
from tests.support.web_server import web_server


@pytest.fixture
async def told(database: Database, database_url: str) -> list[Message]:
    """What a receiver has of two runs of ann that ended; a run of bob, whom nobody tells, ended too."""
    await Webhooks(database, ["127.0.0.1"]).add("ann", "http://127.0.0.1/hook", list(WebhookEvent))
    for number, user in enumerate(("ann", "ann", "bob"), start=1):
        task = await started(database, f"t-{number}", roadmap_id=f"r-{number}", user_id=user)
        async with database.transaction() as session:
            await end(session, fence_of(task), TaskStatus.COMPLETED, None)
    with psycopg.connect(database_url) as connection:
        sent = connection.execute("UPDATE webhook_deliveries SET status = 'delivered' RETURNING delivery_id, payload")
        return sorted((Message(*row) for row in sent), key=lambda message: str(message.body["data"]["task_id"]))


def _of(task: str, sequence: int, name: str) -> Message:
    return Message(name, {"data": {"task_id": task, "sequence": sequence}})


DIFFERENT: Final[dict[str, Callable[[list[Message]], object]]] = {
    "was never told of ('t-1', 1)": lambda told: told.pop(0),
    "was told of ('t-3', 1), which never was": lambda told: told.append(_of("t-3", 1, "msg_3")),
    "was told of ('t-2', 7), which never was": lambda told: told.append(_of("t-2", 7, "msg_7")),
    "was told of ('t-2', 1) under 2 ids": lambda told: told.append(_of("t-2", 1, "msg_other")),
}
"""What is found -> how what was received differs."""


async def test_a_message_that_came_twice_is_no_loss(told: list[Message], database_url: str) -> None:
    assert untold(database_url, "ann", [*told, told[0]]) == []


@pytest.mark.parametrize("what", DIFFERENT)
async def test_no_check_of_messages_is_blind(told: list[Message], database_url: str, what: str) -> None:
    DIFFERENT[what](told)
    assert untold(database_url, "ann", told) == [f"the webhook of ann {what}"]


_TO_BE_TRIED_AGAIN: Final = """
    UPDATE webhook_deliveries SET status = 'pending', due_at = now() + make_interval(mins => %s)
    WHERE task_id = 't-1'"""


@pytest.mark.parametrize(("minutes", "waits"), [(0, ["t-1"]), (5, [])])
async def test_what_is_tried_again_soon_is_waited_for_and_later_it_is_not_lost(
    told: list[Message], database_url: str, minutes: int, waits: list[str]
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(_TO_BE_TRIED_AGAIN, (minutes,))
    assert [line.split()[1] for line in waiting(database_url)] == waits
    assert bool(untold(database_url, "ann", told[1:])) == bool(waits)


async def test_a_mailbox_keeps_only_what_is_signed_with_its_secret() -> None:
    secret = new_secret()
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.read())
        return httpx.Response(201, json={"secret": secret})

    async with web_server() as receiver, httpx.AsyncClient() as client:
        mailbox = Mailbox(User("ann", "http://nowhere", 1, httpx.MockTransport(answer)), receiver)
        await mailbox.subscribe()
        body = b'{"data":{}}'
        for key in (secret, new_secret()):
            headers = signed_headers(key, "msg_1", int(time.time()), body) | {"content-type": "application/json"}
            try:
                await client.post(receiver.url("/ann"), content=body, headers=headers)
            except httpx.TransportError:
                assert key != secret
    assert receiver.url("/ann").encode() in asked[0]
    assert [message.id for message in mailbox.received] == ["msg_1"]
