"""After two repairs, the soundest answer without anything broken counts, and its doubts are recorded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.checks.findings import Finding, broken, doubt
from domain.contents import Quiz
from domain.errors import AnswerRejected
from domain.vocabulary import Step
from nodes.authors.briefs import AuthorRole, Brief
from nodes.ledger.requests import Answered, AuthorRequest, Look, Verdict
from repository.db.database import Database
from repository.db.fence import Fence
from tests.nodes.ledger.test_ledger import QUIZ_BRIEF, SUBJECT, Store, ledger
from tests.support.authors import QUIZ, ScriptedAuthor
from tests.support.rows import fence_of, started


@pytest.fixture
async def fence(database: Database) -> Fence:
    return fence_of(await started(database))


def quiz(*marks: str) -> Quiz:
    """Return a quiz whose questions carry marks, of which `doubt` and `broken` are found by the rules below."""
    questions = [
        question.model_copy(update={"explanation": mark}) for question, mark in zip(QUIZ.questions, marks, strict=False)
    ]
    return Quiz(questions=[*questions, *QUIZ.questions[len(questions) :]])


def find(content: Quiz) -> list[Finding]:
    kinds = {"doubt": doubt, "broken": broken}
    return [
        kinds[question.explanation](
            "quiz.mark", f"Question {number} is in {question.explanation}.", question.question_id
        )
        for number, question in enumerate(content.questions, start=1)
        if question.explanation in kinds
    ]


def request() -> AuthorRequest[Quiz]:
    return AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, find, subject=SUBJECT)


def answering(*answers: Quiz) -> ScriptedAuthor:
    def reply(_: Brief[Any], told: Sequence[str]) -> Quiz:
        return answers[min(len(told), len(answers) - 1)]

    return ScriptedAuthor({AuthorRole.QUIZ: reply})


async def test_no_content_fails_for_a_doubt(database: Database, fence: Fence) -> None:
    author = answering(quiz("doubt", "doubt"), quiz("doubt"), quiz("doubt", "doubt"))
    store = Store(database, fence)
    answered = await (await ledger(database, fence, author)).ask(request(), save=store)
    assert len(author.asked) == 3
    assert store.quizzes == [answered.value] == [quiz("doubt")]
    assert [finding.part for finding in answered.doubts] == [QUIZ.questions[0].question_id]


async def test_the_newest_of_equally_sound_answers_counts(database: Database, fence: Fence) -> None:
    author = answering(quiz("doubt"), quiz("fine", "doubt"), quiz("fine", "fine", "doubt"))
    answered = await (await ledger(database, fence, author)).ask(request())
    assert answered.value == quiz("fine", "fine", "doubt")


async def test_what_is_broken_never_counts(database: Database, fence: Fence) -> None:
    author = answering(quiz("broken"), quiz("broken", "doubt"), quiz("broken"))
    with pytest.raises(AnswerRejected, match="is in broken"):
        await (await ledger(database, fence, author)).ask(request())
    author = answering(quiz("broken"), quiz("doubt"), quiz("broken"))
    assert (await (await ledger(database, fence, author, round_=1)).ask(request())).value == quiz("doubt")


async def test_a_doubt_that_a_closer_look_leaves_is_recorded_and_one_that_it_removes_is_not(
    database: Database, fence: Fence
) -> None:
    left, removed = doubt("code.run", "Block 1 fails."), doubt("look", "Question 2 is disputed.")

    async def look(content: Quiz) -> Verdict[Quiz]:
        return Verdict(content, doubts=[left], removed=[removed])

    author = answering(QUIZ)
    answered = await (await ledger(database, fence, author)).ask(replace(request(), look=look))
    assert len(author.asked) == 3
    assert answered.doubts == [left]


async def test_a_process_that_died_before_settling_buys_nothing_again(database: Database, fence: Fence) -> None:
    class Dying(Store):
        async def write(self, session: Any, answered: Any) -> None:  # noqa: ARG002
            raise KeyboardInterrupt  # after three rejected answers are committed

    author = answering(quiz("doubt"), quiz("doubt"), quiz("doubt"))
    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, author)).ask(request(), save=Dying(database, fence))
    assert len(author.asked) == 3
    store = Store(database, fence)
    answered = await (await ledger(database, fence, author)).ask(request(), save=store)
    assert len(author.asked) == 3
    assert store.quizzes == [answered.value]
    assert len(answered.doubts) == 1


def removing(empty: str) -> Look[Quiz]:
    """Return a look that always objects, and leaves nothing of a quiz with this mark in its first question."""

    async def look(content: Quiz) -> Verdict[Quiz]:
        sound = None if content.questions[0].explanation == empty else content
        return Verdict(sound, removed=[doubt("look", "Question 2 is disputed.")])

    return look


async def die(_: Answered[Quiz]) -> Answered[Quiz]:
    raise KeyboardInterrupt


@pytest.mark.parametrize("round_", [0, 1])
async def test_what_every_look_rejected_is_not_bought_again_by_a_process_that_has_to_read_and_save_it(
    database: Database, fence: Fence, round_: int
) -> None:
    """A kill while a critic read the answer that was left had three more answers bought."""
    author = answering(quiz("first"), quiz("second"), quiz("empty"))
    looked = replace(request(), look=removing("empty"))
    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, author)).ask(replace(looked, reread=die), save=Store(database, fence))
    assert len(author.asked) == 3
    store = Store(database, fence)
    answered = await (await ledger(database, fence, author, round_=round_)).ask(looked, save=store)
    assert len(author.asked) == 3
    assert store.quizzes == [answered.value] == [quiz("second")], "nothing is left of the last one"


async def test_a_restart_buys_no_more_looks_than_were_left(database: Database, fence: Fence) -> None:
    looks = 0

    async def look(content: Quiz) -> Verdict[Quiz]:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise KeyboardInterrupt
        return Verdict(None, removed=[doubt("look", f"Look {looks} found nothing to keep.")])

    author = answering(quiz("first"), quiz("second"), quiz("third"), quiz("fourth"))
    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, author)).ask(replace(request(), look=look))
    with pytest.raises(AnswerRejected, match="found wanting"):
        await (await ledger(database, fence, author)).ask(replace(request(), look=look))
    assert len(author.asked) == 3
    with pytest.raises(AnswerRejected, match="found wanting 3 times: Look 4 found nothing to keep"):
        await (await ledger(database, fence, author)).ask(replace(request(), look=look))
    assert len(author.asked) == 3, "a third process buys nothing"
