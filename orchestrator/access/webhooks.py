"""Webhooks of users, and the deliveries to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from domain.errors import InvalidInput
from domain.request import UserId, usable_user_id
from domain.webhooks import DISABLED_BY_USER, MAX_URL_LENGTH, WebhookEvent, new_secret
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.db.database import Database, Session
from repository.tables.users import WebhookDeliveryRow, WebhookRow
from repository.users import deliveries, webhooks


@checks_arguments
class Webhooks(Queries):
    """Webhooks, as `Orchestrator.webhooks`. `owner`: only webhooks of this user are found; None: of all users."""

    def __init__(self, database: Database, allowed: Sequence[str]) -> None:
        """`allowed`: hosts and networks that may receive messages although they are not public."""
        super().__init__(database)
        self._allowed = allowed

    async def add(self, user_id: UserId, url: str, events: Sequence[WebhookEvent]) -> WebhookRow:
        """Add a webhook. Its `secret` is shown only here. Raises InvalidInput, and Conflict for too many webhooks."""
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
        """Return a page of webhooks of a user or of all users, newest first.

        `before`: `created_at` and `webhook_id` of the last webhook of the page before.
        """
        return await self._read(webhooks.page_of_webhooks, user_id=user_id, before=before, limit=limit)

    async def change(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[WebhookEvent] | None = None,
        enabled: bool | None = None,
        owner: str | None = None,
    ) -> WebhookRow:
        """Change the values that are given; the secret stays. Raises NotFound and InvalidInput.

        Waiting messages go to the new URL. A message that is being sent to the old one ends there.
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
                self._check_url(webhook.url)  # ROADMAP_WEBHOOK_ALLOW may have changed since
                webhook.disabled_reason = None
            session.add(webhook)
            await session.flush()
            if enabled is False and webhook.disabled_reason is None:
                await webhooks.disable(session, webhook, DISABLED_BY_USER)
            return webhook

    async def send_test(self, webhook_id: str, *, owner: str | None = None) -> WebhookDeliveryRow:
        """Send a test message, which is tried once. Raises NotFound, and Conflict for a disabled webhook."""
        async with self._database.transaction() as session:
            webhook = await webhooks.lock_webhook(session, webhook_id, owner=owner)
            return await deliveries.add_test(session, webhook)

    async def remove(self, webhook_id: str, *, owner: str | None = None) -> None:
        """Remove a webhook and its deliveries. Raises NotFound."""
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
        """Return a page of deliveries, newest first. Raises NotFound."""
        return await self._read(_deliveries, webhook_id, before, limit, owner)

    async def resend(self, webhook_id: str, delivery_id: str, *, owner: str | None = None) -> WebhookDeliveryRow:
        """Send a delivery again. Raises NotFound, and Conflict while it is pending or its webhook is disabled."""
        async with self._database.transaction() as session:
            return await deliveries.resend(session, webhook_id, delivery_id, owner=owner)

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


async def _deliveries(
    session: Session, webhook_id: str, before: tuple[datetime, str] | None, limit: int, owner: str | None
) -> Sequence[WebhookDeliveryRow]:
    await webhooks.get_webhook(session, webhook_id, owner=owner)
    return await deliveries.page_of_deliveries(session, webhook_id, before=before, limit=limit)


def _check_events(events: Sequence[WebhookEvent]) -> None:
    if not events:
        raise InvalidInput(f"A webhook needs at least one event: {', '.join(WebhookEvent)}.")
