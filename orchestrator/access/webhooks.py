"""Webhooks of a user: added, listed, removed, and what became of the messages to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from domain.errors import InvalidInput
from domain.request import UserId, usable_user_id
from domain.webhooks import DISABLED_BY_USER, MAX_URL_LENGTH, WebhookEvent, new_secret
from orchestrator.arguments import checks_arguments
from repository.db.database import Database, Session
from repository.tables.users import WebhookDeliveryRow, WebhookRow
from repository.users import webhooks


@checks_arguments
class Webhooks:
    """`owner`, wherever it stands: only his, and those of others are not found; None, the operator, sees all."""

    def __init__(self, database: Database, allowed: Sequence[str]) -> None:
        """`allowed`: hosts and networks that may be told although they are not public."""
        self._database = database
        self._allowed = allowed

    async def add(self, user_id: UserId, url: str, events: Sequence[WebhookEvent]) -> WebhookRow:
        """Its `secret` is shown this once. Raises InvalidInput, and Conflict where there are too many."""
        usable_user_id(user_id)
        self._check_url(url)
        _check_events(events)
        webhook = WebhookRow(
            webhook_id=f"whk_{uuid4().hex}",
            user_id=user_id,
            url=url,
            events=sorted(set(events)),
            secret=new_secret(),
        )
        async with self._database.transaction() as session:
            return await webhooks.add_webhook(session, webhook)

    async def page(
        self, *, user_id: str | None = None, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[WebhookRow]:
        """Newest first, of a user or of all."""
        return await self._database.persist(
            lambda session: webhooks.page_of_webhooks(session, user_id=user_id, before=before, limit=limit)
        )

    async def change(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[WebhookEvent] | None = None,
        enabled: bool | None = None,
        owner: str | None = None,
    ) -> WebhookRow:
        """Change what is given; the secret stays. Raises NotFound and InvalidInput.

        Messages that wait go to the new URL; an attempt under way ends at the old one, whose answer disables nothing.
        """
        if url is None and events is None and enabled is None:
            raise InvalidInput("Nothing to change: give at least one of url, events and enabled.")
        if url is not None:
            self._check_url(url)
        if events is not None:
            _check_events(events)
        async with self._database.transaction() as session:
            webhook = await webhooks.lock_webhook(session, webhook_id, owner=owner)
            webhook.url = url or webhook.url
            webhook.events = sorted(set(events or webhook.events))
            if enabled:
                self._check_url(webhook.url)  # what is allowed may have changed since it was made
                webhook.disabled_reason = None
            session.add(webhook)
            await session.flush()
            if enabled is False and webhook.disabled_reason is None:
                await webhooks.disable(session, webhook, DISABLED_BY_USER)
            return webhook

    async def send_test(self, webhook_id: str, *, owner: str | None = None) -> WebhookDeliveryRow:
        """Write a test message, which is tried once. Raises NotFound, and Conflict for a webhook that is disabled."""
        async with self._database.transaction() as session:
            webhook = await webhooks.lock_webhook(session, webhook_id, owner=owner)
            return await webhooks.add_test(session, webhook)

    async def remove(self, webhook_id: str, *, owner: str | None = None) -> None:
        """Raises NotFound."""
        async with self._database.transaction() as session:
            await webhooks.remove_webhook(session, webhook_id, owner=owner)

    async def deliveries(
        self,
        webhook_id: str,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
        owner: str | None = None,
    ) -> Sequence[WebhookDeliveryRow]:
        """A page of them, newest first. Raises NotFound."""

        async def read(session: Session) -> Sequence[WebhookDeliveryRow]:
            await webhooks.get_webhook(session, webhook_id, owner=owner)
            return await webhooks.page_of_deliveries(session, webhook_id, before=before, limit=limit)

        return await self._database.persist(read)

    async def resend(self, webhook_id: str, delivery_id: str, *, owner: str | None = None) -> WebhookDeliveryRow:
        """Raises NotFound, and Conflict while it is on its way or its webhook is disabled."""
        async with self._database.transaction() as session:
            return await webhooks.resend(session, webhook_id, delivery_id, owner=owner)

    def _check_url(self, url: str) -> None:
        from nodes.net.addresses import AllowList
        from nodes.net.connect import FetchFailed
        from nodes.net.destinations import check_destination

        if len(url) > MAX_URL_LENGTH:
            raise InvalidInput(f"The URL of a webhook has at most {MAX_URL_LENGTH} characters.")
        try:
            check_destination(url, AllowList.read(self._allowed))
        except FetchFailed as failure:
            raise InvalidInput(f"The URL of a webhook cannot be used: {failure}.") from None


def _check_events(events: Sequence[WebhookEvent]) -> None:
    if not events:
        raise InvalidInput(f"A webhook needs at least one event: {', '.join(WebhookEvent)}.")
