"""Exceptions as the clients of providers raise them: the real classes of OpenAI and httpx, faithful ones of others.

The others have the names, attributes and texts of google-genai, botocore, ollama, openrouter and anthropic.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx
import openai

REQUEST: Final[Any] = httpx.Request("POST", "https://api.example/v1/chat/completions")


def response(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
    """Return a response as `openai` and others want it: some take those of a fork of httpx."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=raw, headers=dict(headers or {}), request=REQUEST)


def openai_error(status: int, error: Any, headers: Mapping[str, str] | None = None) -> openai.APIStatusError:
    """As for a body `{"error": error}`."""
    body = {"error": error}
    return openai.APIStatusError(f"Error code: {status} - {body}", response=response(status, body, headers), body=error)


def mistral_error(status: int, body: object) -> httpx.HTTPStatusError:
    answer = response(status, body)
    text = f"Error response {status} while fetching {REQUEST.url}: {answer.text}"
    return httpx.HTTPStatusError(text, request=REQUEST, response=answer)


class GoogleError(Exception):
    """google.genai.errors.ClientError and ServerError."""

    def __init__(self, code: int, body: dict[str, Any]) -> None:
        self.code = code
        self.details = body
        self.message = body["error"]["message"]
        self.status = body["error"].get("status")
        self.response = response(code, body)
        super().__init__(f"{self.code} {self.status}. {self.details}")


class ChatGoogleGenerativeAIError(Exception):
    """The error in which the integration wraps that of its client."""


def google_error(code: int, message: str, status: str, details: list[Any] | None = None) -> Exception:
    inner = GoogleError(code, {"error": {"code": code, "message": message, "status": status, "details": details or []}})
    outer = ChatGoogleGenerativeAIError(f"Error calling model 'gemini' ({status}): {inner}")
    outer.__cause__ = inner
    return outer


class AwsError(Exception):
    """botocore.exceptions.ClientError."""

    def __init__(self, code: str, message: str, status: int) -> None:
        self.response = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "HTTPHeaders": {"x-amzn-requestid": "1"},
                "RetryAttempts": 0,
            },
        }
        super().__init__(f"An error occurred ({code}) when calling the Converse operation: {message}")


class NoCredentialsError(Exception):
    """botocore.exceptions.NoCredentialsError."""


class EndpointConnectionError(ConnectionError):
    """botocore.exceptions.EndpointConnectionError."""


class OllamaError(Exception):
    """ollama.ResponseError."""

    def __init__(self, error: str, status_code: int) -> None:
        super().__init__(error)
        self.error = error
        self.status_code = status_code


class OpenRouterError(Exception):
    """openrouter.errors.OpenRouterError."""

    def __init__(self, status: int, body: object) -> None:
        self.raw_response = response(status, body)
        self.status_code, self.headers, self.body = status, self.raw_response.headers, self.raw_response.text
        super().__init__("Provider returned error")


class AnthropicError(Exception):
    """anthropic.APIStatusError: its body is the whole one."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        self.status_code = status
        self.body = {"type": "error", "error": {"type": kind, "message": message}}
        self.response = response(status, self.body)
        super().__init__(f"Error code: {status} - {self.body}")
