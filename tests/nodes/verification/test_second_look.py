"""Lessons and quizzes are looked at again before they are saved, by critics of every kind."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from bench.eval.answers import read_answers
from domain.checks.findings import Finding, doubt
from domain.contents import KeyAnswer, Quiz, QuizKey
from domain.errors import BudgetSpent, ModelDenied, ModelUnavailable
from domain.mending import Critique, Remark
from domain.vocabulary import ContentType, SecondLook, Step
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief, LessonCritiqueBrief, QuizCritiqueBrief, QuizKeyBrief
from nodes.authors.port import CallFailed
from nodes.ledger.budget import Budget, Limit
from nodes.ledger.requests import Answered, AuthorRequest
from nodes.verification.code.runner import CodeRunner
from nodes.verification.quiz_key import disagreements
from nodes.verification.second_look import second_look
from repository.db.database import Database, execute
from tests.nodes.ledger.test_ledger import QUIZ_BRIEF
from tests.support.authors import QUIZ, TUTORIAL, ScriptedAuthor, quiz_of
from tests.support.content_process import (
    Events,
    calls_by_step,
    context_of,
    next_attempt,
    run_with_contents,
    write_contents,
    written,
)
from tests.support.rows import BOUGHT

FIRST: Final = "c-1-1-1"
LESSON, ASKED = ContentType.TUTORIAL, ContentType.QUIZ


def critique(*found: tuple[str, str], severity: str = "critical") -> Critique:
    return Critique.model_validate(
        {"findings": [{"quote": q, "mend": m, "problem": "It is wrong.", "severity": severity} for q, m in found]}
    )


def _say(said: BaseModel, *_: Any) -> BaseModel:
    return said


class Reviewed(ScriptedAuthor):
    """Answers with these critiques of lesson and quiz; its reader knows the key, unless `reads` says otherwise."""

    def __init__(
        self,
        lesson: Callable[[], Any] = critique,
        quiz: Callable[[], Any] = critique,
        reads: Callable[[QuizKeyBrief], QuizKey] | None = None,
        written: Mapping[AuthorRole, BaseModel] | None = None,
    ) -> None:
        contents = {role: partial(_say, said) for role, said in (written or {}).items()}
        super().__init__({AuthorRole.CRITIQUE: self._critique, AuthorRole.QUIZ_KEY: self._key, **contents})
        self.of_lesson, self.of_quiz, self.reads = lesson, quiz, reads
        self.briefs: list[Brief[Any]] = []

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Any:
        self.briefs.append(brief)
        return await super().write(brief, objections)

    def _critique(self, brief: Brief[Any], _: Sequence[str]) -> Any:
        return self.of_quiz() if isinstance(brief, QuizCritiqueBrief) else self.of_lesson()

    def _key(self, brief: Brief[Any], _: Sequence[str]) -> QuizKey:
        assert isinstance(brief, QuizKeyBrief)
        return right(brief) if self.reads is None else self.reads(brief)

    def roles(self) -> list[AuthorRole]:
        return [brief.role for brief in self.briefs if brief.role is not AuthorRole.RESOURCES]

    def of(self, kind: type[Any]) -> list[Any]:
        return [brief for brief in self.briefs if isinstance(brief, kind)]


def right(brief: QuizKeyBrief) -> QuizKey:
    return QuizKey(answers=[KeyAnswer(question_id=one.question_id, correct_answer=[0]) for one in brief.questions])


async def made(
    database: Database, author: ScriptedAuthor, second_look: SecondLook = "all", **changes: Any
) -> dict[str, Any]:
    """Write the contents of one concept; return the payloads and the doubts by content type."""
    context = await context_of(database, await run_with_contents(database), author, second_look=second_look)
    await write_contents(replace(context, **changes))
    return await stored(database)


async def stored(database: Database) -> dict[str, Any]:
    async with database.transaction() as session:
        rows = await execute(session, text("SELECT content_type, payload, doubts FROM content_versions"), {})
        return {row.content_type: row.payload | {"doubts": doubts_of(row.doubts)} for row in rows}


def doubts_of(doubts: Any) -> list[tuple[str, str | None]]:
    return [(doubt["rule"], doubt["part"]) for doubt in doubts]


LOOK: Final = [
    AuthorRole.TUTORIAL, AuthorRole.CRITIQUE, AuthorRole.QUIZ, AuthorRole.QUIZ_KEY, AuthorRole.CRITIQUE
]  # fmt: skip


async def test_a_lesson_is_looked_at_before_its_quiz_is_asked_and_the_quiz_after_that(database: Database) -> None:
    author = Reviewed(lesson=lambda: critique(("A short lesson", "A brief lesson")))
    contents = await made(database, author)
    assert author.roles() == LOOK
    lesson = TUTORIAL.content.replace("A short lesson", "A brief lesson")
    assert contents["tutorial"]["content"] == lesson
    for brief in (*author.of(QuizKeyBrief), *author.of(QuizCritiqueBrief)):
        assert brief.lesson == lesson, "the quiz is made from, and compared with, the mended lesson"
    rows = await written(database)
    assert rows[FIRST, ASKED].lesson_hash == rows[FIRST, LESSON].payload_hash
    assert author.of(LessonCritiqueBrief)[0].written == TUTORIAL.model_dump(mode="json")
    assert "correct_answer" not in author.of(QuizKeyBrief)[0].model_dump_json()
    assert (await calls_by_step(database, "t-1"))["second_look"] == 3
    assert contents["tutorial"]["doubts"] == contents["quiz"]["doubts"] == []


@pytest.mark.parametrize(
    ("second_look", "roles"),
    [("none", [LOOK[0], LOOK[2]]), ("quiz", [LOOK[0], LOOK[2], AuthorRole.QUIZ_KEY]), ("all", LOOK)],
)
async def test_settings_say_what_is_looked_at(
    database: Database, second_look: SecondLook, roles: list[AuthorRole]
) -> None:
    author = Reviewed()
    await made(database, author, second_look)
    assert author.roles() == roles


def prose() -> Mapping[str, Any]:
    return {"text": "The lesson is very nice indeed."}


def hang_up() -> Any:
    raise ModelUnavailable("the critic hung up")


def refuse() -> Any:
    raise CallFailed("too long", model="critic", outcome="failed 400", transient=False)


def break_down() -> Any:
    raise KeyError("stages")


@pytest.mark.parametrize("critic", [prose, hang_up, refuse, break_down])
async def test_a_critic_that_cannot_be_read_ends_nothing_and_what_nobody_read_is_in_doubt(
    database: Database, critic: Callable[[], Any]
) -> None:
    contents = await made(database, Reviewed(lesson=critic, quiz=critic))
    rows = await written(database)
    assert {row.status for row in rows.values()} == {"completed"}
    assert contents["tutorial"]["content"] == TUTORIAL.content
    assert contents["tutorial"]["doubts"] == contents["quiz"]["doubts"] == [("look.unread", None)]


MANY: Final = range(6, 10)
"""Six, and what is on its way when the sixth one comes: two lessons and two quizzes at most."""


def critiques(author: Reviewed) -> int:
    return author.roles().count(AuthorRole.CRITIQUE)


async def test_a_critic_that_is_never_readable_is_asked_six_times_in_a_run_and_one_event_says_so(
    database: Database,
) -> None:
    fence = await run_with_contents(database, concepts=5)
    author = Reviewed(lesson=prose, quiz=prose)
    context = await context_of(database, fence, author, second_look="all", limit=1)
    told = Events()
    context.ledger.tell = told.append
    await write_contents(context)
    assert critiques(author) in MANY
    assert {row.status for row in (await written(database)).values()} == {"completed"}
    assert [(kind, payload["step"], payload["answers"]) for kind, payload in told.appended] == [
        ("step_given_up", "second_look", 6)
    ]


async def test_after_a_restart_a_critic_that_was_never_readable_is_not_asked_again(database: Database) -> None:
    fence = await run_with_contents(database, concepts=5)
    with pytest.raises(ModelDenied):
        first = Reviewed(prose, prose, _deny)
        await write_contents(await context_of(database, fence, first, second_look="all", limit=1))
    before = await unusable(database)
    assert 3 <= before <= MANY.stop
    author = Reviewed(prose, prose)
    await write_contents(await context_of(database, await next_attempt(database), author, second_look="all", limit=1))
    assert before + critiques(author) == await unusable(database) in MANY
    assert {row.status for row in (await written(database)).values()} == {"completed"}


async def unusable(database: Database) -> int:
    counted = (
        "SELECT count(*) FROM model_calls WHERE step = 'second_look' AND outcome NOT IN ('accepted', 'failed 401')"
    )
    async with database.transaction() as session:
        return int((await execute(session, text(counted), {})).scalar_one())


def _deny(_: QuizKeyBrief) -> Any:
    raise CallFailed("wrong key", model="critic", outcome="failed 401", denied=True)


async def test_a_critic_that_was_readable_once_is_asked_as_often_as_any_other_author(database: Database) -> None:
    fence = await run_with_contents(database, concepts=5)
    answers = iter([critique(), *([prose()] * 100)])
    author = Reviewed(lesson=lambda: next(answers), quiz=lambda: next(answers))
    await write_contents(await context_of(database, fence, author, second_look="all"))
    assert critiques(author) == 1 + 3 * 9


async def test_a_critic_that_is_readable_at_the_fourth_time_is_asked_for_all_contents(database: Database) -> None:
    fence = await run_with_contents(database, concepts=3)
    answers = iter([prose(), prose(), prose(), *([critique()] * 100)])
    author = Reviewed(lesson=lambda: next(answers), quiz=lambda: next(answers))
    await write_contents(await context_of(database, fence, author, second_look="all", limit=1))
    briefs = [*author.of(LessonCritiqueBrief), *author.of(QuizCritiqueBrief)]
    assert len({(brief.role, brief.content_type, brief.concept.concept_id) for brief in briefs}) == 6


async def test_what_a_reader_says_about_questions_that_nobody_asked_ends_nothing(database: Database) -> None:
    strange = QuizKey(answers=[KeyAnswer(question_id="q99", correct_answer=[-1, 7])])
    contents = await made(database, Reviewed(reads=lambda _: strange))
    assert contents["quiz"]["doubts"] == [("look.unread", None)]
    assert len(contents["quiz"]["questions"]) == len(QUIZ.questions)


async def test_a_mend_that_fails_the_checks_of_its_content_is_a_doubt(database: Database) -> None:
    unfinished = critique(("A short lesson", "[Insert lesson here]"))
    contents = await made(database, Reviewed(lesson=lambda: unfinished))
    assert contents["tutorial"]["content"] == TUTORIAL.content
    assert contents["tutorial"]["doubts"] == [("look.critic", "s1")]


async def test_a_mended_question_counts_if_a_second_reader_answers_it_as_the_key_does(database: Database) -> None:
    author = Reviewed(quiz=lambda: critique(("What is 1 and one?", "What are 1 and 1?")))
    contents = await made(database, author)
    assert contents["quiz"]["questions"][1]["question"] == "What are 1 and 1?"
    assert [len(brief.questions) for brief in author.of(QuizKeyBrief)] == [3, 1]
    assert contents["quiz"]["doubts"] == []


@pytest.mark.parametrize("answer", [[1], [], [0, 1]])
async def test_a_mend_that_makes_the_key_wrong_is_undone_and_said(database: Database, answer: list[int]) -> None:
    def read(brief: QuizKeyBrief) -> QuizKey:
        wrong = [KeyAnswer(question_id=brief.questions[0].question_id, correct_answer=answer)]
        return QuizKey(answers=wrong) if len(brief.questions) == 1 else right(brief)

    mends = critique(("What is 1 and one?", "What is 1 plus 1?"))
    contents = await made(database, Reviewed(quiz=lambda: mends, reads=read))
    assert contents["quiz"]["questions"][1]["question"] == "What is 1 and one?"
    [(rule, part)] = contents["quiz"]["doubts"]
    assert (rule, part) == ("look.critic", contents["quiz"]["questions"][1]["question_id"])


async def test_a_mend_of_an_explanation_needs_no_second_reading(database: Database) -> None:
    quiz = quiz_of(TUTORIAL.content, [])
    quiz.questions[0].explanation = "One finger and one finger are counted."
    author = Reviewed(quiz=lambda: critique(("One finger and", "A finger and")), written={AuthorRole.QUIZ: quiz})
    contents = await made(database, author)
    assert contents["quiz"]["questions"][0]["explanation"].startswith("A finger and")
    assert len(author.of(QuizKeyBrief)) == 1


async def test_a_model_that_is_denied_during_the_look_ends_the_run_and_a_resumed_one_looks_first(
    database: Database,
) -> None:
    def deny() -> Any:
        raise CallFailed("wrong key", model="critic", outcome="failed 401", denied=True)

    fence = await run_with_contents(database)
    with pytest.raises(ModelDenied):
        await asyncio.wait_for(
            write_contents(await context_of(database, fence, Reviewed(lesson=deny), second_look="all")), 60
        )
    rows = await written(database)
    assert rows[FIRST, LESSON].status == rows[FIRST, ASKED].status == "generating", "nothing is saved unread"
    author = Reviewed(lesson=lambda: critique(("A short lesson", "A brief lesson")))
    await write_contents(await context_of(database, await next_attempt(database), author, second_look="all"))
    assert author.roles() == LOOK[1:], "the lesson is not bought again"
    assert (await stored(database))["tutorial"]["content"].count("A brief lesson") == 1


async def test_a_budget_spent_between_lesson_and_look_leaves_the_lesson_for_a_resumed_run(database: Database) -> None:
    fence = await run_with_contents(database)
    budget = Budget(Limit(30, money=False))  # a call reserves 20 tokens and uses 15
    context = await context_of(database, fence, Reviewed(), second_look="all", budget=budget, limit=1)
    with pytest.raises(BudgetSpent):
        await asyncio.wait_for(write_contents(context), 60)
    assert (await written(database))[FIRST, LESSON].status == "generating"
    author = Reviewed()
    await write_contents(await context_of(database, await next_attempt(database), author, second_look="all"))
    assert author.roles() == LOOK[1:]
    assert {row.status for row in (await written(database)).values()} == {"completed"}


CODE = """```python run
print(1 + 1)
```

