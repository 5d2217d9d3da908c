"""Webhooks: where a user's own server is told of what becomes of runs, and what became of the messages."""

from fastapi import APIRouter, Response

from backend.auth import CallerDep
from backend.errors import documented
from backend.inputs import DeliveryId, WebhookId
from backend.paging import Cursor, Limit, cut, decode
from backend.resources import OrchestratorDep
from backend.webhook_schemas import DeliveryAnswer, DeliveryPage, NewWebhook, WebhookAnswer, WebhookBody, WebhookList

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("", status_code=201, responses=documented(400, 409, 413, 415, 422))
async def add(body: WebhookBody, caller: CallerDep, orchestrator: OrchestratorDep) -> NewWebhook:
    """Be told of one's runs. `secret` is shown this once; messages are signed with it (Standard Webhooks)."""
    webhook = await orchestrator.webhooks.add(caller.user_id, body.url, body.events)
    return NewWebhook.model_validate(webhook, from_attributes=True)


@router.get("", responses=documented())
async def list_webhooks(caller: CallerDep, orchestrator: OrchestratorDep) -> WebhookList:
    """One's own webhooks, oldest first."""
    found = await orchestrator.webhooks.list(caller.user_id)
    return WebhookList(webhooks=[WebhookAnswer.model_validate(webhook, from_attributes=True) for webhook in found])


@router.delete("/{webhook_id}", status_code=204, responses=documented(404, 422))
async def remove(webhook_id: WebhookId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    """Be told no more; its deliveries are forgotten."""
    await orchestrator.webhooks.remove(caller.user_id, webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", responses=documented(404, 422))
async def deliveries(
    webhook_id: WebhookId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DeliveryPage:
    """What became of the messages, newest first; settled ones are kept for 30 days."""
    found = await orchestrator.webhooks.deliveries(caller.user_id, webhook_id, before=decode(cursor), limit=limit + 1)
    shown, following = cut(found, limit, lambda delivery: (delivery.created_at, delivery.delivery_id))
    return DeliveryPage(
        deliveries=[DeliveryAnswer.model_validate(delivery, from_attributes=True) for delivery in shown],
        next=following,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/resend", status_code=202, responses=documented(404, 409, 422))
async def resend(
    webhook_id: WebhookId, delivery_id: DeliveryId, caller: CallerDep, orchestrator: OrchestratorDep
) -> DeliveryAnswer:
    """Send a settled message once more, under the same id."""
    delivery = await orchestrator.webhooks.resend(caller.user_id, webhook_id, delivery_id)
    return DeliveryAnswer.model_validate(delivery, from_attributes=True)
