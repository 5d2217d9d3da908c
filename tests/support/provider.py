"""A chat provider that misbehaves on purpose: the OpenAI protocol on loopback, faults by script or by chance.

Its log of what was asked is the oracle of what was bought. As a command of its own, for trying things out by hand:

    python -m tests.support.provider --port 18081 --faults 0.2
"""

import argparse
import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.faults import Asked, Fault, Script, always, by_chance
from tests.support.limits import HANG_SECONDS
from tests.support.sensible import sensible_answer

HANG: Final = 3600.0


Reply = Callable[[Asked], Mapping[str, Any]]


@dataclass
class Provider:
    """Serves while its `serving` block lasts."""

    script: Script = field(default=always())
    reply: Reply = field(default=lambda asked: sensible_answer(asked.role, asked.data))
    refuse: Callable[[Asked], tuple[int, object] | None] = field(default=lambda _: None)
    """Status and body of the refusals of a server that knows less than it is asked for; they are no faults."""
    latency: float = 0.0
    retry_after: str = "1"
    usage: Callable[[int, int], object] = field(
        default=lambda tokens_in, tokens_out: {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        }
    )
    """What is reported of the tokens that a call used; None: nothing."""
    log: list[Asked] = field(default_factory=list)
    """Every call in the order of arrival."""
    answered: list[Asked] = field(default_factory=list)
    """Those that were answered in full, without a fault that spoils the answer."""
    url: str = ""
    _before: Counter[tuple[str, str]] = field(default_factory=Counter)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[Self]:
        """On loopback, in a thread and an event loop of its own."""
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", port))
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
            server = uvicorn.Server(
                uvicorn.Config(
                    self._app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1, ws="none"
                )
            )
            thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
            thread.start()
            try:
                _until(lambda: server.started)
                yield self
            finally:
                server.should_exit = server.force_exit = True
                thread.join(HANG_SECONDS)

    def environment(self) -> dict[str, str]:
        """What points the openai integration here."""
        short = {"ROADMAP_LESSONS": "short", "ROADMAP_SECOND_LOOK": "none"}
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "key-of-the-tests", **short}

    def times_asked(self) -> Counter[tuple[str, str]]:
        return Counter(asked.question for asked in self.log)

    def _app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        asked = _read(body, request.headers.get("authorization", ""))
        before = self._before[asked.question]
        self._before[asked.question] += 1
        asked = Asked(**{**asked.__dict__, "fault": self.script(asked, before)})
        self.log.append(asked)
        await asyncio.sleep(self.latency)
        if (refused := self.refuse(asked)) is not None:
            return JSONResponse(refused[1], status_code=refused[0])
        if (refusal := self._refusal(asked)) is not None:
            return refusal
        return await self._answer(asked)

    def _refusal(self, asked: Asked) -> Response | None:
        """A response that is no success."""
        match asked.fault:
            case Fault.BUSY:
                return _error(429, "Rate limit reached", "rate_limit_exceeded")
            case Fault.BUSY_FOR_A_WHILE:
                return _error(429, "Rate limit reached", "rate_limit_exceeded", {"retry-after": self.retry_after})
            case Fault.BROKEN:
                return _error(500, "The server had an error", "server_error")
            case Fault.OVERLOADED:
                return _error(529, "Overloaded", "overloaded_error")
            case Fault.CONFLICT:
                return _error(409, "Conflict", "conflict")
            case Fault.WRONG_KEY:
                return _error(401, f"Incorrect API key provided: {asked.authorization}", "invalid_api_key")
            case Fault.NO_QUOTA:
                return _error(429, "You exceeded your current quota", "insufficient_quota")
            case Fault.NO_SCHEMA | Fault.NO_TOOLS if "response_format" in asked.body:
                return _error(400, "'response_format' of type 'json_schema' is not supported", "invalid_request_error")
            case Fault.NO_TOOLS if "tools" in asked.body:
                return _error(400, "tools are not supported by this model", "invalid_request_error")
            case Fault.HTML:
                return PlainTextResponse("<html><body>Gateway</body></html>", media_type="text/html")
            case Fault.ERROR_INSIDE:
                return JSONResponse({"error": {"message": "upstream is away", "code": 502}})
            case Fault.NO_CHOICES:
                return JSONResponse({**_completion(asked, "", "stop"), "choices": []})
            case _:
                return None

    async def _answer(self, asked: Asked) -> Response:
        good = json.dumps(self.reply(asked), ensure_ascii=False)
        match asked.fault:
            case Fault.HANG:
                await asyncio.sleep(HANG)
            case Fault.HANG_UP | Fault.CUT_STREAM:
                sent = b"" if asked.fault is Fault.HANG_UP else _bytes(_completion(asked, good, "stop"))[:50]
                return StreamingResponse(_cut(sent), headers={"content-length": "5000"}, media_type="application/json")
            case Fault.TRUNCATED:
                return JSONResponse(_completion(asked, good[: len(good) // 2], "length"))
            case Fault.HALF_JSON:
                return JSONResponse(_completion(asked, good[: len(good) // 2], "stop"))
            case Fault.WRONG_SCHEMA:
                return JSONResponse(_completion(asked, '{"nonsense": true}', "stop"))
            case Fault.PROSE:
                return JSONResponse(_completion(asked, "Certainly! First of all, take a deep breath.", "stop"))
            case Fault.REFUSAL:
                return JSONResponse(_completion(asked, None, "stop", refusal="I cannot help with that."))
            case Fault.FILTERED:
                return JSONResponse(_completion(asked, "", "content_filter"))
            case Fault.EMPTY:
                return JSONResponse(_completion(asked, "", "stop"))
            case Fault.EMPTY_WORDS:
                return JSONResponse(_completion(asked, json.dumps(_saying_nothing(json.loads(good))), "stop"))
            case Fault.ECHO:
                return JSONResponse(_completion(asked, _echo(good, f"{asked.system}\n{asked.user}"), "stop"))
        self.answered.append(asked)
        match asked.fault:
            case Fault.FENCED:
                good = f"```json\n{good}\n```"
            case Fault.CHATTY:
                good = f"Here is what you asked for:\n\n{good}\n\nLet me know if {{anything}} is missing!"
        completion = _completion(asked, good, "stop")
        counted = completion.pop("usage")
        if (usage := self.usage(counted["prompt_tokens"], counted["completion_tokens"])) is not None:
            completion["usage"] = usage
        response = _bytes(completion)
        if asked.fault is Fault.SLOW:
            return StreamingResponse(_slowly(response), media_type="application/json")
        return Response(response, media_type="application/json")


def _read(body: Mapping[str, Any], authorization: str) -> Asked:
    messages = {message["role"]: str(message["content"]) for message in body["messages"]}
    user = messages.get("user", "")
    schema = body.get("response_format", {}).get("json_schema") or {}
    tools = body.get("tools") or [{}]
    role = schema.get("name") or tools[0].get("function", {}).get("name") or ""
    if not role:
        role = user.partition(" for this data")[0].rpartition("Write the ")[2].replace(" ", "_")
    data = json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0] or "{}")
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return Asked(
        time.time(), body["model"], role, messages.get("system", ""), user, data, limit, authorization, body, None
    )


def _completion(asked: Asked, content: str | None, finish_reason: str, refusal: str | None = None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal}
    if asked.body.get("tools") and content and finish_reason == "stop":
        call = {"name": asked.role, "arguments": content}
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
        finish_reason = "tool_calls"
    tokens_in, tokens_out = len(asked.system + asked.user) // 4, len(content or refusal or "") // 4
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": int(asked.at),
        "model": asked.model,
        "system_fingerprint": None,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }


def _saying_nothing(answer: dict[str, Any]) -> dict[str, Any]:
    """As a very small model fills in a review: a grave mistake called "2"."""
    issue = {"severity": "critical", "category": "2", "location": "2", "issue": "2", "suggestion": "2"}
    return {**answer, "issues": [issue]} if "overall_score" in answer else answer


def _echo(good: str, words: str) -> str:
    """The right shape, with what it was told in the place of its longest text."""
    answer = json.loads(good)
    texts = {name: value for name, value in answer.items() if isinstance(value, str)}
    name = max(texts, key=lambda text: len(texts[text])) if texts else "echo"
    return json.dumps({**answer, name: words})


def _error(status: int, message: str, code: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {"error": {"message": message, "type": code, "code": code, "param": None}}
    return JSONResponse(body, status_code=status, headers=headers)


def _bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


async def _cut(sent: bytes) -> AsyncIterator[bytes]:
    if sent:
        yield sent
    await asyncio.sleep(0.01)
    raise ConnectionAbortedError


async def _slowly(response: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(response), 20):
        yield response[start : start + 20]
        await asyncio.sleep(0.05)


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not reached():
        assert time.monotonic() < deadline, "the provider does not start"
        time.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description="A chat provider that misbehaves on purpose.")
    parser.add_argument("--port", type=int, default=18081)
    parser.add_argument("--faults", type=float, default=0.0, help="the part of the calls that fail")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds for each call")
    told = parser.parse_args()
    provider = Provider(by_chance(told.faults), latency=told.latency)
    with provider.serving(told.port):
        print("".join(f"export {name}={value}\n" for name, value in provider.environment().items()), end="", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
