"""Who receives webhooks, and checks them by the convention alone, without the sender's code."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from tests.support.web_server import WebServer


@dataclass(frozen=True)
class Message:
    """One that was received, its signature good."""

    id: str
    body: dict[str, Any]


def messages(server: WebServer, secret: str) -> list[Message]:
    """All that came, in order. Fails for one that somebody else may have written, or long ago."""
    return [verified(request, secret) for request in server.requests]


def verified(request: str, secret: str) -> Message:
    """One that has just come."""
    head, _, body = request.partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0].startswith("POST ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    assert headers["content-type"] == "application/json"
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert hmac.compare_digest(headers["webhook-signature"], expected)
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return Message(headers["webhook-id"], json.loads(body))
