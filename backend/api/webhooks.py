"""Webhooks: where a user's own server is told of what becomes of runs, and what became of the messages."""

from typing import Final

from fastapi import APIRouter, Request, Response

from backend.api.answers import hides
from backend.api.webhook_schemas import (
    DeliveryAnswer,
    DeliveryPage,
    NewWebhook,
    WebhookAnswer,
    WebhookBody,
    WebhookChanges,
    WebhookPage,
)
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep
from backend.errors import documented
from backend.inputs import DeliveryId, UserFilter, WebhookId
from backend.paging import Cursor, Limit, cut, decode

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

MAX_TESTS_PER_MINUTE: Final = 10
"""Of one caller, in each server process."""


@router.post("", status_code=201, responses=documented(400, 409, 413, 415, 422))
async def add_webhook(body: WebhookBody, caller: CallerDep, orchestrator: OrchestratorDep) -> NewWebhook:
    """Be told of one's runs. `secret` is shown this once; messages are signed with it (Standard Webhooks)."""
    webhook = await orchestrator.webhooks.add(caller.acting_for(body.user_id), body.url, body.events)
    return NewWebhook.model_validate(webhook, from_attributes=True)


@router.get("", responses=documented(422))
async def list_webhooks(
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: UserFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WebhookPage:
    """A page of webhooks, newest first."""
    before = decode(cursor)
    if hides(caller.writes, user_id):
        return WebhookPage(webhooks=[], next=None)
    found = await orchestrator.webhooks.page(user_id=user_id or caller.writes, before=before, limit=limit + 1)
    shown, following = cut(found, limit, lambda webhook: (webhook.created_at, webhook.webhook_id))
    return WebhookPage(
        webhooks=[WebhookAnswer.model_validate(webhook, from_attributes=True) for webhook in shown], next=following
    )


@router.patch("/{webhook_id}", responses=documented(400, 404, 413, 415, 422))
async def change_webhook(
    webhook_id: WebhookId, body: WebhookChanges, caller: CallerDep, orchestrator: OrchestratorDep
) -> WebhookAnswer:
    """Change the URL or the events of a webhook, disable it, or enable it again."""
    webhook = await orchestrator.webhooks.change(webhook_id, **body.given(), owner=caller.writes)
    return WebhookAnswer.model_validate(webhook, from_attributes=True)


@router.post("/{webhook_id}/test", status_code=202, responses=documented(404, 409, 422))
async def test_webhook(
    request: Request, webhook_id: WebhookId, caller: CallerDep, orchestrator: OrchestratorDep
) -> DeliveryAnswer:
    """Send a signed test message, once. Its outcome stands in the webhook's deliveries, under this `delivery_id`."""
    request.app.state.webhook_tests.count(caller.user_id)
    delivery = await orchestrator.webhooks.send_test(webhook_id, owner=caller.writes)
    return DeliveryAnswer.model_validate(delivery, from_attributes=True)


@router.delete("/{webhook_id}", status_code=204, responses=documented(404, 422))
async def remove_webhook(webhook_id: WebhookId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    """Be told no more; its deliveries are forgotten."""
    await orchestrator.webhooks.remove(webhook_id, owner=caller.writes)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", responses=documented(404, 422))
async def list_deliveries(
    webhook_id: WebhookId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DeliveryPage:
    """What became of the messages, newest first; settled ones are kept for 30 days."""
    found = await orchestrator.webhooks.deliveries(
        webhook_id, before=decode(cursor), limit=limit + 1, owner=caller.writes
    )
    shown, following = cut(found, limit, lambda delivery: (delivery.created_at, delivery.delivery_id))
    return DeliveryPage(
        deliveries=[DeliveryAnswer.model_validate(delivery, from_attributes=True) for delivery in shown],
        next=following,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/resend", status_code=202, responses=documented(404, 409, 422))
async def resend_delivery(
    webhook_id: WebhookId, delivery_id: DeliveryId, caller: CallerDep, orchestrator: OrchestratorDep
) -> DeliveryAnswer:
    """Send a settled message once more, under the same id."""
    delivery = await orchestrator.webhooks.resend(webhook_id, delivery_id, owner=caller.writes)
    return DeliveryAnswer.model_validate(delivery, from_attributes=True)
