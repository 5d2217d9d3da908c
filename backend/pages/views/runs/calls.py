"""The page of the calls about one step or content: what was asked, what came back, and what it used."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from backend.pages.views.status_labels import Look
from rendering.languages.translation import _, ngettext
from rendering.text.event_text import doing
from rendering.text.text import dollars, seconds, tokens
from repository.ledger.call_details import StoredCall

MAX_LENGTH: Final = 30_000
"""Characters of one question or answer on the page."""
MAX_DEPTH: Final = 12
MAX_BLOCK: Final = 70
"""Characters of a text that stands on the line of its name."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call. Texts are empty where nothing is stored."""

    call_id: int
    number: int
    """On its page, from 1."""
    at: datetime
    look: Look
    outcome: str
    """What became of it, in a few words."""
    objection: str
    """Why its answer was rejected, or why there was none."""
    step: str
    role: str
    model: str
    used: str
    objections: tuple[str, ...]
    """Problems of earlier answers that the question named."""
    question: str
    same_question: bool
    """Whether the question is that of the call before."""
    answer: str
    version: int | None


def call_lines(calls: Sequence[StoredCall]) -> tuple[CallLine, ...]:
    """Return the calls of a page, oldest first."""
    return tuple(
        _line(call, number, calls[number - 2] if number > 1 else None) for number, call in enumerate(calls, start=1)
    )


def _line(call: StoredCall, number: int, before: StoredCall | None) -> CallLine:
    question = call.question or {}
    told = question.get("objections")
    return CallLine(
        call_id=call.call_id,
        number=number,
        at=call.created_at,
        look="completed" if call.accepted else "partial" if call.answered else "failed",
        outcome=_("accepted") if call.accepted else _("rejected") if call.answered else _("no answer"),
        objection="" if call.accepted else call.outcome,
        step=doing(call.step),
        role=str(question.get("role", "")).replace("_", " "),
        model=call.model,
        used=_used(call),
        objections=tuple(map(str, told)) if isinstance(told, list) else (),
        question=readable(question.get("brief")) if question.get("brief") else "",
        same_question=before is not None and call.question is not None and before.question == call.question,
        answer=readable(call.answer) if call.answer else "",
        version=call.version,
    )


def _used(call: StoredCall) -> str:
    used = [seconds(call.latency)]
    if call.tokens_in or call.tokens_out:
        used.append(_("{number} tokens in, {out} out", number=tokens(call.tokens_in), out=tokens(call.tokens_out)))
    if call.cost is None or call.cost:
        used.append(dollars(call.cost or 0.0, int(call.cost is None)))
    if call.finish_reason:
        used.append(call.finish_reason)
    return " · ".join(used)


def readable(value: Any) -> str:
    """Return a JSON value as indented text, cut at MAX_LENGTH: long texts keep their lines, as a person wrote them."""
    parts: list[str] = []
    length = 0
    for line in _lines(value, 0):
        length += len(line) + 1
        if length > MAX_LENGTH:
            parts.append(ngettext("… cut after {number} line.", "… cut after {number} lines.", len(parts)))
            break
        parts.append(line)
    return "\n".join(parts)


def _lines(value: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if depth >= MAX_DEPTH or not isinstance(value, Mapping | list):
        yield from (f"{indent}{line}" for line in _plain(value)[:MAX_LENGTH].splitlines() or [""])
        return
    named = value.items() if isinstance(value, Mapping) else (("-", part) for part in value)
    for name, part in named:
        label = f"{indent}{name}:" if isinstance(value, Mapping) else f"{indent}{name}"
        text = "" if isinstance(part, Mapping | list) else _plain(part)
        if part in ("", None, [], {}):
            yield f"{label} –"
        elif text and "\n" not in text and len(text) <= MAX_BLOCK:
            yield f"{label} {text}"
        else:
            yield label
            yield from _lines(part, depth + 1)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
