"""Post a message to a URL that a user named: one request, without following redirects."""

import asyncio
from dataclasses import dataclass
from typing import Final

from nodes.net.addresses import AllowList
from nodes.net.connect import Connector, FetchFailed, NetworkEnvironment, RequestTimeouts, readable

MAX_BODY_BYTES: Final = 512
"""Of a response; the rest is not read."""


@dataclass(frozen=True, slots=True)
class PostAnswer:
    status: int
    beginning: bytes
    retry_after: float | None
    """Seconds for which the receiver asks for no further request."""


class Poster:
    def __init__(
        self, allowed: AllowList, outside: NetworkEnvironment | None = None, limits: RequestTimeouts | None = None
    ) -> None:
        self.limits = limits or RequestTimeouts()
        self._connector = Connector(allowed, outside or NetworkEnvironment(), self.limits)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> PostAnswer:
        """Post a body. Raises FetchFailed where no response came."""
        try:
            async with asyncio.timeout(self.limits.total_seconds):
                return await self._post(url, headers, body)
        except TimeoutError:
            raise FetchFailed("it did not answer in time") from None

    async def _post(self, url: str, extra: dict[str, str], body: bytes) -> PostAnswer:
        lines = [
            ("User-Agent", "roadmap-orchestrator (webhook)"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            *extra.items(),
        ]
        async with self._connector.request("POST", readable(url), lines, body) as response:
            headers = {name.lower(): value for name, value in response.headers}
            beginning = bytearray()
            async for chunk in response.aiter_stream():
                beginning += chunk
                if len(beginning) >= MAX_BODY_BYTES:
                    break
        return PostAnswer(
            response.status, bytes(beginning[:MAX_BODY_BYTES]), _seconds(headers.get(b"retry-after", b""))
        )


def _seconds(value: bytes) -> float | None:
    return float(value) if value.isdigit() and len(value) < 9 else None
