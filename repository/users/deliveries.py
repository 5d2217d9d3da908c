"""Deliveries to webhooks: written with a transition, claimed by a sender, settled by the same sender.

A claim is a lease: `due_at` is moved beyond the longest duration of an attempt, and `attempts` numbers the claims.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, func, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.errors import Conflict, NotFound
from domain.webhooks import TEST_EVENT, DeliveryStatus, WebhookEvent
from repository.db.database import Session, execute
from repository.predicates import PENDING_DELIVERY
from repository.tables.runs import TaskRow
from repository.tables.users import WebhookDeliveryRow, WebhookRow
from repository.users.webhooks import get_webhook

TTL_DAYS: Final = 30
"""How long a settled delivery is kept and can be sent again."""

_ANNOUNCE: Final = text("""
    INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload)
    SELECT 'msg_' || replace(CAST(gen_random_uuid() AS text), '-', ''), webhook_id, :task_id, :sequence, :event,
        :payload
    FROM webhooks WHERE user_id = :user_id AND disabled_reason IS NULL AND :event = ANY(events)
    FOR SHARE
    ON CONFLICT DO NOTHING""").bindparams(bindparam("payload", type_=JSONB))
# FOR SHARE: runs do not block each other, but disabling the webhook waits for this row, and then fails it as well.


async def announce(
    session: Session, task: TaskRow, event: WebhookEvent, sequence: int, details: dict[str, Any]
) -> None:
    """Write the deliveries for a transition, in its transaction, to the webhooks that subscribe to the event."""
    data = {
        "task_id": task.task_id,
        "roadmap_id": task.roadmap_id,
        "task_type": task.task_type,
        "concept_id": task.concept_id,
        "content_type": task.content_type,
        "status": task.status,
        "sequence": sequence,
        **details,
    }
    payload = {"type": event, "timestamp": task.updated_at.isoformat(), "data": data}
    parameters = {
        "task_id": task.task_id,
        "sequence": sequence,
        "event": event,
        "payload": payload,
        "user_id": task.user_id,
    }
    await execute(session, _ANNOUNCE, parameters)


async def page_of_deliveries(
    session: Session, webhook_id: str, *, before: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[WebhookDeliveryRow]:
    """Return a page of the deliveries to a webhook, newest first.

    `before`: the (created_at, delivery_id) of the last delivery of the previous page.
    """
    position = col(WebhookDeliveryRow.created_at), col(WebhookDeliveryRow.delivery_id)
    statement = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
    if before is not None:
        statement = statement.where(tuple_(*position) < before)
    return (await session.exec(statement.order_by(*(column.desc() for column in position)).limit(limit))).all()


async def add_test(session: Session, webhook: WebhookRow) -> WebhookDeliveryRow:
    """Write a test message to a locked webhook. Raises Conflict if it is disabled."""
    _check_enabled(webhook)
    last = select(func.max(WebhookDeliveryRow.sequence)).where(
        WebhookDeliveryRow.webhook_id == webhook.webhook_id, WebhookDeliveryRow.task_id == ""
    )
    now: datetime = (await session.exec(select(func.now()))).one()
    delivery = WebhookDeliveryRow(
        delivery_id=f"msg_{uuid4().hex}",
        webhook_id=webhook.webhook_id,
        task_id="",
        sequence=((await session.exec(last)).one() or 0) + 1,
        event=TEST_EVENT,
        payload={
            "type": TEST_EVENT,
            "timestamp": now.isoformat(),
            "data": {"webhook_id": webhook.webhook_id},
        },
    )
    session.add(delivery)
    await session.flush()
    await session.refresh(delivery)
    return delivery


def _check_enabled(webhook: WebhookRow) -> None:
    if webhook.disabled_reason is not None:
        raise Conflict(f"Webhook {webhook.webhook_id} is disabled ({webhook.disabled_reason}) Enable it first.")


async def resend(
    session: Session, webhook_id: str, delivery_id: str, *, owner: str | None = None
) -> WebhookDeliveryRow:
    """Send a settled delivery again under the same id, with all its tries.

    Raises NotFound; with an `owner`, also for a webhook of another user. Raises Conflict while the delivery is pending.
    """
    webhook = await get_webhook(session, webhook_id, owner=owner, hold=True)
    _check_enabled(webhook)
    statement = select(WebhookDeliveryRow).where(
        WebhookDeliveryRow.delivery_id == delivery_id, WebhookDeliveryRow.webhook_id == webhook_id
    )
    delivery = (await session.exec(statement.with_for_update())).one_or_none()
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id} of webhook {webhook_id}.")
    if delivery.status == DeliveryStatus.PENDING:
        raise Conflict(f"Delivery {delivery_id} is still pending; its next try is at {delivery.due_at:%H:%M:%S} UTC.")
    delivery.status, delivery.settled_at = DeliveryStatus.PENDING, None
    delivery.resent_after = delivery.attempts
    delivery.due_at = (await session.exec(select(func.now()))).one()
    session.add(delivery)
    await session.flush()
    return delivery


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a delivery, leased to this sender."""

    delivery_id: str
    webhook_id: str
    event: str
    url: str
    secret: str
    payload: dict[str, Any]
    attempts: int
    tries: int
    """Attempts since it was written or sent again by hand, including this one."""


