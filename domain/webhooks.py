"""Messages that tell a user's own server what became of a run, signed by the Standard Webhooks convention."""

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32

MAX_WEBHOOKS: Final = 20
"""Of one user."""
MAX_URL_LENGTH: Final = 2000
"""Characters."""


class WebhookEvent(StrEnum):
    """What a webhook may be told; the same words as the events of a run."""

    RUN_FINISHED = "run_finished"
    REVIEW_REQUESTED = "review_requested"


TEST_EVENT: Final = "test"
"""The event of a message that was asked for to try a webhook; no webhook subscribes to it."""
DISABLED_BY_USER: Final = "Disabled by its user."


class DeliveryStatus(StrEnum):
    """Where one message to one webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


def new_secret() -> str:
    """What sender and receiver share; told once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers by which a receiver knows who wrote `body`, when, and whether it has it already."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
