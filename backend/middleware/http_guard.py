"""The outermost middleware (plain ASGI): request ids, body limits, security headers, the request log, and the last
exception handler.

It puts `request_id` and `trace` (a W3C traceparent, or None) into `scope["state"]`.
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

from backend.errors import DESCRIPTIONS, Problem, problem
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
"""Headers of every response."""
DEFAULTS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
"""Headers of responses that do not set them themselves."""


class HttpGuard:
    """Wraps the app and rejects requests that must not reach it."""

    def __init__(
        self, app: ASGIApp, *, max_body_bytes: int, origins: Sequence[str], loopback_only: bool, prefix: str = ""
    ) -> None:
        """`prefix`: the path under which a proxy serves the app, whether or not the proxy strips it."""
        self._app = app
        self._max_body_bytes = max_body_bytes
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
            rejection = self._rejection(scope, request.headers)
            if rejection is not None:
                await rejection(scope, receive, request.send)
            elif scope["method"] == "HEAD":
                await answer_head(self._app, scope, self._limited(receive), request.send)
            else:
                await self._app(scope, self._limited(receive), request.send)
        except ClientDisconnect:
            pass  # there is no client left to answer
        except Exception as error:
            _log.error("request failed", exc_info=error, **request.log_fields())
            if request.status is None:
                response = problem(500, DESCRIPTIONS[500])
                await response(scope, receive, request.send)
            else:
                raise
        finally:
            request.log()

    def _under_prefix(self, scope: Scope) -> Scope:
        """Return the scope with the prefix in `path` and `root_path`, as ASGI specifies."""
        path: str = scope["path"]
        full_path = path if path.startswith(f"{self._prefix}/") else self._prefix + path
        return {**scope, "path": full_path, "root_path": self._prefix}

    def _rejection(self, scope: Scope, headers: Headers) -> Any:
        """Return the response to a request that must not reach the app, else None."""
        length = headers.get("content-length", "0")
        is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        # The bytes of a form are counted as they arrive, so that a page can say what is wrong.
        if length.isdecimal() and int(length) > self._max_body_bytes and not is_form:
            return problem(413, self._too_large(), headers={"Connection": "close"})
        if self._loopback_only and _host(headers.get("host", "")) not in LOOPBACK:
            return problem(421, "Without authentication this server answers requests to localhost only.")
        if scope["method"] not in SAFE_METHODS and self._is_foreign(headers):
            return problem(403, "Requests from pages of other sites are not allowed.")
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        """Return whether a page of another site made the browser send this request."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") == "cross-site"
        return not {origin, "*"} & self._origins and not same_host(origin, headers)

    def _limited(self, receive: Receive) -> Receive:
        """Count the bytes of the body as they arrive: Content-Length may be missing or wrong."""
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise Problem(413, self._too_large(), headers={"Connection": "close"})
            return message

        return limited

    def _too_large(self) -> str:
        return f"The body may have at most {self._max_body_bytes} bytes."


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer HEAD like GET, without the body. A stream ends, since its client seems to have disconnected."""

    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    await app({**scope, "method": "GET"}, receive, head_only)


class _Request:
    """A request in progress: its id, and the fields of its log entry."""

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

    def log_fields(self) -> dict[str, Any]:
        fields = {"request_id": self._state["request_id"], "method": self._scope["method"], "path": self._scope["path"]}
        if self._state["trace"] is not None:
            fields["trace_id"] = self._state["trace"].split("-")[1]
        caller = self._state.get("caller")
        if caller is not None:
            fields["user_id"] = caller.user_id
        if "task_id" in self._state:
            fields["task_id"] = self._state["task_id"]
        return fields

    def log(self) -> None:
        milliseconds = round((time.perf_counter() - self._began) * 1000, 1)
        _log.info("request", status=self.status, milliseconds=milliseconds, **self.log_fields())


def same_host(url: str, headers: Headers) -> bool:
    """Return whether a URL that a browser sent belongs to the requested site; False for a malformed one."""
    try:
        return urlsplit(url).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _host(header: str) -> str:
    try:
        return (urlsplit(f"//{header}").hostname or "") if "@" not in header else ""
    except ValueError:
        return ""