_CLAIM: Final = text(f"""
    WITH RECURSIVE hooks AS (
        (SELECT webhook_id FROM webhook_deliveries d WHERE {PENDING_DELIVERY} ORDER BY webhook_id LIMIT 1)
        UNION ALL
        SELECT (SELECT webhook_id FROM webhook_deliveries d WHERE {PENDING_DELIVERY} AND webhook_id > hooks.webhook_id
            ORDER BY webhook_id LIMIT 1) FROM hooks WHERE hooks.webhook_id IS NOT NULL
    ), due AS MATERIALIZED (
        SELECT d.delivery_id FROM hooks CROSS JOIN LATERAL (
            SELECT delivery_id, due_at FROM webhook_deliveries d
            WHERE webhook_id = hooks.webhook_id AND {PENDING_DELIVERY} AND due_at <= now()
            ORDER BY due_at LIMIT :of_each FOR UPDATE SKIP LOCKED) AS d
        WHERE hooks.webhook_id IS NOT NULL AND hooks.webhook_id <> ALL(CAST(:busy AS text[]))
        ORDER BY d.due_at LIMIT :most
    )
    UPDATE webhook_deliveries d
    SET attempts = d.attempts + 1, due_at = clock_timestamp() + make_interval(secs => :lease)
    FROM due, webhooks w WHERE d.delivery_id = due.delivery_id AND w.webhook_id = d.webhook_id
    RETURNING d.delivery_id, d.webhook_id, d.event, w.url, w.secret, d.payload, d.attempts,
        d.attempts - d.resent_after AS tries""")
# The recursive part finds the webhooks with pending deliveries by one index step each, however many deliveries they
# have, so that a webhook that never answers does not delay the others.


async def claim_deliveries(
    session: Session, *, most: int, of_each: int, lease: float, busy: Collection[str] = ()
) -> list[Claim]:
    """Claim at most `most` due deliveries for `lease` seconds.

    Claims at most `of_each` of one webhook, and none of the webhooks in `busy`.
    """
    parameters = {"most": most, "of_each": of_each, "lease": lease, "busy": list(busy)}
    return [Claim(**row) for row in (await execute(session, _CLAIM, parameters)).mappings()]


async def settle(session: Session, claim: Claim, status: int | None, error: str | None, again_in: float | None) -> bool:
    """Store the result of an attempt: delivered, due again in `again_in` seconds, or failed.

    Returns False if the claim has expired and another sender has claimed the delivery, or if it was sent again by hand.
    A message that arrived counts as delivered even if its webhook was disabled in the meantime.
    """
    outcome = DeliveryStatus.DELIVERED if error is None else DeliveryStatus.FAILED
    settled = await execute(
        session,
        text(f"""
            UPDATE webhook_deliveries d SET status = :outcome, last_status = :status, last_error = :error,
                due_at = clock_timestamp() + make_interval(secs => :again_in),
                settled_at = CASE WHEN :outcome <> '{DeliveryStatus.PENDING}' THEN clock_timestamp() END
            WHERE delivery_id = :delivery_id AND attempts = :attempts AND resent_after = :resent_after
                AND ({PENDING_DELIVERY}
                    OR status = '{DeliveryStatus.FAILED}' AND :outcome = '{DeliveryStatus.DELIVERED}')"""),
        {
            "outcome": outcome if again_in is None else DeliveryStatus.PENDING,
            "status": status,
            "error": error,
            "again_in": again_in or 0.0,
            "delivery_id": claim.delivery_id,
            "attempts": claim.attempts,
            "resent_after": claim.attempts - claim.tries,
        },
    )
    return bool(settled.rowcount)


async def forget_deliveries(session: Session, *, most: int = 1000) -> None:
    """Delete the oldest of the deliveries that were settled more than TTL_DAYS ago."""
    await execute(
        session,
        text("""
            DELETE FROM webhook_deliveries WHERE delivery_id IN (
                SELECT delivery_id FROM webhook_deliveries WHERE settled_at < now() - make_interval(days => :days)
                ORDER BY settled_at LIMIT :most FOR UPDATE SKIP LOCKED)"""),
        {"days": TTL_DAYS, "most": most},
    )
