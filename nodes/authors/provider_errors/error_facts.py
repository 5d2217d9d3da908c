"""Collect the facts of an error: status, codes, message and headers, whatever the integration.

Integrations have error classes of their own, and many wrap another one. What they share is an HTTP status and a body,
which may be JSON, a list, JSON inside JSON, HTML or nothing that can be read. Nothing here raises.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.text.secrets import redact
from nodes.authors.reading.gate import storable_text

MAX_REASON_LENGTH: Final = 300
_MAX_TEXT: Final = 20_000
"""Characters of a body that are looked at."""
_MAX_NODES: Final = 200
"""Values of a JSON body that are looked at."""
_MAX_CAUSES: Final = 8
_MAX_MESSAGES: Final = 3

_CODES: Final = frozenset({"code", "type", "status", "reason", "error_code", "error_type", "status_code", "innererror"})
_MESSAGES: Final = frozenset(
    {"message", "msg", "detail", "error", "errors", "error_message", "error_description", "status_msg", "raw", "title"}
)
_STATUS_NAMES: Final = ("status_code", "code", "http_status", "status")
_BODY_NAMES: Final = ("body", "details", "response", "error", "doc")
_STATUS: Final = re.compile(r"[3-5]\d\d")
_TAGS: Final = re.compile(
    r"<(?:script|style)[^>]{0,500}>.*?</(?:script|style)>|<[^<>]{1,500}>", re.DOTALL | re.IGNORECASE
)
_UNSTORABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """The facts of a failed call, independent of its integration."""

    status: int | None
    """The HTTP status, or that of an error inside an answer with status 200; None where none is told."""
    inside: bool
    """Whether the error came inside an answer with status 200."""
    codes: frozenset[str]
    """Codes, types and statuses that the provider names, in lower case."""
    text: str
    """Everything that it says, in lower case."""
    message: str
    """The message in one short redacted line."""
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    """Scalar values of the body by their name in lower case; the first of each name."""


def facts_of(error: BaseException) -> ErrorFacts:
    """Return the facts of an error, or of the cause that knows the status."""
    chain = list(causes_of(error))
    teller = next((each for each in chain if _status_of(each) is not None), error)
    reader = _BodyReader()
    for body in _bodies(teller):
        reader.read(body)
    status, inside = _status_of(teller), False
    if status is None and reader.is_error:
        status, inside = reader.status, True
    own = _text(teller)
    said = reader.messages or [_TAGS.sub(" ", reader.raw) if reader.raw else own]
    return ErrorFacts(
        status=status,
        inside=inside,
        codes=frozenset(reader.codes | {type(each).__name__.lower() for each in chain}),
        text="\n".join([*reader.messages, reader.raw] if reader.messages or reader.raw else [own]).lower()[:_MAX_TEXT],
        message=one_line(": ".join(said)) or type(teller).__name__,
        headers=_headers(teller),
        values=reader.values,
    )


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes, the error first."""
    cause: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


def one_line(text: str) -> str:
    """Return a text of a provider as one short line: redacted, without what cannot be stored or shown."""
    line = " ".join(redact(" ".join(_UNSTORABLE.sub(" ", text[:_MAX_TEXT]).split())).split())
    return storable_text(line, MAX_REASON_LENGTH)


