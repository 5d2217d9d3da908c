"""Webhooks, and the messages to them: written where a transition is, claimed by whoever sends, settled by that one.

A claim is a lease: `due_at` moves past the time that an attempt may take, and `attempts` is its number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, delete, func, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.errors import Conflict, NotFound
from domain.webhooks import MAX_WEBHOOKS, TEST_EVENT, DeliveryStatus, WebhookEvent
from repository.db.database import Session, execute
from repository.predicates import PENDING_DELIVERY
from repository.tables.runs import TaskRow
from repository.tables.users import WebhookDeliveryRow, WebhookRow

TTL_DAYS: Final = 30
"""How long a settled delivery can be seen and sent again."""

_ANNOUNCE: Final = text("""
    INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload)
    SELECT 'msg_' || replace(CAST(gen_random_uuid() AS text), '-', ''), webhook_id, :task_id, :sequence, :event,
        :payload
    FROM webhooks WHERE user_id = :user_id AND disabled_reason IS NULL AND :event = ANY(events)
    FOR SHARE
    ON CONFLICT DO NOTHING""").bindparams(bindparam("payload", type_=JSONB))
# Shared with other runs, but not with who disables the webhook: he waits, and then sees this message to fail it too.


async def announce(
    session: Session, task: TaskRow, event: WebhookEvent, sequence: int, details: dict[str, Any]
) -> None:
    """Write the messages about a transition, in its transaction; nothing where its user wants none."""
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
    named = {"task_id": task.task_id, "sequence": sequence, "event": event, "payload": payload, "user_id": task.user_id}
    await execute(session, _ANNOUNCE, named)


async def add_webhook(session: Session, webhook: WebhookRow) -> WebhookRow:
    """Raises Conflict where its user has as many as he may."""
    await execute(
        session,
        text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :user, 0))"),
        {"user": webhook.user_id},
    )
    held = (
        await session.exec(select(func.count()).select_from(WebhookRow).where(WebhookRow.user_id == webhook.user_id))
    ).one()
    if held >= MAX_WEBHOOKS:
        raise Conflict(f"There are {held} webhooks already, as many as one user may have; remove one first.")
    session.add(webhook)
    await session.flush()
    await session.refresh(webhook)
    return webhook


async def page_of_webhooks(
    session: Session, *, user_id: str | None = None, before: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[WebhookRow]:
    """Newest first, of a user or of all; `before` is the (created_at, webhook_id) of the last one seen."""
    at = col(WebhookRow.created_at), col(WebhookRow.webhook_id)
    statement = select(WebhookRow)
    if user_id is not None:
        statement = statement.where(WebhookRow.user_id == user_id)
    if before is not None:
        statement = statement.where(tuple_(*at) < before)
    return (await session.exec(statement.order_by(*(column.desc() for column in at)).limit(limit))).all()


async def get_webhook(session: Session, webhook_id: str, *, owner: str | None = None, hold: bool = False) -> WebhookRow:
    """Raises NotFound; with an `owner`, for another user's too. `hold` keeps it from being disabled meanwhile."""
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
    """Lock a webhook that is about to change. Raises NotFound; with an `owner`, for another user's too.

    Runs that announce something wait until the change is committed. Deliveries are locked after their webhook only.
    """
    statement = select(WebhookRow).where(WebhookRow.webhook_id == webhook_id).with_for_update(key_share=True)
    if owner is not None:
        statement = statement.where(WebhookRow.user_id == owner)
    webhook = (await session.exec(statement)).one_or_none()
    if webhook is None:
        raise _no_such_webhook(webhook_id)
    return webhook


async def remove_webhook(session: Session, webhook_id: str, *, owner: str | None = None) -> None:
    """With its deliveries. Raises NotFound."""
    statement = delete(WebhookRow).where(col(WebhookRow.webhook_id) == webhook_id)
    if owner is not None:
        statement = statement.where(col(WebhookRow.user_id) == owner)
    gone = await session.exec(statement)
    if not gone.rowcount:
        raise _no_such_webhook(webhook_id)


def _no_such_webhook(webhook_id: str) -> NotFound:
    return NotFound(f"There is no webhook {webhook_id}.")


async def page_of_deliveries(
    session: Session, webhook_id: str, *, before: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[WebhookDeliveryRow]:
    """Newest first; `before` is the (created_at, delivery_id) of the last one seen."""
    at = col(WebhookDeliveryRow.created_at), col(WebhookDeliveryRow.delivery_id)
    statement = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
    if before is not None:
        statement = statement.where(tuple_(*at) < before)
    return (await session.exec(statement.order_by(*(column.desc() for column in at)).limit(limit))).all()


async def add_test(session: Session, webhook: WebhookRow) -> WebhookDeliveryRow:
    """Write a test message to a webhook that is locked. Raises Conflict if it is disabled."""
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
    """Once more from the beginning, under the same id. Raises NotFound, and Conflict while it is on its way.

    With an `owner`, of his webhooks only.
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
        raise Conflict(f"Delivery {delivery_id} is on its way; it is tried again at {delivery.due_at:%H:%M:%S} UTC.")
    delivery.status, delivery.settled_at = DeliveryStatus.PENDING, None
    delivery.resent_after = delivery.attempts
    delivery.due_at = (await session.exec(select(func.now()))).one()
    session.add(delivery)
    await session.flush()
    return delivery


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a delivery, which is ours until its lease runs out."""

    delivery_id: str
    webhook_id: str
    event: str
    url: str
    secret: str
    payload: dict[str, Any]
    attempts: int
    tries: int
    """Attempts since it was written or sent again by hand, this one included."""


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
# The first part finds each webhook that something waits for by one step in the index, however much waits for each:
# one that never answers delays no other.


async def claim_deliveries(
    session: Session, *, most: int, of_each: int, lease: float, busy: Collection[str] = ()
) -> list[Claim]:
    """What is due and nobody is at, of each webhook at most `of_each`, of those that are `busy` none."""
    named = {"most": most, "of_each": of_each, "lease": lease, "busy": list(busy)}
    return [Claim(**row) for row in (await execute(session, _CLAIM, named)).mappings()]


async def settle(session: Session, claim: Claim, status: int | None, error: str | None, again_in: float | None) -> bool:
    """What came of an attempt: delivered without an error, tried `again_in` seconds, or failed for good.

    False where the claim is not ours any more: another had to try again meanwhile, or it was sent again by hand. What
    has arrived is delivered, also where its webhook was disabled while it was on its way.
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


async def disable(session: Session, webhook: WebhookRow, reason: str) -> None:
    """Send nothing more to a webhook that is locked; what waits for it fails."""
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


async def forget_deliveries(session: Session, *, most: int = 1000) -> None:
    """The oldest of those that nobody can want to see any more."""
    await execute(
        session,
        text("""
            DELETE FROM webhook_deliveries WHERE delivery_id IN (
                SELECT delivery_id FROM webhook_deliveries WHERE settled_at < now() - make_interval(days => :days)
                ORDER BY settled_at LIMIT :most FOR UPDATE SKIP LOCKED)"""),
        {"days": TTL_DAYS, "most": most},
    )