```text output
3
```
"""


async def test_code_is_run_again_after_mends_and_mends_that_break_it_are_left_out(database: Database) -> None:
    lesson = TUTORIAL.model_copy(update={"content": TUTORIAL.content.replace("## Two", f"{CODE}\n## Two")})
    sound = lesson.model_copy(update={"content": lesson.content.replace("\n3\n", "\n2\n")})
    broken = critique(("print(1 + 1)", "print(1 + 2)"), ("A short lesson", "A brief lesson"), severity="warning")
    author = Reviewed(lesson=lambda: broken, written={AuthorRole.TUTORIAL: sound})
    contents = await made(database, author, code=CodeRunner("all"))
    assert "print(1 + 1)" in contents["tutorial"]["content"]
    assert "A brief lesson" in contents["tutorial"]["content"]
    assert contents["tutorial"]["doubts"] == []


async def test_a_critic_mends_a_false_output_and_the_doubt_about_it_is_gone(database: Database) -> None:
    content = TUTORIAL.content.replace("## Two", f"{CODE}\n## Two")
    lesson = TUTORIAL.model_copy(update={"content": content})
    author = Reviewed(lesson=lambda: critique(("output\n3\n", "output\n2\n")), written={AuthorRole.TUTORIAL: lesson})
    contents = await made(database, author, code=CodeRunner("all"))
    assert contents["tutorial"]["content"] == content.replace("\n3\n", "\n2\n")
    assert contents["tutorial"]["doubts"] == []
    assert author.roles().count(AuthorRole.CRITIQUE) == 2, "one for each content, however often its author was asked"


def recorded_quizzes() -> list[Quiz]:
    """Quizzes as strong models write them, with right keys."""
    file = json.loads((Path(__file__).parent / "quizzes.json").read_text("utf-8"))
    quizzes = [Quiz.model_validate(one["answer"]) for one in file["quizzes"]]
    for folder in ("tests/domain/checks/answers", "tests/domain/checks/more_answers", "tests/courses"):
        quizzes += [
            Quiz.model_validate(one.answer)
            for one in read_answers(Path(folder))
            if one.content_type is ContentType.QUIZ and one.quality == "good"
        ]
    return quizzes


def test_every_single_wrong_key_is_found_by_a_reader_who_knows_the_right_one() -> None:
    """This tests the comparison, with recorded answers: what a model knows is not tested here."""
    wrong = 0
    for quiz in recorded_quizzes():
        key = QuizKey(
            answers=[
                KeyAnswer(question_id=one.question_id, correct_answer=one.correct_answer) for one in quiz.questions
            ]
        )
        assert disagreements(quiz, key) == []
        for index, question in enumerate(quiz.questions):
            for option in range(len(question.options)):
                if [option] == question.correct_answer:
                    continue
                questions = list(quiz.questions)
                questions[index] = question.model_copy(update={"correct_answer": [option]})
                found: list[Finding] = disagreements(Quiz(questions=questions), key)
                assert [finding.part for finding in found] == [question.question_id]
                wrong += 1
    assert wrong > 100


async def test_a_lesson_full_of_markup_is_quoted_as_it_stands(database: Database) -> None:
    content = TUTORIAL.content.replace("A short lesson", "A <b>short</b> lesson with $\\frac{1}{2}$ & more")
    lesson = TUTORIAL.model_copy(update={"content": content})
    found = critique(("<b>short</b> lesson with $\\frac{1}{2}$ &", "<i>short</i> lesson with $\\frac{1}{3}$ &"))
    contents = await made(database, Reviewed(lesson=lambda: found, written={AuthorRole.TUTORIAL: lesson}))
    assert contents["tutorial"]["content"] == content.replace("<b>short</b>", "<i>short</i>").replace("{2}", "{3}")


def test_every_brief_of_a_critic_says_what_its_author_knew() -> None:
    assert set(ContentBrief.model_fields) < set(LessonCritiqueBrief.model_fields)
    assert LessonCritiqueBrief.unkeyed >= ContentBrief.unkeyed
    assert Remark(quote="a", problem="b").severity == "critical"


async def test_a_doubt_stays_with_the_figures_that_a_mend_has_changed(database: Database) -> None:
    """The doubt of before was no longer found, word for word, and the one of after was dropped: the quiz was sound."""

    def check(quiz: Quiz) -> list[Finding]:
        return [doubt("quiz.size", f"Its texts have {sum(len(one.explanation) for one in quiz.questions)} characters.")]

    explained = QUIZ.model_copy(
        update={"questions": [QUIZ.questions[0].model_copy(update={"explanation": "Seven."}), *QUIZ.questions[1:]]}
    )
    author = Reviewed(quiz=lambda: critique(("Seven.", "It is eight.")))
    context = await context_of(database, await run_with_contents(database), author, second_look="all")
    request = AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, check, subject=(FIRST, ASKED))
    read = second_look(context, request)
    assert read is not None
    answered = await read(Answered(explained, BOUGHT, check(explained)))
    assert answered.value.questions[0].explanation == "It is eight."
    assert answered.doubts == check(answered.value) != check(explained)


async def test_a_reader_sees_the_options_in_another_order_than_their_author_chose(database: Database) -> None:
    options = ["the right one", "a wrong one", "another wrong one", "a last wrong one"]
    quiz = quiz_of(TUTORIAL.content, [])
    quiz.questions = [
        one.model_copy(update={"question_id": f"q{n}", "question": f"Is it {n}?", "options": options})
        for n, one in enumerate(quiz.questions * 4, start=1)
    ]
    author = Reviewed(reads=_knows("the right one"), written={AuthorRole.QUIZ: quiz})
    contents = await made(database, author, "quiz")
    shown = [one.options.index("the right one") for brief in author.of(QuizKeyBrief) for one in brief.questions]
    assert len(set(shown)) > 1
    assert contents["quiz"]["doubts"] == []
    assert len(contents["quiz"]["questions"]) == len(quiz.questions)


def _knows(right: str) -> Callable[[QuizKeyBrief], QuizKey]:
    def read(brief: QuizKeyBrief) -> QuizKey:
        answers = [(one.question_id, [one.options.index(right)]) for one in brief.questions]
        return QuizKey(answers=[KeyAnswer(question_id=name, correct_answer=answer) for name, answer in answers])

    return read