class _BodyReader:
    """Collects codes, messages and values of JSON bodies, nested in any way."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.messages: list[str] = []
        self.values: dict[str, Any] = {}
        self.raw = ""
        """Text that is no JSON."""
        self._names_error = False
        self._nodes = 0

    @property
    def is_error(self) -> bool:
        """Return whether a body is JSON that reports an error."""
        return self._names_error or bool(self.messages) or self.status is not None

    @property
    def status(self) -> int | None:
        """Return the status that the body names as a number."""
        return next((int(code) for code in sorted(self.codes) if _STATUS.fullmatch(code)), None)

    def read(self, body: object) -> None:
        value = _decoded(body)
        if isinstance(value, Mapping | list):
            self._walk(value, "")
        elif isinstance(value, str) and value.strip() and not self.raw:
            self.raw = value

    def _walk(self, value: object, name: str) -> None:
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            return
        if isinstance(value, str) and name in ("raw", "message", "error"):
            value = _decoded(value)
        if isinstance(value, Mapping):
            self._take_place(value)
            for key, item in list(value.items())[:_MAX_NODES]:
                self._names_error = self._names_error or (key == "error" and bool(item))
                self._walk(item, str(key).lower())
        elif isinstance(value, list | tuple):
            for item in value[:_MAX_NODES]:
                self._walk(item, name)
        else:
            self._take(name, value)

    def _take_place(self, value: Mapping[Any, Any]) -> None:
        """Take the message of a validation error with the place that it is about."""
        text, place = value.get("msg"), value.get("loc")
        if isinstance(text, str) and isinstance(place, list):
            self._take("msg", f"{text} ({'.'.join(str(part) for part in place[:9])})")

    def _take(self, name: str, value: object) -> None:
        if not isinstance(value, str | int | float) or value == "":
            return
        self.values.setdefault(name, value)
        text = str(value)[:_MAX_TEXT] if not isinstance(value, int) or abs(value) < 1 << 63 else ""
        if name in _CODES and len(text) < 100:
            self.codes.add(text.lower())
        elif name in _MESSAGES and isinstance(value, str) and len(self.messages) < _MAX_MESSAGES:
            line = " ".join(text.split())
            if not any(line in known for known in self.messages):
                self.messages.append(line)


def _decoded(value: object) -> object:
    """Return the JSON in a text, else the text; other values as they are."""
    if isinstance(value, bytes | bytearray):
        value = bytes(value[:_MAX_TEXT]).decode("utf-8", "replace")
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text[:1] in ("{", "[") and len(text) <= _MAX_TEXT:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    return value[:_MAX_TEXT]


def _bodies(error: BaseException) -> Iterator[object]:
    """Yield what may be the body of an error response."""
    for name in _BODY_NAMES:
        value = attribute(error, name)
        if isinstance(value, Mapping | list | str | bytes):
            yield value
    for name in ("response", "raw_response"):
        text = attribute(attribute(error, name), "text")
        if isinstance(text, str):
            yield text
    if error.args and isinstance(error.args[0], Mapping):
        yield error.args[0]
    elif (start := (text := _text(error)).find(": {")) > 0:  # `Error response 422 while fetching ...: {...}`
        decoded = _decoded(text[start + 2 :])
        if isinstance(decoded, Mapping):
            yield decoded


def _status_of(error: BaseException) -> int | None:
    response = attribute(error, "response")
    aws = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    candidates = [attribute(error, name) for name in _STATUS_NAMES]
    candidates += [attribute(holder, "status_code") for holder in (response, attribute(error, "raw_response"))]
    candidates += [aws.get("HTTPStatusCode")] if isinstance(aws, Mapping) else []
    numbers = [getattr(value, "value", value) for value in candidates]  # grpc and http enums
    return next(
        (value for value in numbers if isinstance(value, int) and not isinstance(value, bool) and 300 <= value < 600),
        None,
    )


def _headers(error: BaseException) -> Mapping[str, str]:
    response = attribute(error, "response")
    aws = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    holders = [attribute(response, "headers"), attribute(error, "headers")]
    holders += [aws.get("HTTPHeaders")] if isinstance(aws, Mapping) else []
    for headers in holders:
        try:
            if headers:
                return {str(name).lower(): str(value) for name, value in dict(headers).items()}
        except (TypeError, ValueError):
            continue
    return {}


def attribute(holder: object, name: str) -> Any:
    """Return an attribute, None where there is none or reading it fails."""
    try:
        return getattr(holder, name, None)
    except Exception:  # such as the text of a response that was not read
        return None


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_TEXT]
    except Exception:  # `__str__` itself is broken
        return ""
