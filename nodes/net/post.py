"""Posts a message to a place that a user named, without being led astray: one request, no redirect is followed."""

import asyncio
from dataclasses import dataclass
from typing import Final

from nodes.net.addresses import AllowList
from nodes.net.connect import Connector, FetchFailed, Limits, NetworkEnvironment, readable

MAX_BODY_BYTES: Final = 512
"""Of an answer; more of it is not read."""


@dataclass(frozen=True, slots=True)
class PostAnswer:
    status: int
    beginning: bytes
    retry_after: float | None
    """Seconds that the receiver asks to be left alone for."""


class Poster:
    def __init__(
        self, allowed: AllowList, outside: NetworkEnvironment | None = None, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self._connector = Connector(allowed, outside or NetworkEnvironment(), self.limits)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> PostAnswer:
        """Raises FetchFailed where nobody answered."""
        try:
            async with asyncio.timeout(self.limits.total_seconds):
                return await self._post(url, headers, body)
        except TimeoutError:
            raise FetchFailed("it did not answer in time") from None

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> PostAnswer:
        sent = [
            ("User-Agent", "roadmap-orchestrator (webhook)"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            *headers.items(),
        ]
        async with self._connector.request("POST", readable(url), sent, body) as response:
            told = {name.lower(): value for name, value in response.headers}
            beginning = bytearray()
            async for chunk in response.aiter_stream():
                beginning += chunk
                if len(beginning) >= MAX_BODY_BYTES:
                    break
        return PostAnswer(response.status, bytes(beginning[:MAX_BODY_BYTES]), _seconds(told.get(b"retry-after", b"")))


def _seconds(value: bytes) -> float | None:
    return float(value) if value.isdigit() and len(value) < 9 else None
