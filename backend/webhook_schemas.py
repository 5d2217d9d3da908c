"""What requests about webhooks hold and answers look like."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from domain.request import Shape, UserId
from domain.webhooks import MOST_URL, DeliveryStatus, WebhookEvent


class WebhookBody(Shape):
    """A new webhook."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hooks.example.com/roadmaps", "events": ["run_finished", "review_requested"]}]
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=MOST_URL)]
    user_id: UserId | None = Field(default=None, description="Only the role `service` may name another.")
    events: Annotated[list[WebhookEvent], Field(min_length=1, max_length=10)] = Field(
        default_factory=lambda: [*WebhookEvent]
    )


class WebhookAnswer(BaseModel):
    webhook_id: str
    user_id: str
    url: str
    events: list[WebhookEvent]
    disabled_reason: str | None = Field(description="Why nothing is sent there any more.")
    created_at: datetime


class NewWebhook(WebhookAnswer):
    secret: str = Field(description="Shown this once.")


class WebhookPage(BaseModel):
    webhooks: list[WebhookAnswer]
    next: str | None


class DeliveryAnswer(BaseModel):
    delivery_id: str = Field(description="The `webhook-id` of its message.")
    webhook_id: str
    task_id: str
    event: WebhookEvent
    payload: dict[str, Any]
    status: DeliveryStatus
    attempts: int
    due_at: datetime = Field(description="When it is tried next, while it is pending.")
    last_status: int | None = Field(description="What the receiver answered last.")
    last_error: str | None
    created_at: datetime
    settled_at: datetime | None


class DeliveryPage(BaseModel):
    deliveries: list[DeliveryAnswer]
    next: str | None
