"""Request and response bodies of the webhook routes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator

from domain.request import Shape, UserId
from domain.webhooks import MAX_URL_LENGTH, DeliveryStatus, WebhookEvent

Url = Annotated[str, Field(min_length=1, max_length=MAX_URL_LENGTH)]
Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=10)]


class WebhookBody(Shape):
    """A new webhook."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hooks.example.com/roadmaps", "events": ["run_finished", "review_requested"]}]
        }
    )

    url: Url
    user_id: UserId | None = Field(default=None, description="Only the role `service` may name another user.")
    events: Events = Field(default_factory=lambda: [*WebhookEvent])


class WebhookChanges(Shape):
    """Changes of a webhook; absent fields and the secret stay unchanged."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": True}], "minProperties": 1})

    url: Url = Field(default_factory=str, description="Pending messages are sent there too.")
    events: Events = Field(default_factory=list)
    enabled: bool = Field(
        default_factory=bool,
        description="False: send nothing more and let pending messages fail. True: send new messages.",
    )

    def given(self) -> dict[str, Any]:
        """Return the fields that the body has."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class WebhookAnswer(BaseModel):
    webhook_id: str
    user_id: str
    url: str
    events: list[WebhookEvent]
    disabled_reason: str | None = Field(description="Why the webhook is disabled.")
    created_at: datetime

    @computed_field  # type: ignore[prop-decorator]
    @property
    def enabled(self) -> bool:
        return self.disabled_reason is None


class NewWebhook(WebhookAnswer):
    secret: str = Field(description="Shown only in this response.")


class WebhookPage(BaseModel):
    webhooks: list[WebhookAnswer]
    next: str | None


class DeliveryAnswer(BaseModel):
    delivery_id: str = Field(description="The `webhook-id` of its message.")
    webhook_id: str
    task_id: str | None = Field(description="Null for a test message.")
    event: WebhookEvent | Literal["test"]
    payload: dict[str, Any]
    status: DeliveryStatus
    attempts: int
    due_at: datetime = Field(description="Time of the next attempt, while it is pending.")
    last_status: int | None = Field(description="Last HTTP status of the receiver.")
    last_error: str | None
    created_at: datetime
    settled_at: datetime | None

    @field_validator("task_id", mode="before")
    @classmethod
    def _no_task(cls, value: str | None) -> str | None:
        return value or None


class DeliveryPage(BaseModel):
    deliveries: list[DeliveryAnswer]
    next: str | None
