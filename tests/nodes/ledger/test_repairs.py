"""What the ledger hands to an author that can repair: its former answer, and what was found in it by part."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.checks.findings import Finding, broken, doubt
from domain.contents import Quiz
from domain.errors import AnswerRejected
from domain.vocabulary import Step
from nodes.authors.briefs import AuthorRole, Brief, ResourcesBrief
from nodes.authors.port import AuthorAnswer
from nodes.ledger.requests import AuthorRequest, Look, Verdict, call_key
from repository.db.database import Database
from repository.db.fence import Fence
from tests.nodes.ledger.test_ledger import QUIZ_BRIEF, SUBJECT, fence, ledger
from tests.support.authors import QUIZ, ScriptedAuthor

__all__ = ["fence"]

BAD = QUIZ.model_copy(update={"questions": [QUIZ.questions[0], QUIZ.questions[1].model_copy(update={"explanation": ""}),
                                            QUIZ.questions[2]]})  # fmt: skip
SECOND = QUIZ.questions[1].question_id


@dataclass
class Repairing(ScriptedAuthor):
    """Writes a bad quiz and repairs it, where it is not told otherwise."""

    repairs: list[tuple[dict[str, Any], Sequence[Finding]]] = field(default_factory=list)
    repaired: Quiz = field(default_factory=lambda: QUIZ)

    async def repair(self, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> AuthorAnswer:  # noqa: ARG002
        self.repairs.append((former, findings))
        return AuthorAnswer(self.repaired.model_dump(mode="json"), self.name, finish_reason="stop")


def unexplained(quiz: Quiz) -> list[Finding]:
    return [
        broken("quiz.structure", f"{question.question_id} has no explanation.", question.question_id)
        for question in quiz.questions
        if not question.explanation
    ]


def request(look: Look[Quiz] | None = None) -> AuthorRequest[Quiz]:
    return AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, unexplained, look, subject=SUBJECT)


def writing(*answers: Any) -> Repairing:
    replies = iter(answers)
    return Repairing({AuthorRole.QUIZ: lambda *_: next(replies)})


async def test_a_rejected_answer_is_repaired_and_not_written_again(database: Database, fence: Fence) -> None:
    author = writing(BAD)
    answered = await (await ledger(database, fence, author)).ask(request())
    assert answered.value == QUIZ
    assert author.repairs == [(BAD.model_dump(mode="json"), unexplained(BAD))]
    assert len(author.asked) == 1


async def test_an_answer_of_another_shape_is_written_again(database: Database, fence: Fence) -> None:
    author = writing({"nonsense": 1}, QUIZ)
    await (await ledger(database, fence, author)).ask(request())
    assert (author.repairs, len(author.asked)) == ([], 2)


async def test_after_a_restart_the_repair_is_the_same(database: Database, fence: Fence) -> None:
    class Dying(Repairing):
        async def repair(self, *_: Any) -> AuthorAnswer:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, Dying({AuthorRole.QUIZ: lambda *_: BAD}))).ask(request())
    author = writing()
    await (await ledger(database, fence, author)).ask(request())
    assert author.repairs == [(BAD.model_dump(mode="json"), unexplained(BAD))]


async def test_a_closer_look_is_repaired_by_the_parts_that_it_found(database: Database, fence: Fence) -> None:
    async def look(quiz: Quiz) -> Verdict[Quiz]:
        if quiz != QUIZ:
            return Verdict(quiz)
        return Verdict(quiz, removed=[doubt("look", "Question 2 is disputed.", SECOND)])

    author = writing(QUIZ)
    author.repaired = QUIZ.model_copy(update={"questions": list(reversed(QUIZ.questions))})
    await (await ledger(database, fence, author)).ask(request(look))
    [(former, findings)] = author.repairs
    assert former == QUIZ.model_dump(mode="json")
    assert [(finding.message, finding.part) for finding in findings] == [("Question 2 is disputed.", SECOND)]


async def test_a_repair_that_mends_nothing_ends_as_any_answer_does(database: Database, fence: Fence) -> None:
    author = writing(BAD)
    author.repaired = BAD
    with pytest.raises(AnswerRejected, match="has no explanation"):
        await (await ledger(database, fence, author)).ask(request())
    assert (len(author.asked), len(author.repairs)) == (1, 2)


def test_the_version_at_hand_is_no_part_of_a_key() -> None:
    known = QUIZ_BRIEF.model_copy(update={"present_version": {"questions": []}, "lesson": "# L"})
    asked, again = (AuthorRequest(Step.QUIZ_GENERATION, brief, subject=SUBJECT) for brief in (QUIZ_BRIEF, known))
    assert call_key(asked, 0, 0, []) == call_key(again, 0, 0, [])
    assert {"found", "present_version", "lesson"} <= ResourcesBrief.unkeyed, "a type adds to those of all contents"
