"""The provider of the tests in the protocols of other integrations: Anthropic, Gemini, Bedrock, Ollama and OpenRouter.

It answers, fails and cuts as each of these services does, in its own form, so that a whole run can go through the
integration itself. As a command, for trying things out by hand:

    python -m tests.support.integrations --port 18082
"""

import argparse
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.faults import Asked, Fault
from tests.support.provider import Provider

MAX_CONTEXT_TOKENS: Final = 4096
"""The context of Ollama, unless a request sets `num_ctx`."""
_CHARACTERS_A_TOKEN: Final = 3

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer before it takes the form of a protocol."""

    text: str
    tool: str | None
    """The tool that is called with `text` as its arguments."""
    is_cut: bool
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one service writes requests, answers and errors."""

    prompt: Callable[[Body], tuple[str, str]]
    """System and user text of a request."""
    tools: Callable[[Body], Sequence[str]]
    limit: Callable[[Body], int | None]
    answer: Callable[[str, Said], Body]
    """By the name of the model."""
    error: Callable[[int, str], tuple[Body, Mapping[str, str]]]
    """Body and headers, by status and message."""


@dataclass
class Integrations(Provider):
    """Serves every protocol at one address; `script`, `reply` and `log` are those of Provider."""

    def environment(self) -> dict[str, str]:
        """What points every integration here."""
        root = self.url.removesuffix("/v1")
        keys = ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "MISTRAL_API_KEY", "OPENROUTER_API_KEY", "GROQ_API_KEY",
                "DEEPSEEK_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")  # fmt: skip
        return {
            **super().environment(),
            **dict.fromkeys(keys, "key-of-the-tests"),
            "ANTHROPIC_BASE_URL": root,
            "ANTHROPIC_API_URL": root,
            "OLLAMA_HOST": root,
            "MISTRAL_BASE_URL": self.url,
            "OPENROUTER_API_BASE": self.url,
            "GROQ_API_BASE": root,
            "DEEPSEEK_API_BASE": self.url,
            "GOOGLE_GEMINI_BASE_URL": root,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": root,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def _app(self) -> Starlette:
        paths = {
            "/v1/messages": ANTHROPIC,
            "/v1/models/{model}:generateContent": GEMINI,
            "/v1beta/models/{model}:generateContent": GEMINI,
            "/model/{model}/converse": BEDROCK,
            "/api/chat": OLLAMA,
        }
        routes = [Route(path, partial(self._speak, protocol), methods=["POST"]) for path, protocol in paths.items()]
        completions = ["/v1/chat/completions", "/openai/v1/chat/completions"]
        return Starlette(routes=[*routes, *(Route(path, self._complete, methods=["POST"]) for path in completions)])

    async def _speak(self, protocol: Protocol, request: Request) -> Response:
        body = await request.json()
        system, user = protocol.prompt(body)
        role = user.partition("Write the ")[2].partition(" for this data")[0].replace(" ", "_")
        data = json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0] or "{}")
        model = str(body.get("model") or request.path_params["model"])
        asked = Asked(time.time(), model, role, system, user, data, protocol.limit(body), "", body, None)
        before = self._before[asked.question]
        self._before[asked.question] += 1
        asked = replace(asked, fault=self.script(asked, before))
        self.log.append(asked)
        if asked.fault in _ERRORS:
            error, headers = protocol.error(*_ERRORS[asked.fault])
            return JSONResponse(error, status_code=_ERRORS[asked.fault][0], headers=headers)
        good = json.dumps(self.reply(asked), ensure_ascii=False)
        room = _room(asked) if protocol is OLLAMA else len(good)
        is_cut = asked.fault is Fault.TRUNCATED or len(good) > room
        text = good[: min(room, len(good) // 2)] if is_cut else good
        if not is_cut:
            self.answered.append(asked)
        tools = protocol.tools(body)
        said = Said(text, tools[0] if tools and not is_cut else None, is_cut, len(system + user) // 4, len(text) // 4)
        return JSONResponse(protocol.answer(model, said))


_ERRORS: Final[Mapping[Fault | None, tuple[int, str]]] = {
    Fault.BUSY: (429, "Rate limit reached"),
    Fault.OVERLOADED: (503, "Overloaded"),
    Fault.BROKEN: (500, "The server had an error"),
    Fault.WRONG_KEY: (401, "The key is not valid"),
}


def _room(asked: Asked) -> int:
    """Return the characters that an answer of Ollama has room for: prompt and answer share the context."""
    options = asked.body.get("options") or {}
    context = options.get("num_ctx") or MAX_CONTEXT_TOKENS
    return max(0, int(context) * _CHARACTERS_A_TOKEN - len(asked.system + asked.user))


def _text(content: Any) -> str:
    """Return the text of a content: a text, or a list of parts that hold texts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def _messages(body: Body, system: Any = None) -> tuple[str, str]:
    by_role = {message["role"]: _text(message["content"]) for message in body["messages"]}
    return by_role.get("system", "") or _text(system), by_role.get("user", "")


def _anthropic_answer(model: str, said: Said) -> Body:
    call = {"type": "tool_use", "id": "toolu_1", "name": said.tool, "input": json.loads(said.text) if said.tool else {}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [call if said.tool else {"type": "text", "text": said.text}],
        "stop_reason": "max_tokens" if said.is_cut else "tool_use" if said.tool else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": said.tokens_in, "output_tokens": said.tokens_out},
    }


ANTHROPIC: Final = Protocol(
    prompt=lambda body: _messages(body, body.get("system")),
    tools=lambda body: [tool["name"] for tool in body.get("tools") or []],
    limit=lambda body: body.get("max_tokens"),
    answer=_anthropic_answer,
    error=lambda status, message: (
        {"type": "error", "error": {"type": "rate_limit_error" if status == 429 else "api_error", "message": message}},
        {},
    ),
)


def _gemini_answer(model: str, said: Said) -> Body:
    call = {"functionCall": {"name": said.tool, "args": json.loads(said.text) if said.tool else {}}}
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": [call if said.tool else {"text": said.text}]},
                "finishReason": "MAX_TOKENS" if said.is_cut else "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": said.tokens_in,
            "candidatesTokenCount": said.tokens_out,
            "totalTokenCount": said.tokens_in + said.tokens_out,
        },
        "modelVersion": model,
    }


_GEMINI_STATUS: Final = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
GEMINI: Final = Protocol(
    prompt=lambda body: (
        _text((body.get("systemInstruction") or {}).get("parts")),
        _text(body["contents"][-1]["parts"]),
    ),
    tools=lambda body: [
        tool["name"] for tools in body.get("tools") or [] for tool in tools.get("functionDeclarations", [])
    ],
    limit=lambda body: (body.get("generationConfig") or {}).get("maxOutputTokens"),
    answer=_gemini_answer,
    error=lambda status, message: (
        {"error": {"code": status, "message": message, "status": _GEMINI_STATUS[status], "details": []}},
        {},
    ),
)


def _bedrock_answer(_: str, said: Said) -> Body:
    call = {"toolUse": {"toolUseId": "t1", "name": said.tool, "input": json.loads(said.text) if said.tool else {}}}
    return {
        "output": {"message": {"role": "assistant", "content": [call if said.tool else {"text": said.text}]}},
        "stopReason": "max_tokens" if said.is_cut else "tool_use" if said.tool else "end_turn",
        "usage": {
            "inputTokens": said.tokens_in,
            "outputTokens": said.tokens_out,
            "totalTokens": said.tokens_in + said.tokens_out,
        },
        "metrics": {"latencyMs": 1},
    }


_BEDROCK_ERRORS: Final = {
    401: "UnrecognizedClientException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}
BEDROCK: Final = Protocol(
    prompt=lambda body: _messages(body, body.get("system")),
    tools=lambda body: [tool["toolSpec"]["name"] for tool in (body.get("toolConfig") or {}).get("tools", [])],
    limit=lambda body: (body.get("inferenceConfig") or {}).get("maxTokens"),
    answer=_bedrock_answer,
    error=lambda status, message: ({"message": message}, {"x-amzn-ErrorType": _BEDROCK_ERRORS[status]}),
)


def _ollama_answer(model: str, said: Said) -> Body:
    message: dict[str, Any] = {"role": "assistant", "content": "" if said.tool else said.text}
    if said.tool:
        message["tool_calls"] = [{"function": {"name": said.tool, "arguments": json.loads(said.text)}}]
    return {
        "model": model,
        "created_at": "2026-01-01T00:00:00Z",
        "message": message,
        "done": True,
        "done_reason": "length" if said.is_cut else "stop",
        "prompt_eval_count": said.tokens_in,
        "eval_count": said.tokens_out,
    }


OLLAMA: Final = Protocol(
    prompt=_messages,
    tools=lambda body: [tool["function"]["name"] for tool in body.get("tools") or []],
    limit=lambda body: (body.get("options") or {}).get("num_predict"),
    answer=_ollama_answer,
    error=lambda _, message: ({"error": message}, {}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Providers of other protocols, on loopback.")
    parser.add_argument("--port", type=int, default=18082)
    provider = Integrations()
    with provider.serving(parser.parse_args().port):
        print("".join(f"export {name}={value}\n" for name, value in provider.environment().items()), end="", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
