"""Receive the answer of an author, of any kind: storable, finite, bounded, and in the shape of its brief."""

from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from nodes.authors.port import AuthorAnswer
from nodes.authors.reading.coercion import conform
from nodes.authors.reading.gate import MAX_NAME_LENGTH, amount, count, finish_reason, storable, storable_text


def received(answer: AuthorAnswer, shape: type[BaseModel]) -> AuthorAnswer:
    """Return an answer as the ledger keeps and checks it; the same object where nothing had to change."""
    stored = storable_answer(answer)
    if stored.problem is not None:
        return stored
    content = conform(answer.content, shape, is_storable=stored is answer)
    return stored if content == stored.content else replace(stored, content=content)


def storable_answer(answer: AuthorAnswer) -> AuthorAnswer:
    """Return an answer whose every text and number can be stored."""
    content = storable(answer.content)
    stored = replace(
        answer,
        content=content if isinstance(content, dict) else {"text": storable_text(content)},
        model=storable_text(answer.model, MAX_NAME_LENGTH),
        tokens_in=count(answer.tokens_in),
        tokens_out=count(answer.tokens_out),
        cost=amount(answer.cost),
        finish_reason=finish_reason(answer.finish_reason),
        problem=_problem(answer.problem),
        estimated=bool(answer.estimated),
    )
    return answer if stored == answer else stored


def _problem(problem: Any) -> str | None:
    return None if problem is None else storable_text(problem).strip() or None
