"""Webhooks: messages about runs to a user's server, signed according to Standard Webhooks."""

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32

MAX_WEBHOOKS: Final = 20
"""For each user."""
MAX_URL_LENGTH: Final = 2000
"""In characters."""


class WebhookEvent(StrEnum):
    """The events that a webhook can subscribe to, with the names of the events of a run."""

    RUN_FINISHED = "run_finished"
    REVIEW_REQUESTED = "review_requested"


TEST_EVENT: Final = "test"
"""The event of a test message that a user requests; no webhook subscribes to it."""
DISABLED_BY_USER: Final = "Disabled by its user."


class DeliveryStatus(StrEnum):
    """The status of a message to a webhook."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


def new_secret() -> str:
    """Return a new secret for sender and receiver, which is shown once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver verifies sender and time of `body` and recognizes a repetition."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed_content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed_content, hashlib.sha256).digest()).decode("ascii")
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
