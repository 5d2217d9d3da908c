"""Webhooks, which send events of runs to a user's own server, and their deliveries."""

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
from backend.inputs import DeliveryId, UserFilter, WebhookId
from backend.openapi import documented
from backend.paging import Cursor, Limit, cut, decode

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

MAX_TESTS_PER_MINUTE: Final = 10
"""Test messages of one caller, in each server process."""


@router.post("", status_code=201, responses=documented(400, 409, 413, 415, 422))
async def add_webhook(body: WebhookBody, caller: CallerDep, orchestrator: OrchestratorDep) -> NewWebhook:
    """Add a webhook for the events of one's runs. Messages are signed with `secret`, which is shown only here."""
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
    webhooks = await orchestrator.webhooks.page(user_id=user_id or caller.writes, before=before, limit=limit + 1)
    shown, following = cut(webhooks, limit, lambda webhook: (webhook.created_at, webhook.webhook_id))
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
    """Send a signed test message once. The webhook's deliveries have its outcome, under this `delivery_id`."""
    request.app.state.webhook_tests.count(caller.user_id)
    delivery = await orchestrator.webhooks.send_test(webhook_id, owner=caller.writes)
    return DeliveryAnswer.model_validate(delivery, from_attributes=True)


@router.delete("/{webhook_id}", status_code=204, responses=documented(404, 422))
async def remove_webhook(webhook_id: WebhookId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    """Remove a webhook and its deliveries."""
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
    """Deliveries of a webhook, newest first; settled ones are kept for 30 days."""
    deliveries = await orchestrator.webhooks.deliveries(
        webhook_id, before=decode(cursor), limit=limit + 1, owner=caller.writes
    )
    shown, following = cut(deliveries, limit, lambda delivery: (delivery.created_at, delivery.delivery_id))
    return DeliveryPage(
        deliveries=[DeliveryAnswer.model_validate(delivery, from_attributes=True) for delivery in shown],
        next=following,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/resend", status_code=202, responses=documented(404, 409, 422))
async def resend_delivery(
    webhook_id: WebhookId, delivery_id: DeliveryId, caller: CallerDep, orchestrator: OrchestratorDep
) -> DeliveryAnswer:
    """Send a settled message again, under the same id."""
    delivery = await orchestrator.webhooks.resend(webhook_id, delivery_id, owner=caller.writes)
    return DeliveryAnswer.model_validate(delivery, from_attributes=True)
