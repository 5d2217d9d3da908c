"""`roadmap repeat`: answer the questions that are due, one at a time."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import read_run_settings, with_orchestrator
from domain.errors import Conflict

if TYPE_CHECKING:
    from cli.terminal.prompt import Conversation
    from orchestrator.learners.repetition import Due, DueQuestion, GradedAnswer

_LETTERS: Final = re.compile(r"[A-Za-z]{1,26}")
SKIP: Final = "-"


def repeat(
    user: Annotated[str | None, typer.Option(metavar="ID", help="User who answers (default: local).")] = None,
    json: Json = False,
) -> None:
    """Ask the questions that are due: answer each with its letters, with - if you do not know, with q to stop."""
    from domain.request import usable_user_id
    from orchestrator.commands.requests import DEFAULT_USER

    learner = DEFAULT_USER if user is None else usable_user_id(user, "--user")
    if json:
        due = with_orchestrator(lambda orchestrator: orchestrator.repetition.due(learner, limit=200))
        print_json(due.model_dump(mode="json"))
        return
    from cli.terminal.prompt import Conversation

    conversation = Conversation()
    conversation.run(_ask(conversation, learner))


async def _ask(conversation: "Conversation", user_id: str) -> None:
    from uuid_utils import uuid7

    from orchestrator import Orchestrator
    from orchestrator.learners.repetition import RepetitionAnswer

    async with Orchestrator.open(read_run_settings(), kind="reader") as orchestrator:
        while (due := await orchestrator.repetition.due(user_id, limit=1)).questions:
            question = due.questions[0]
            for line in _question(question, due.total):
                print_text(line)
            chosen = await _chosen(conversation, len(question.options))
            if chosen is None:
                return
            given = question.model_dump(include={"roadmap_id", "concept_id", "question_id", "version", "answers"})
            answer = RepetitionAnswer(answer_id=str(uuid7()), chosen=chosen, **given)
            try:
                answered = await orchestrator.repetition.answer(user_id, answer)
            except Conflict as error:
                echo_err(str(error))
                continue
            for line in _result(answered):
                print_text(line)
        for line in _nothing_due(due):
            print_text(line)


async def _chosen(conversation: "Conversation", options: int) -> list[int] | None:
    """Read the letters of options, again while they are none of them; None to stop."""
    while (line := await conversation.line("Answer: ")) is not None:
        words = "".join(line.split())
        if words == SKIP:
            return []
        if words in {"q", "Q"} and options < ord("q") - ord("a") + 1:
            return None
        chosen = [ord(letter) - ord("A") for letter in words.upper()] if _LETTERS.fullmatch(words) else []
        if chosen and all(index < options for index in chosen):
            return chosen
        echo_err(f"Answer with letters up to {chr(ord('A') + options - 1)}, with {SKIP}, or with q to stop.")
    return None


def _question(question: "DueQuestion", total: int) -> Iterator[str]:
    from rendering.documents.document_text import LETTERS
    from rendering.text.text import counted, one_line

    several = "  (several answers may be right)" if question.question_type == "multiple_choice" else ""
    yield f"{counted(total, 'question')} for today  [{one_line(question.concept_name or question.concept_id)}]"
    yield f"{question.question.strip()}{several}"
    for letter, option in zip(LETTERS, question.options, strict=False):
        yield f"   {letter}. {option.strip()}"


def _result(answered: "GradedAnswer") -> Iterator[str]:
    from rendering.documents.document_text import LETTERS

    mark = answered.mark
    letters = ", ".join(letter for index, letter in enumerate(LETTERS) if index in mark.correct_answer)
    yield (
        "Correct."
        if mark.right
        else f"Not correct: {letters} {'is' if len(mark.correct_answer) == 1 else 'are'} right."
    )
    yield f"   {mark.explanation.strip()}"
    days = (answered.due_at - answered.answered_at).days
    yield f"   Again on {answered.due_at:%Y-%m-%d}.\n" if days else "   Again in a few minutes.\n"


def _nothing_due(due: "Due") -> Iterator[str]:
    if due.next_at is not None:
        yield f"Nothing is due. The next question is due on {due.next_at:%Y-%m-%d %H:%M} UTC."
    else:
        yield "Nothing is due. Questions come here once their quiz was answered or their concept was marked."
