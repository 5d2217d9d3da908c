"""Decide what an error means: the same call may succeed later, this call cannot, or no call of the model can."""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from nodes.authors.port import CallFailed
from nodes.authors.provider_errors import meanings
from nodes.authors.provider_errors.error_facts import ErrorFacts, causes_of, facts_of
from nodes.authors.provider_errors.limits import context_window, is_larger_than_rate, is_overflow, output_limit
from nodes.authors.provider_errors.waits import wait_asked

_TRANSIENT: Final = frozenset({408, 409, 424, 425, 429})
_NOT_OFFERED: Final = frozenset({501, 505})
_GATEWAY_TIMEOUTS: Final = frozenset({408, 504, 524})
"""A gateway stopped waiting, while the model behind it may have gone on."""
_BAD_GATEWAY: Final = 502
"""The status of an error that a provider returned inside a 200, without a status of its own."""
_NEVER_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ConnectionRefusedError", "gaierror",
     "ClientConnectorError", "EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}
)  # fmt: skip
"""Errors of HTTP clients that happen before a request is sent."""
_CONNECTION_WORDS: Final = ("Connect", "Transport", "ProtocolError", "NetworkError", "ReadError", "HTTPClientError")
_STOPPED: Final = frozenset({"error", "network_error", "insufficient_system_resource", "load", "OTHER"})
"""Finish reasons of answers that the provider broke off."""

CHECK_ADDRESS: Final = "Check its address (OPENAI_BASE_URL usually ends with /v1) and that its server is running."
CHECK_MODEL: Final = "Check the name of the model, the address, the key and its permissions."
CHECK_KEY: Final = "Check the key and its permissions."
CHECK_MONEY: Final = "Check the balance and the quota of the account."


@dataclass(frozen=True, slots=True)
class _Meaning:
    transient: bool = True
    denied: bool = False
    unless_answered: bool = False
    advice: str = ""


_LATER: Final = _Meaning()
_THIS_CALL: Final = _Meaning(transient=False)
_NEVER: Final = _Meaning(transient=False, denied=True)


def call_failed(error: Exception, model: str) -> CallFailed:
    """Return the error of an integration as CallFailed. Raise it `from None`, as the cause may hold a key."""
    facts = facts_of(error)
    if facts.status is None and (facts.inside or (type(error) is ValueError and meanings.is_known(facts))):
        facts = replace(facts, inside=True, status=429 if meanings.is_busy(facts) else _BAD_GATEWAY)
    if facts.status is None:
        return _without_status(error, model, facts)
    wait = wait_asked(facts, datetime.now(UTC))
    meaning = _meaning(facts, wait)
    if meaning.denied:
        reason = (
            f"The provider does not let {model} be used ({facts.status}: {facts.message.rstrip('.')}). {meaning.advice}"
        )
    else:
        reason = f"{model} answered {facts.status}: {facts.message}"
    return CallFailed(
        reason,
        model=model,
        outcome=f"{'denied' if meaning.denied else 'failed'} {facts.status}",
        transient=meaning.transient,
        denied=meaning.denied,
        unless_answered=meaning.unless_answered,
        wait=wait if meaning.transient else None,
        billed=facts.status in _GATEWAY_TIMEOUTS,
        away=meaning.transient and meanings.is_busy(facts),
        status=facts.status,
        context_window=context_window(facts) if meaning is _THIS_CALL else None,
        output_limit=output_limit(facts) if meaning is _THIS_CALL else None,
        answer=_failed_generation(facts),
    )


def timed_out(model: str, seconds: float) -> CallFailed:
    return CallFailed(
        f"{model} did not answer within {seconds:g} s.", model=model, outcome="failed timeout", billed=True
    )


def stopped_early(finish_reason: object, model: str) -> CallFailed | None:
    """Return the failure of an answer that its provider broke off, by its finish reason; None for other answers."""
    if not isinstance(finish_reason, str) or finish_reason not in _STOPPED:
        return None
    reason = f"{model} broke its answer off (finish reason {finish_reason})."
    return CallFailed(reason, model=model, outcome="failed answer", billed=True)


