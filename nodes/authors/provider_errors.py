"""Turn the errors of all integrations into CallFailed; nothing else does.

Integrations have error classes of their own. What they share is an HTTP status, a body or a timeout.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Final

from domain.text.secrets import redact
from nodes.authors.port import CallFailed

MAX_REASON_LENGTH: Final = 300
_TRANSIENT: Final = frozenset({408, 409, 425, 429})
_DENIED: Final = frozenset({401, 402, 403, 404})
_QUOTA: Final = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_balance_too_low"}
)
_GATEWAY_TIMEOUTS: Final = frozenset({408, 504, 524})
"""A gateway stopped waiting, while the model behind it may have gone on."""
_NEVER_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ConnectionRefusedError", "gaierror",
     "ClientConnectorError", "EndpointConnectionError"}
)  # fmt: skip
"""Errors of HTTP clients that happen before a request is sent."""
_REFUSALS: Final = frozenset(map(str, range(400, 600)))
_BAD_GATEWAY: Final = 502
"""The status of an error that a provider returned inside a 200, without a status of its own."""


def call_failed(error: Exception, model: str) -> CallFailed:
    """Return the error of an integration as CallFailed. Raise it `from None`, as the cause may hold a key."""
    wrapped = _wrapped(error)
    status = _status(error, wrapped)
    message = _message_of(error, wrapped)
    if status is None:
        return _without_status(error, model, message)
    if _is_quota(error, wrapped) or status in _DENIED:
        return CallFailed(
            f"The provider does not let {model} be used ({status}: {message}). Check the name of the model, the key, "
            "its permissions and its quota.",
            model=model,
            outcome=f"denied {status}",
            transient=False,
            denied=True,
        )
    return CallFailed(
        f"{model} answered {status}: {message}",
        model=model,
        outcome=f"failed {status}",
        transient=status in _TRANSIENT or status >= 500,
        wait=_retry_after(error),
        billed=status in _GATEWAY_TIMEOUTS,
    )


def timed_out(model: str, seconds: float) -> CallFailed:
    return CallFailed(
        f"{model} did not answer within {seconds:g} s.", model=model, outcome="failed timeout", billed=True
    )


def _without_status(error: Exception, model: str, message: str) -> CallFailed:
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, TimeoutError) or any("Timeout" in name for name in names):
        billed = _was_sent(error)
        return CallFailed(f"{model} did not answer in time.", model=model, outcome="failed timeout", billed=billed)
    if isinstance(error, OSError) or any("Connect" in name or "Transport" in name for name in names):
        reason = f"{model} cannot be reached, or hung up: {message}"
        return CallFailed(reason, model=model, outcome="failed connection", billed=_was_sent(error))
    if "APIError" in names:
        return CallFailed(f"{model} sent no answer of its protocol: {message}", model=model, outcome="failed protocol")
    if isinstance(error, json.JSONDecodeError | TypeError | LookupError | AttributeError):
        # The integration failed to read the answer, and its message is about its own code.
        reason = f"{model} sent no answer of its protocol. Check the address that it is asked at."
        return CallFailed(reason, model=model, outcome="failed protocol")
    reason = f"{model} could not be asked ({type(error).__name__}): {message}"
    return CallFailed(reason, model=model, outcome="failed", transient=False)


def _was_sent(error: BaseException) -> bool:
    """Return whether the request may have reached the provider before the connection failed."""
    cause: BaseException | None = error
    while cause is not None:
        if any(kind.__name__ in _NEVER_SENT for kind in type(cause).__mro__):
            return False
        cause = cause.__cause__ or cause.__context__
    return True


def _wrapped(error: Exception) -> Mapping[str, Any] | None:
    """Return the error that a provider put into a 200, or None."""
    if isinstance(error, ValueError) and error.args and isinstance(error.args[0], Mapping):
        return error.args[0]
    response = getattr(error, "response", None)
    if getattr(response, "status_code", None) == 200:
        try:
            body = json.loads(response.text)  # type: ignore[union-attr]
        except (ValueError, RecursionError):
            return None
        inside = body.get("error") if isinstance(body, Mapping) else None
        return inside if isinstance(inside, Mapping) else {"message": str(inside)} if inside else None
    return None


def _status(error: Exception, wrapped: Mapping[str, Any] | None) -> int | None:
    if wrapped is not None:
        code = wrapped.get("code")
        if str(code) in _REFUSALS:
            return int(str(code))
        return 429 if "rate_limit" in str(code) or "rate_limit" in str(wrapped.get("type")) else _BAD_GATEWAY
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _is_quota(error: Exception, wrapped: Mapping[str, Any] | None) -> bool:
    body = wrapped if wrapped is not None else getattr(error, "body", None)
    words = {str(body.get(name)) for name in ("code", "type")} if isinstance(body, Mapping) else set()
    return bool(words & _QUOTA) or str(getattr(error, "code", None)) in _QUOTA


def _message_of(error: Exception, wrapped: Mapping[str, Any] | None) -> str:
    body = wrapped if wrapped is not None else getattr(error, "body", None)
    message = body.get("message") if isinstance(body, Mapping) else None
    text = " ".join(redact(str(message or error) or type(error).__name__).split())
    return text if len(text) <= MAX_REASON_LENGTH else f"{text[:MAX_REASON_LENGTH]}…"


def _retry_after(error: Exception) -> float | None:
    """Return the seconds that the provider asks to wait: `Retry-After` (number or date) or `retry-after-ms`."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        if milliseconds := headers.get("retry-after-ms"):
            wait = float(milliseconds) / 1000
        elif not (value := headers.get("retry-after")):
            return None
        elif value.strip().replace(".", "", 1).isdecimal():
            wait = float(value)
        else:
            wait = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError, LookupError):
        return None
    return max(0.0, wait) if isfinite(wait) else None
