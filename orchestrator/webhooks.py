"""Webhooks of a user: added, listed, removed, and what became of the messages to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from domain.errors import InvalidInput
from domain.request import usable_user_id
from domain.webhooks import MOST_URL, WebhookEvent, new_secret
from repository import webhooks
from repository.database import Database, Session
from repository.tables.users import WebhookDeliveryRow, WebhookRow


class Webhooks:
    """`owner`, wherever it stands: only his, and those of others are not found; None, the operator, sees all."""

    def __init__(self, database: Database, allowed: Sequence[str]) -> None:
        """`allowed`: hosts and networks that may be told although they are not public."""
        self._database = database
        self._allowed = allowed

    async def add(self, user_id: str, url: str, events: Sequence[WebhookEvent]) -> WebhookRow:
        """Its `secret` is shown this once. Raises InvalidInput, and Conflict where there are too many."""
        usable_user_id(user_id)
        self._check(url)
        if not events:
            raise InvalidInput(f"A webhook is told of something: {', '.join(WebhookEvent)}.")
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

    def _check(self, url: str) -> None:
        from nodes.web.addresses import AllowList
        from nodes.web.connect import FetchFailed, check_place

        if len(url) > MOST_URL:
            raise InvalidInput(f"The URL of a webhook has at most {MOST_URL} characters.")
        try:
            check_place(url, AllowList.read(self._allowed))
        except FetchFailed as failure:
            raise InvalidInput(f"The URL of a webhook cannot be used: {failure}.") from None
