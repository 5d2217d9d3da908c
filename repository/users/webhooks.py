"""Webhooks of users. deliveries.py has the messages to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, text, tuple_
from sqlmodel import col, select

from domain.errors import Conflict, NotFound
from domain.webhooks import MAX_WEBHOOKS, DeliveryStatus
from repository.db.database import Session, execute
from repository.predicates import PENDING_DELIVERY
from repository.tables.users import WebhookRow


async def add_webhook(session: Session, webhook: WebhookRow) -> WebhookRow:
    """Insert a webhook. Raises Conflict if its user has MAX_WEBHOOKS already."""
    await execute(
        session,
        text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :user, 0))"),
        {"user": webhook.user_id},
    )
    count = (
        await session.exec(select(func.count()).select_from(WebhookRow).where(WebhookRow.user_id == webhook.user_id))
    ).one()
    if count >= MAX_WEBHOOKS:
        raise Conflict(f"You have {count} webhooks, the most that are allowed; remove one first.")
    session.add(webhook)
    await session.flush()
    await session.refresh(webhook)
    return webhook


async def page_of_webhooks(
    session: Session, *, user_id: str | None = None, before: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[WebhookRow]:
    """Return a page of the webhooks of a user or of all users, newest first.

    `before`: the (created_at, webhook_id) of the last webhook of the previous page.
    """
    position = col(WebhookRow.created_at), col(WebhookRow.webhook_id)
    statement = select(WebhookRow)
    if user_id is not None:
        statement = statement.where(WebhookRow.user_id == user_id)
    if before is not None:
        statement = statement.where(tuple_(*position) < before)
    return (await session.exec(statement.order_by(*(column.desc() for column in position)).limit(limit))).all()


async def get_webhook(session: Session, webhook_id: str, *, owner: str | None = None, hold: bool = False) -> WebhookRow:
    """Return a webhook. Raises NotFound; with an `owner`, also for a webhook of another user.

    `hold`: lock it against being disabled before the transaction ends.
    """
    statement = select(WebhookRow).where(WebhookRow.webhook_id == webhook_id)
    if owner is not None:
        statement = statement.where(WebhookRow.user_id == owner)
    if hold:
        statement = statement.with_for_update(read=True)
    webhook = (await session.exec(statement)).one_or_none()
    if webhook is None:
        raise _no_such_webhook(webhook_id)
    return webhook


async def lock_webhook(session: Session, webhook_id: str, *, owner: str | None = None) -> WebhookRow:
    """Lock a webhook to change it. Raises NotFound; with an `owner`, also for a webhook of another user.

    Transitions that announce an event wait until the change is committed. Order of locks: a webhook before its
    deliveries.
    """
    statement = select(WebhookRow).where(WebhookRow.webhook_id == webhook_id).with_for_update(key_share=True)
    if owner is not None:
        statement = statement.where(WebhookRow.user_id == owner)
    webhook = (await session.exec(statement)).one_or_none()
    if webhook is None:
        raise _no_such_webhook(webhook_id)
    return webhook


async def remove_webhook(session: Session, webhook_id: str, *, owner: str | None = None) -> None:
    """Delete a webhook with its deliveries. Raises NotFound."""
    statement = delete(WebhookRow).where(col(WebhookRow.webhook_id) == webhook_id)
    if owner is not None:
        statement = statement.where(col(WebhookRow.user_id) == owner)
    deleted = await session.exec(statement)
    if not deleted.rowcount:
        raise _no_such_webhook(webhook_id)


def _no_such_webhook(webhook_id: str) -> NotFound:
    return NotFound(f"There is no webhook {webhook_id}.")


async def disable(session: Session, webhook: WebhookRow, reason: str) -> None:
    """Disable a locked webhook and fail its pending deliveries."""
    webhook.disabled_reason = reason
    session.add(webhook)
    await session.flush()
    await execute(
        session,
        text(f"""
            UPDATE webhook_deliveries d SET status = '{DeliveryStatus.FAILED}', last_error = :reason,
                settled_at = clock_timestamp()
            WHERE webhook_id = :webhook_id AND {PENDING_DELIVERY}"""),
        {"webhook_id": webhook.webhook_id, "reason": reason},
    )