def _meaning(facts: ErrorFacts, wait: float | None) -> _Meaning:
    """Return what a refusal means for this call and for others, the surest signs first."""
    status = facts.status or 0
    if "json_validate_failed" in facts.codes:
        return _LATER  # another try writes another answer
    if _is_too_long(facts):
        return _THIS_CALL
    if status < 500 or facts.inside:
        refusal = _refusal(facts, status, wait)
        if refusal is not None:
            return refusal
    if status in _TRANSIENT or (status >= 500 and status not in _NOT_OFFERED) or meanings.is_busy(facts):
        return _LATER
    return _THIS_CALL


def _refusal(facts: ErrorFacts, status: int, wait: float | None) -> _Meaning | None:
    """Return the meaning of what a provider refuses in its codes and words."""
    if status == 401 or meanings.is_wrong_key(facts):
        return replace(_NEVER, advice=CHECK_KEY)
    if status != 402 and meanings.is_moderation(facts):
        return _THIS_CALL
    if meanings.is_out_of_money(facts, wait):
        return replace(_NEVER, advice=CHECK_MONEY, unless_answered=status == 402)
    if status in (402, 403):
        return replace(_NEVER, advice=CHECK_MONEY if status == 402 else CHECK_MODEL, unless_answered=True)
    if status == 404 or meanings.is_missing_model(facts):
        return replace(_NEVER, advice=_advice_on_missing(facts), unless_answered=True)
    if status < 400 or status == 405 or (facts.inside and meanings.is_wrong_address(facts)):
        return replace(_NEVER, advice=CHECK_ADDRESS, unless_answered=True)
    return None


def _is_too_long(facts: ErrorFacts) -> bool:
    if is_larger_than_rate(facts):
        return True
    return facts.status not in (401, 402, 403, 404, 429) and (is_overflow(facts) or output_limit(facts) is not None)


def _advice_on_missing(facts: ErrorFacts) -> str:
    return CHECK_MODEL if meanings.is_missing_model(facts) else f"{CHECK_ADDRESS} Check the name of the model."


def _failed_generation(facts: ErrorFacts) -> str | None:
    """Return the answer that a provider refused to pass on since it is no JSON of the schema."""
    text = facts.values.get("failed_generation")
    return text if isinstance(text, str) and text.strip() else None


def _without_status(error: Exception, model: str, facts: ErrorFacts) -> CallFailed:
    names = {kind.__name__ for each in causes_of(error) for kind in type(each).__mro__}
    own = {kind.__name__ for kind in type(error).__mro__}
    if meanings.is_wrong_key(facts):
        reason = f"The provider does not let {model} be used ({facts.message.rstrip('.')}). {CHECK_KEY}"
        return CallFailed(reason, model=model, outcome="denied", denied=True)
    if isinstance(error, TimeoutError) or any("Timeout" in name for name in own):
        sent = _was_sent(names)
        return CallFailed(
            f"{model} did not answer in time.", model=model, outcome="failed timeout", billed=sent, away=not sent
        )
    if isinstance(error, OSError) or any(word in name for name in own for word in _CONNECTION_WORDS):
        sent = _was_sent(names) and "failed to connect" not in facts.text  # Ollama's client tells no more
        reason = f"{model} cannot be reached, or hung up: {_connection_message(error, facts)}"
        return CallFailed(reason, model=model, outcome="failed connection", billed=sent, away=not sent)
    if "APIError" in own:
        return CallFailed(
            f"{model} sent no answer of its protocol: {facts.message}", model=model, outcome="failed protocol"
        )
    if isinstance(error, json.JSONDecodeError | UnicodeError | TypeError | LookupError | AttributeError) or (
        "ValidationError" in own  # the models of an integration
    ):
        # The integration failed to read the answer, and its message is about its own code.
        reason = f"{model} sent no answer of its protocol. {CHECK_ADDRESS}"
        return CallFailed(reason, model=model, outcome="failed protocol")
    reason = f"{model} could not be asked ({type(error).__name__}): {facts.message}"
    return CallFailed(reason, model=model, outcome="failed", transient=False)


def _was_sent(names: set[str]) -> bool:
    """Return whether the request may have reached the provider before the connection failed."""
    return not names & _NEVER_SENT


def _connection_message(error: Exception, facts: ErrorFacts) -> str:
    """Return the reason of the operating system, which integrations hide behind `Connection error.`."""
    for cause in causes_of(error):
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)  # asyncio puts the address into its own text
    return facts.message
