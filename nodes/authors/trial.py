"""Ask a model once, as runs do, to find out whether it answers: one small structured call."""

import time
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from domain.contents import OpenQuestion
from domain.framework import Concept
from domain.request import Preferences
from nodes.authors.briefs import QuizKeyBrief
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.port import CallFailed, FailureKind
from nodes.authors.provider_errors.classification import CHECK_ADDRESS

MAX_TRIES: Final = 12
"""Calls in other ways, where the model refuses the first one."""
BRIEF: Final = QuizKeyBrief(
    preferences=Preferences(learning_goal="arithmetic"),
    concept=Concept(concept_id="c-1-1-1", name="Addition", description="Add small numbers."),
    questions=[
        OpenQuestion(question_id="q1", question_type="single_choice", question="1 + 1 = ?", options=["1", "2", "3"])
    ],
)
"""The smallest answer that a run asks for."""

_ADVICE: Final = {
    FailureKind.TRANSIENT: "try again later, or name another model",
    FailureKind.THIS_CALL: "name another model, or ask it through another integration",
    FailureKind.FOR_ALL: "correct the name of the model, its key or its address; the next command reads them again",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of asking a model once."""

    seconds: float
    way: str
    """How the model was asked when it answered."""
    problem: str | None = None
    """Why there is no answer that can be used."""
    to_do: str | None = None


async def try_model(author: ChatAuthor) -> Trial:
    """Ask the author's usual model, in other ways where it refuses the first. Closes the author."""
    began = time.monotonic()
    try:
        problem, to_do = await _ask(author)
    finally:
        way = author.way_of(author.name)
        await author.close()
    return Trial(time.monotonic() - began, way, problem, to_do)


async def _ask(author: ChatAuthor) -> tuple[str | None, str | None]:
    """Return what is wrong and what to do; twice None for an answer that can be used."""
    for _ in range(MAX_TRIES):
        try:
            answer = await author.write(BRIEF)
        except CallFailed as failure:
            if failure.step_down:
                continue
            return str(failure), CHECK_ADDRESS if failure.status is None else _ADVICE[failure.kind]
        try:
            BRIEF.shape.model_validate(answer.content)
        except ValidationError:
            problem = answer.problem or "Its answer was not of the shape that was asked for."
            return f"{author.name} answers, but not so that it can be used: {problem}", _ADVICE[FailureKind.THIS_CALL]
        return None, None
    return f"{author.name} refused {MAX_TRIES} ways of being asked.", _ADVICE[FailureKind.THIS_CALL]
