"""Send messages to webhooks. Every worker sends; each message is sent at least once, and by one worker at a time.

A process that dies while it sends leaves a claim, which expires. Another process then sends the message again under
the same id, so that the receiver can recognise it.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from domain.errors import DatabaseUnavailable, NotFound
from domain.logs import get_log
from domain.text.secrets import redact
from domain.waits.backoff import Backoff
from domain.webhooks import TEST_EVENT, signed_headers
from nodes.net.connect import FetchFailed
from nodes.net.post import PostAnswer, Poster
from repository.db.database import Database, Session
from repository.users.deliveries import Claim, claim_deliveries, forget_deliveries, settle
from repository.users.webhooks import disable, lock_webhook

CONCURRENT_SENDS: Final = 20
CONCURRENT_SENDS_PER_WEBHOOK: Final = 2
"""Messages that are sent to one webhook at once, so that a slow one does not hold all places."""
GONE: Final = 410
_GONE: Final = "Its server answered that it is gone (410)."
UNREACHABLE: Final = (
    "The webhook's host could not be reached: it is unknown or not allowed, or it does not accept connections."
)
"""One message for all three, so that users cannot find out which names and addresses exist in the server's network."""

_log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The number of attempts for a message, and the delays between them."""

    tries: int = 10
    first: float = 5.0
    """Seconds before the second try; jittered, like all delays."""
    growth: float = 4.0
    """Factor between two delays."""
    longest: float = 6 * 3600.0
    """Seconds of a delay at most."""
    look_every: float = 1.0
    """Seconds between two looks for due messages."""

    def before_next(self, tries: int, retry_after: float | None = None) -> float | None:
        """Return the seconds until the next try, at least `retry_after` of the receiver; None after the last try."""
        if tries >= self.tries:
            return None
        pause = Backoff(self.first, self.longest, self.growth, jitter=(0.75, 1.25)).delay(tries)
        return max(pause, min(retry_after or 0.0, self.longest))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result of one try; `error` is None if the message has arrived."""

    status: int | None
    error: str | None
    retry_after: float | None = None


class WebhookSender:
    """Sends due messages until it is cancelled."""

    def __init__(self, database: Database, poster: Poster, policy: DeliveryPolicy | None = None) -> None:
        self._database = database
        self._poster = poster
        self._policy = policy or DeliveryPolicy()
        self._lease = 3 * poster.limits.total_seconds
        self._sending: dict[asyncio.Task[None], str] = {}
        """The webhook id of each message that is being sent."""

    async def keep_sending(self, grace: float) -> None:
        """Send until cancelled; messages that are being sent then have `grace` seconds to arrive."""
        try:
            while True:
                begun = await self.deliver()
                if self._sending:
                    await asyncio.wait(
                        self._sending, timeout=self._policy.look_every, return_when=asyncio.FIRST_COMPLETED
                    )
                elif not begun:
                    await asyncio.sleep(self._policy.look_every)
        finally:
            if self._sending:
                _, late = await asyncio.wait(set(self._sending), timeout=grace)
                for sending in late:
                    sending.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def deliver(self) -> int:
        """Begin to send due messages, as many as there is room for, and return their number."""
        held = Counter(self._sending.values())
        room = CONCURRENT_SENDS - held.total()
        if not room:
            return 0
        claimed_at = time.monotonic()
        try:
            async with self._database.transaction() as session:
                claims = await claim_deliveries(
                    session, most=room, of_each=CONCURRENT_SENDS_PER_WEBHOOK, lease=self._lease, busy=held
                )
                await forget_deliveries(session)
        except DatabaseUnavailable as error:
            _log.info("webhook claim failed", reason=str(error))
            return 0
        except Exception as error:  # keep sending
            _log.error("webhook claim failed", exc_info=error)
            return 0
        for claim in claims:
            sending = asyncio.create_task(self._send(claim, claimed_at))
            self._sending[sending] = claim.webhook_id
            sending.add_done_callback(self._sending.pop)
        return len(claims)

    async def _send(self, claim: Claim, claimed_at: float) -> None:
        if time.monotonic() - claimed_at > self._lease - self._poster.limits.total_seconds:
            return  # this process was suspended: another may claim the message before it arrives
        outcome = await self._attempt(claim)
        try:
            await self._database.persist(lambda session: self._settle(session, claim, outcome))
        except DatabaseUnavailable as error:
            _log.warning(
                "webhook delivery not recorded; it may be sent twice", delivery_id=claim.delivery_id, reason=str(error)
            )

    async def _attempt(self, claim: Claim) -> _Outcome:
        body = json.dumps(claim.payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed_headers(claim.secret, claim.delivery_id, int(time.time()), body)
        try:
            answer = await self._poster.post(claim.url, headers, body)
        except FetchFailed as failure:
            if failure.internal:
                _log.info("webhook host not reached", webhook_id=claim.webhook_id, reason=str(failure))
                return _Outcome(None, UNREACHABLE)
            return _Outcome(None, f"The message could not be sent: {failure}.")
        except Exception as error:  # for example an address that no library can handle: keep sending other messages
            _log.error("webhook delivery failed", webhook_id=claim.webhook_id, error=type(error).__name__)
            return _Outcome(None, f"The message could not be sent: {type(error).__name__}.")
        if 200 <= answer.status < 300:
            return _Outcome(answer.status, None)
        return _Outcome(answer.status, _description(answer), answer.retry_after)

    async def _settle(self, session: Session, claim: Claim, outcome: _Outcome) -> None:
        names: dict[str, Any] = {"webhook_id": claim.webhook_id, "delivery_id": claim.delivery_id}
        if outcome.status == GONE and await self._disable(session, claim, outcome):
            _log.warning("webhook disabled", **names)
            return
        final = outcome.error is None or claim.event == TEST_EVENT
        again_in = None if final else self._policy.before_next(claim.tries, outcome.retry_after)
        if not await settle(session, claim, outcome.status, outcome.error, again_in):
            return
        if outcome.error is not None and again_in is None:
            _log.warning("webhook delivery failed permanently", tries=claim.tries, **names)

    async def _disable(self, session: Session, claim: Claim, outcome: _Outcome) -> bool:
        """Disable a webhook that answered 410. Return False if it was changed since: another URL, or enabled again."""
        try:
            webhook = await lock_webhook(session, claim.webhook_id)  # before its delivery, as everywhere
        except NotFound:
            return False
        if webhook.url != claim.url or not await settle(session, claim, outcome.status, outcome.error, None):
            return False
        await disable(session, webhook, _GONE)
        return True


def _description(answer: PostAnswer) -> str:
    text = redact(" ".join(answer.beginning.decode("utf-8", "replace").replace("\0", "").split()))
    return f"The webhook answered {answer.status}" + (f": {text}" if text else "")
