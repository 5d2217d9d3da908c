"""Questions come back when they are due: to whom, which, how often; and two windows never answer one twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.contents import Question, Quiz
from domain.errors import Conflict, InvalidInput, NotFound
from domain.learners.progress import ConceptMark
from domain.learners.spaced_repetition import MAX_NEW
from orchestrator.learners.repetition import Due, DueQuestion, RepetitionAnswer
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.roadmaps.roadmaps import mark_binned, save_roadmap_metadata
from tests.backend.places import quiz_row
from tests.support.authors import QUIZ
from tests.support.clock import StillTime
from tests.support.stocked import structure

FIRST, SECOND = "c-1-1-1", "c-1-1-2"
DAY = 86_400
QUESTIONS = [question.model_copy(update={"question_id": f"q{n}"}) for n, question in enumerate(QUIZ.questions, 1)]
KEY = {question.question_id: question.correct_answer for question in QUESTIONS}


@pytest.fixture
def time() -> StillTime:
    return StillTime()


@pytest.fixture
async def orchestrator(settings: Settings, database: Database, time: StillTime) -> AsyncIterator[Orchestrator]:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", structure("r-1", "Go", (1, 1, 2), "Concept {}".format))
        for concept_id in (FIRST, SECOND):
            session.add(quiz_row("r-1", concept_id, Quiz(questions=QUESTIONS)))
    async with Orchestrator.open(settings, kind="reader", clock=time.clock.now) as orchestrator:
        yield orchestrator


async def begin(orchestrator: Orchestrator, concept_id: str = FIRST, user_id: str = "ann") -> None:
    await orchestrator.learning.set_mark("r-1", concept_id, user_id, ConceptMark.IN_PROGRESS)


def answer_to(question: DueQuestion, answer_id: str, *, right: bool = True, **changes: Any) -> RepetitionAnswer:
    key = KEY.get(question.question_id, [0])
    given: dict[str, Any] = {
        "answer_id": answer_id,
        "roadmap_id": question.roadmap_id,
        "concept_id": question.concept_id,
        "question_id": question.question_id,
        "version": question.version,
        "answers": question.answers,
        "chosen": key if right else [],
    }
    return RepetitionAnswer(**given | changes)


def ids(due: Due) -> list[tuple[str, str]]:
    return [(question.concept_id, question.question_id) for question in due.questions]


async def test_only_questions_of_concepts_that_were_begun_come_up(orchestrator: Orchestrator) -> None:
    repetition = orchestrator.repetition
    assert (await repetition.due("ann")).total == await repetition.count("ann") == 0
    await begin(orchestrator)
    assert ids(await repetition.due("ann")) == [(FIRST, "q1"), (FIRST, "q2"), (FIRST, "q3")]
    assert (await repetition.due("bob")).total == 0
    await orchestrator.learning.set_mark("r-1", FIRST, "ann", ConceptMark.KNOWN)
    assert (await repetition.due("ann")).total == 0, "what was known before is not asked"
    await orchestrator.learning.submit("r-1", SECOND, "ann", attempt_id="a", version=1, answers=[[0], [], []])
    assert ids(await repetition.due("ann")) == [(SECOND, "q2"), (SECOND, "q3")], "q1 was answered right just now"


async def test_a_right_answer_is_put_off_and_a_wrong_one_comes_again_in_the_same_sitting(
    orchestrator: Orchestrator, time: StillTime
) -> None:
    repetition = orchestrator.repetition
    await begin(orchestrator)
    one, two, three = (await repetition.due("ann")).questions
    right = await repetition.answer("ann", answer_to(one, "a1"))
    assert right.mark.right
    assert right.due_at - right.answered_at > timedelta(days=1)
    wrong = await repetition.answer("ann", answer_to(two, "a2", right=False))
    assert (wrong.mark.right, wrong.mark.correct_answer) == (False, KEY["q2"])
    assert ids(await repetition.due("ann")) == [(FIRST, "q3"), (FIRST, "q2")], "the wrong one comes last"
    await repetition.answer("ann", answer_to(three, "a3"))
    [again] = (await repetition.due("ann")).questions
    await repetition.answer("ann", answer_to(again, "a4"))
    done = await repetition.due("ann")
    assert (done.total, done.questions) == (0, [])
    assert done.next_at is not None
    time.pass_(400 * DAY)
    assert len(ids(await repetition.due("ann"))) == 3
    assert await repetition.answered("ann", "a2") == wrong


async def test_a_double_submit_counts_once_and_of_two_windows_one_answers(orchestrator: Orchestrator) -> None:
    repetition = orchestrator.repetition
    await begin(orchestrator)
    question = (await repetition.due("ann")).questions[0]
    same = await asyncio.gather(*(repetition.answer("ann", answer_to(question, "a")) for _ in range(8)))
    assert all(answered == same[0] for answered in same)
    with pytest.raises(Conflict, match="answered already"):
        await repetition.answer("ann", answer_to(question, "b"))
    with pytest.raises(Conflict, match="belongs to another"):
        await repetition.answer("ann", answer_to(question, "a", right=False))
    second = (await repetition.due("ann")).questions[0]
    tabs = await asyncio.gather(
        *(repetition.answer("ann", answer_to(second, f"tab-{n}")) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(tab, Conflict) for tab in tabs) == 7
    assert ids(await repetition.due("ann")) == [(FIRST, "q3")]


async def test_a_schedule_survives_a_new_version_of_the_quiz_where_the_question_is_the_same(
    orchestrator: Orchestrator, database: Database
) -> None:
    repetition = orchestrator.repetition
    await begin(orchestrator)
    one, two, _ = (await repetition.due("ann")).questions
    await repetition.answer("ann", answer_to(one, "a1"))
    new = QUESTIONS[2].model_copy(update={"question_id": "q4", "question": "Another one?"})
    await write_version(database, 2, [QUESTIONS[0], new])
    due = await repetition.due("ann")
    assert ids(due) == [(FIRST, "q4")], "q1 keeps its schedule, q2 and q3 are gone"
    assert due.questions[0].version == 2
    with pytest.raises(Conflict, match="no longer part"):
        await repetition.answer("ann", answer_to(two, "a2"))
    await write_version(database, 3, QUESTIONS)
    assert ids(await repetition.due("ann")) == [(FIRST, "q2"), (FIRST, "q3")]
    shown = await repetition.answer("ann", answer_to(two, "a3"))
    assert shown.version == 1, "it is graded by the version that was shown"


async def write_version(database: Database, version: int, questions: list[Question]) -> None:
    row = quiz_row("r-1", FIRST, Quiz(questions=questions))
    row.version = version
    async with database.transaction() as session:
        session.add(row)


async def test_new_questions_are_limited_by_day(
    orchestrator: Orchestrator, database: Database, time: StillTime
) -> None:
    many = [QUESTIONS[0].model_copy(update={"question_id": f"q{n}", "question": f"{n}?"}) for n in range(1, 31)]
    await write_version(database, 2, many)
    await begin(orchestrator)
    due = await orchestrator.repetition.due("ann", limit=100)
    assert due.total == len(due.questions) == MAX_NEW
    for number, question in enumerate(due.questions):
        await orchestrator.repetition.answer(
            "ann", answer_to(question, f"a{number}", chosen=QUESTIONS[0].correct_answer)
        )
    assert await orchestrator.repetition.count("ann") == 0
    time.pass_(DAY)
    assert await orchestrator.repetition.count("ann") == MAX_NEW


async def test_roadmaps_in_the_bin_and_of_others_and_removed_concepts_do_not_come_up(
    orchestrator: Orchestrator, database: Database
) -> None:
    repetition = orchestrator.repetition
    await begin(orchestrator)
    await begin(orchestrator, user_id="bob")
    question = (await repetition.due("ann")).questions[0]
    assert (await repetition.due("bob", owner="bob")).total == 0
    with pytest.raises(NotFound):
        await repetition.answer("bob", answer_to(question, "b"), owner="bob")
    await repetition.answer("bob", answer_to(question, "b"))
    with pytest.raises(NotFound):
        await repetition.answered("bob", "b", owner="bob")
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=True)
    assert (await repetition.due("ann")).total == 0
    with pytest.raises(Conflict, match="in the bin"):
        await repetition.answer("ann", answer_to(question, "a"))
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=False)
    assert (await repetition.due("ann")).total == 3


async def test_an_answer_that_cannot_be_is_refused(orchestrator: Orchestrator) -> None:
    await begin(orchestrator)
    question = (await orchestrator.repetition.due("ann")).questions[0]
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"chosen": [99]}, InvalidInput),
        ({"chosen": [-1]}, InvalidInput),
        ({"question_id": "q99"}, NotFound),
        ({"version": 9}, NotFound),
        ({"concept_id": "c-9"}, NotFound),
        ({"roadmap_id": "r-9"}, NotFound),
        ({"answers": 7}, Conflict),
    ]
    for changes, error in wrong:
        with pytest.raises(error):
            await orchestrator.repetition.answer("ann", answer_to(question, "a", **changes))
    assert await orchestrator.repetition.count("ann") == 3


async def test_the_next_moment_is_that_of_a_question_that_can_be_asked(
    orchestrator: Orchestrator, database: Database, time: StillTime
) -> None:
    """A schedule of a roadmap in the bin made it a moment in the past, for ever."""
    repetition = orchestrator.repetition
    await begin(orchestrator)
    for number, question in enumerate((await repetition.due("ann")).questions):
        await repetition.answer("ann", answer_to(question, f"a{number}"))
    assert (await repetition.due("ann")).next_at is not None
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=True)
    time.pass_(400 * DAY)
    due = await repetition.due("ann")
    assert (due.total, due.next_at) == (0, None)
