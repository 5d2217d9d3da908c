"""What the webhooks of users are told meanwhile: each end and each review at least once, and nothing else."""

import asyncio
from collections.abc import Sequence
from typing import Final

import psycopg

from domain.webhooks import WebhookEvent
from tests.chaos_program.users import User
from tests.support.receiver import Message, verified
from tests.support.web_server import WebServer, page

SOON: Final = 60
"""Seconds; a message that failed so often that it is tried later than that is not waited for, and not lost."""

_WAITING: Final = """
    SELECT delivery_id, task_id, sequence, attempts, due_at, last_error FROM webhook_deliveries
    WHERE status = 'pending' AND due_at < now() + make_interval(secs => %s)"""
_EVENTS: Final = """
    SELECT task_id, sequence, EXISTS (SELECT FROM webhook_deliveries d
        WHERE d.task_id = e.task_id AND d.sequence = e.sequence AND d.status = 'pending' AND d.due_at > now())
    FROM task_events e JOIN roadmap_tasks t USING (task_id) WHERE user_id = %s AND type = ANY(%s)"""
"""Of a user's runs, those that a webhook is told of, and whether it is still to be."""


class Mailbox:
    """The webhook of one user; what comes is verified at once, and answered well."""

    def __init__(self, user: User, receiver: WebServer) -> None:
        self.user = user
        self.received: list[Message] = []
        self._receiver = receiver
        self._secret = ""

    async def subscribe(self) -> None:
        path = f"/{self.user.name}"
        self._receiver.answers[path] = self._take
        answer = await self.user.ask("POST", "/webhooks", {"url": self._receiver.url(path)})
        self._secret = answer.body["secret"]

    async def _take(self, writer: asyncio.StreamWriter) -> None:
        self.received.append(verified(self._receiver.requests[-1], self._secret))  # the last one is ours: no await yet
        writer.write(page("ok"))
        await writer.drain()


def waiting(url: str) -> list[str]:
    """Messages that are to be sent soon."""
    with psycopg.connect(url) as connection:
        return [" ".join(map(str, row)) for row in connection.execute(_WAITING, (SOON,))]


def untold(url: str, user: str, received: Sequence[Message]) -> list[str]:
    """What befell the runs of a user and no message told, what was told and never was, and what came under two ids."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(_EVENTS, (user, list(WebhookEvent))).fetchall()
    events = {(task, sequence): waits for task, sequence, waits in rows}
    ids: dict[tuple[str, int], set[str]] = {}
    for message in received:
        data = message.body["data"]
        ids.setdefault((data["task_id"], data["sequence"]), set()).add(message.id)
    found = [f"was never told of {event}" for event, waits in events.items() if event not in ids and not waits]
    found += [f"was told of {event}, which never was" for event in ids if event not in events]
    found += [f"was told of {event} under {len(names)} ids" for event, names in ids.items() if len(names) > 1]
    return [f"the webhook of {user} {finding}" for finding in found]
