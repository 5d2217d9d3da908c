"""Questions to an author: what is asked, by which key an answer is known again, and whether one counts."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from domain.vocabulary import Step
from nodes.authors.port import AuthorAnswer, Brief, CallFailed, Usage
from repository.db.database import Session
from repository.db.group_commit import Work
from repository.runs.calls import ACCEPTED, Call, KnownAnswer, Reservation

T = TypeVar("T", bound=BaseModel)

Keep = Callable[[Session, T, Call], Awaitable[None]]
"""Saves an answer together with its ledger row; safe to repeat."""


def accept_all(_: BaseModel) -> list[str]:
    """The check of an answer whose shape says it all."""
    return []


@dataclass(frozen=True, slots=True)
class CallSpec(Generic[T]):
    """What is asked: a brief, the step that asks, and what makes an answer count."""

    step: Step
    brief: Brief[T]
    check: Callable[[T], list[str]] = accept_all
    """What is wrong with an answer, in words for its author."""
    subject: tuple[str, str] | None = None
    """(concept id, content type) of a content."""
    order: int = 0
    """Its place in learning order."""
    keep: Keep[T] | None = None
    """For a content: saves it, so that the ledger need not hold the answer too."""
    commit: Callable[[Work], Awaitable[None]] | None = None
    """Commits the answer under the fence, perhaps together with others; None: in a transaction of its own."""
    on_call: Callable[[], None] | None = None
    """Told when a call begins."""
    on_answer: Callable[[Call], None] | None = None
    """Told which call brought the answer that counted, where nothing is kept with it."""
    stands: bool = False
    """What an earlier round got accepted is taken as it is: only what failed is asked anew."""


def call_key(question: CallSpec[Any], round_: int, ordinal: int, objections: list[str]) -> str:
    """Same key, same question: no clock, no model and no setting in it."""
    brief = question.brief.model_dump(mode="json", exclude=set(question.brief.unkeyed))
    parts = [question.brief.role, question.step, round_, question.subject, ordinal, objections, brief]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def known_call(question: CallSpec[Any], key: str, known: KnownAnswer) -> Call:
    """The call that brought a known answer, as far as it is known: its row is there already."""
    return Call(key, question.step, known.model, 0, 0, 0.0, 0.0, None, ACCEPTED, known.answer)


def checked(question: CallSpec[T], answer: AuthorAnswer) -> tuple[T | None, list[str]]:
    """The answer where it counts, else what is wrong with it."""
    if answer.problem is not None:
        return None, [answer.problem]
    value, problems = shaped(question, answer.content)
    problems = problems if value is None else question.check(value)
    return (None, problems) if problems else (value, [])


def shaped(question: CallSpec[T], content: Mapping[str, Any]) -> tuple[T | None, list[str]]:
    try:
        return cast(T, question.brief.shape.model_validate(content)), []
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, item['loc']))}: {item['msg']}." for item in error.errors()[:5]]


def bought_call(question: CallSpec[Any], key: str, answer: AuthorAnswer, latency: float, problems: list[str]) -> Call:
    return Call(
        key=key,
        step=question.step,
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=answer.cost,
        latency=latency,
        finish_reason=answer.finish_reason,
        outcome=" ".join(problems) or ACCEPTED,
        answer=None if question.keep and not problems else answer.content,
        estimated=answer.estimated,
    )


def failed_call(key: str, step: Step, failure: CallFailed, latency: float) -> Call:
    """The row of a try that brought no answer: it is on the account, and answers nothing."""
    used, outcome = failure.used, failure.outcome
    return Call(
        key,
        step,
        failure.model,
        used.tokens_in,
        used.tokens_out,
        used.cost,
        latency,
        None,
        outcome,
        None,
        used.estimated,
    )


def reserved_call(key: str, step: Step, model: str, most: Usage) -> Reservation:
    return Reservation(key, step, model, most.tokens_in, most.tokens_out, most.cost)
