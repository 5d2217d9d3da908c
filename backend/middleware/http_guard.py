"""The edge of the app, plain ASGI: ids of requests, limits of bodies, headers of safety, the log, the last catch.

`scope["state"]` gets `request_id` and `trace` (a W3C traceparent, or None).
"""

import re
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from backend.errors import Problem, problem
from domain.logs import get_log

_log = get_log(__name__)

TRACEPARENT: Final = re.compile(r"^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
REQUEST_ID: Final = re.compile(r"^[A-Za-z0-9._-]{1,100}$")
LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
SAFE_METHODS: Final = {"GET", "HEAD", "OPTIONS"}

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer."""
DEFAULTS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
"""Where a route does not set them itself."""


class HttpGuard:
    """Wraps the app; what it refuses never gets there."""

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, origins: Sequence[str], loopback_only: bool, prefix: str = ""
    ) -> None:
        """`prefix`: under which a proxy shows the server, whether or not it takes that away on the way here."""
        self._app = app
        self._most_bytes = most_bytes
        self._origins = set(origins)
        self._loopback_only = loopback_only
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._prefix:
            scope = self._under_prefix(scope)
        request = _Request(scope, send)
        try:
            refused = self._refusal(scope, request.headers)
            if refused is not None:
                await refused(scope, receive, request.send)
            elif scope["method"] == "HEAD":
                await answer_head(self._app, scope, self._limited(receive), request.send)
            else:
                await self._app(scope, self._limited(receive), request.send)
        except ClientDisconnect:
            pass  # nobody is left to be answered
        except Exception as error:
            _log.error("request failed", exc_info=error, **request.told())
            if request.status is None:
                failed = problem(500, "The server made a mistake; its log says more.")
                await failed(scope, receive, request.send)
            else:
                raise
        finally:
            request.log()

    def _under_prefix(self, scope: Scope) -> Scope:
        """As ASGI has it: `path` holds the prefix, `root_path` says which part of it that is."""
        path: str = scope["path"]
        whole = path if path.startswith(f"{self._prefix}/") else self._prefix + path
        return {**scope, "path": whole, "root_path": self._prefix}

    def _refusal(self, scope: Scope, headers: Headers) -> Any:
        """An answer to what is refused as a whole, else None."""
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._most_bytes:
            return problem(413, self._too_large(), headers={"Connection": "close"})
        if self._loopback_only and _host(headers.get("host", "")) not in LOOPBACK:
            return problem(421, "Without authentication this server answers to localhost only.")
        if scope["method"] not in SAFE_METHODS and self._is_foreign(headers):
            return problem(403, "Pages of other sites may not call this server.")
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a page of another site makes the browser send this, with the user's cookie or from his machine."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") == "cross-site"
        return not {origin, "*"} & self._origins and not same_host(origin, headers)

    def _limited(self, receive: Receive) -> Receive:
        """Counts the body as it comes: a length may be missing, or wrong."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most_bytes:
                raise Problem(413, self._too_large(), headers={"Connection": "close"})
            return message

        return limited

    def _too_large(self) -> str:
        return f"The body may have at most {self._most_bytes} bytes."


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as to GET, without the body. A stream hears that its client has gone, and ends."""

    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    await app({**scope, "method": "GET"}, receive, head_only)


class _Request:
    """One request on its way: what is known of it, and what is logged at its end."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.headers = Headers(scope=scope)
        self.status: int | None = None
        self._scope = scope
        self._send = send
        self._began = time.perf_counter()
        given = self.headers.get("x-request-id", "")
        self._state = scope.setdefault("state", {})
        self._state["request_id"] = given if REQUEST_ID.match(given) else str(uuid7())
        trace = self.headers.get("traceparent", "")
        self._state["trace"] = trace if TRACEPARENT.match(trace) else None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers["X-Request-ID"] = self._state["request_id"]
            for name, value in DEFAULTS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def told(self) -> dict[str, Any]:
        told = {"request_id": self._state["request_id"], "method": self._scope["method"], "path": self._scope["path"]}
        if self._state["trace"] is not None:
            told["trace_id"] = self._state["trace"].split("-")[1]
        caller = self._state.get("caller")
        if caller is not None:
            told["user_id"] = caller.user_id
        if "task_id" in self._state:
            told["task_id"] = self._state["task_id"]
        return told

    def log(self) -> None:
        took = round((time.perf_counter() - self._began) * 1000, 1)
        _log.info("request", status=self.status, milliseconds=took, **self.told())


def same_host(url: str, headers: Headers) -> bool:
    """Whether a URL that a browser named is of the site that it asks; one that cannot be read is of none."""
    try:
        return urlsplit(url).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _host(header: str) -> str:
    try:
        return (urlsplit(f"//{header}").hostname or "") if "@" not in header else ""
    except ValueError:
        return ""
