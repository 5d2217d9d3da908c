"""Repetition: questions of quizzes come back when they are due. Schedules are kept per user and question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.contents import OpenQuestion, Question, Quiz
from domain.errors import Conflict, NotFound
from domain.learners.spaced_repetition import MAX_NEW, rescheduled
from domain.quizzes.grading import QuizMark, mark_of, opened
from domain.request import Shape, UserId, Word
from orchestrator.arguments import checks_arguments
from orchestrator.clock import Clock
from orchestrator.learners.learning import quiz_of
from orchestrator.queries.base import Queries
from orchestrator.queries.status import View
from repository.db.database import Database, Session
from repository.learners import due_questions as repetitions
from repository.learners.due_questions import Waiting
from repository.roadmaps import roadmaps
from repository.tables.learners import RepetitionAnswerRow

ANSWERED: Final = "This question was answered already, perhaps in another window: go on with the next one."
REPLACED: Final = "This question is no longer part of its quiz: go on with the next one."


class DueQuestion(OpenQuestion):
    """A question that is due, without its key. All fields but the texts are sent back with the answer."""

    roadmap_id: str
    concept_id: str
    concept_name: str
    version: int
    """Of the quiz that it is from."""
    answers: int
    """The number of answers before."""
    due_at: datetime | None
    """Null for a question that was never answered."""


class Due(View):
    """The questions that a learner is asked today."""

    user_id: str
    total: int
    questions: list[DueQuestion]
    """The first of them, in the order in which they are asked."""
    next_at: datetime | None
    """Where none is due: when the next one is; null without any."""


class RepetitionAnswer(Shape):
    """An answer to a question that is due."""

    answer_id: Word
    """Chosen by the caller; an answer that is sent again under it counts once."""
    roadmap_id: Word
    concept_id: Word
    question_id: Word
    version: int
    """Of the quiz that was shown."""
    answers: int
    """As it was shown: how often the question was answered before."""
    chosen: Sequence[int] = ()
    """Indices of options; empty if the learner does not know."""


class GradedAnswer(View):
    """A graded answer, and when the question is asked again."""

    answer_id: str
    roadmap_id: str
    concept_id: str
    concept_name: str
    version: int
    question: OpenQuestion
    mark: QuizMark
    answered_at: datetime
    due_at: datetime


@checks_arguments
class Repetition(Queries):
    """Repetition of learners, as `Orchestrator.repetition`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    async def due(self, user_id: UserId, *, limit: int = 20, owner: str | None = None) -> Due:
        """Return the questions that a user is asked now: those that are due, then new ones, then wrong ones again.

        They belong to concepts that the user has marked, except as known before, or whose quiz was answered. At most
        MAX_NEW a day are new.
        """
        return await self._read(_due, user_id, self._clock(), limit, owner)

    async def count(self, user_id: UserId, *, owner: str | None = None) -> int:
        """Return how many questions a user is asked now."""
        return await self._read(_count, user_id, self._clock(), owner)

    async def answer(self, user_id: UserId, answer: RepetitionAnswer, *, owner: str | None = None) -> GradedAnswer:
        """Grade an answer, and store it with the new schedule of its question.

        Raises NotFound for what does not exist, InvalidInput for options that the question does not have, and Conflict
        for a question that was answered or replaced meanwhile, a roadmap in the bin, and the id of another answer.
        """
        now = self._clock()
        return await self._database.persist(lambda session: _answer(session, user_id, answer, now, owner))

    async def answered(self, user_id: str, answer_id: str, *, owner: str | None = None) -> GradedAnswer:
        """Return an answer that was given. Raises NotFound."""
        return await self._read(_answered, user_id, answer_id, owner)


async def _today(session: Session, user_id: str, now: datetime, owner: str | None) -> list[Waiting]:
    rows = await repetitions.waiting(session, user_id, now, owner=owner)
    left = max(0, MAX_NEW - await repetitions.first_asked(session, user_id, now))
    by_kind = [[row for row in rows if row.kind == kind] for kind in range(3)]
    return [*by_kind[0], *by_kind[1][:left], *by_kind[2]]


async def _count(session: Session, user_id: str, now: datetime, owner: str | None) -> int:
    return len(await _today(session, user_id, now, owner))


async def _due(session: Session, user_id: str, now: datetime, limit: int, owner: str | None) -> Due:
    rows = await _today(session, user_id, now, owner)
    names: dict[str, dict[str, str]] = {}
    quizzes: dict[tuple[str, str], Quiz] = {}
    questions = []
    for row in rows[: max(0, limit)]:
        if row.roadmap_id not in names:
            names[row.roadmap_id] = await roadmaps.concept_names(session, row.roadmap_id)
        place = row.roadmap_id, row.concept_id
        if place not in quizzes:
            quizzes[place] = (await quiz_of(session, *place, row.version))[1]
        question = _question(quizzes[place], row.question_id)
        if question is not None:
            questions.append(
                DueQuestion(
                    **opened(question).model_dump(),
                    roadmap_id=row.roadmap_id,
                    concept_id=row.concept_id,
                    concept_name=names[row.roadmap_id].get(row.concept_id, ""),
                    version=row.version,
                    answers=row.answers,
                    due_at=row.due_at,
                )
            )
    next_at = None if rows else await repetitions.next_due(session, user_id, owner=owner)
    return Due(user_id=user_id, total=len(rows), questions=questions, next_at=next_at)


async def _answer(
    session: Session, user_id: str, given: RepetitionAnswer, now: datetime, owner: str | None
) -> GradedAnswer:
    await roadmaps.get_roadmap_metadata(session, given.roadmap_id, owner=owner)
    stored = await repetitions.answer_of(session, user_id, given.answer_id)
    if stored is not None:
        return await _same(session, stored, given)
    await roadmaps.lock_roadmap(session, given.roadmap_id)
    _, quiz = await quiz_of(session, given.roadmap_id, given.concept_id, given.version)
    question = _question(quiz, given.question_id)
    if question is None:
        raise NotFound(f"The quiz of {given.concept_id} has no such question in version {given.version}.")
    mark = mark_of(question, given.chosen)
    newest = await quiz_of(session, given.roadmap_id, given.concept_id, None)
    if _question(newest[1], given.question_id) is None:
        raise Conflict(REPLACED)
    place = given.roadmap_id, given.concept_id, given.question_id
    before = await repetitions.schedule_of(session, user_id, *place)
    if (before[0] if before else 0) != given.answers:
        return await _raced(session, user_id, given)
    schedule = rescheduled(before[1] if before else None, now, right=mark.right)
    row = RepetitionAnswerRow(
        user_id=user_id,
        answer_id=given.answer_id,
        roadmap_id=given.roadmap_id,
        concept_id=given.concept_id,
        question_id=given.question_id,
        version=given.version,
        number=given.answers + 1,
        chosen=mark.chosen,
        correct=mark.right,
        answered_at=schedule.answered_at,
        due_at=schedule.due_at,
    )
    if not await repetitions.set_schedule(session, row, schedule) or not await repetitions.add_answer(session, row):
        return await _raced(session, user_id, given)
    return await _view(session, row)


async def _raced(session: Session, user_id: str, given: RepetitionAnswer) -> GradedAnswer:
    """Return the stored answer if another request has just sent the same one. Raises Conflict otherwise."""
    stored = await repetitions.answer_of(session, user_id, given.answer_id)
    if stored is None:
        raise Conflict(ANSWERED)
    return await _same(session, stored, given)


async def _same(session: Session, stored: RepetitionAnswerRow, given: RepetitionAnswer) -> GradedAnswer:
    """Return a stored answer to one that is sent again. Raises Conflict if it is another one."""
    same = (stored.roadmap_id, stored.concept_id, stored.question_id, stored.version, stored.number)
    if same != (given.roadmap_id, given.concept_id, given.question_id, given.version, given.answers + 1) or (
        stored.chosen != sorted(set(given.chosen))
    ):
        raise Conflict("This answer_id belongs to another answer: make a new one for each.")
    return await _view(session, stored)


async def _answered(session: Session, user_id: str, answer_id: str, owner: str | None) -> GradedAnswer:
    row = await repetitions.answer_of(session, user_id, answer_id)
    if row is None:
        raise NotFound("There is no such answer.")
    await roadmaps.get_roadmap_metadata(session, row.roadmap_id, owner=owner)
    return await _view(session, row)


async def _view(session: Session, row: RepetitionAnswerRow) -> GradedAnswer:
    _, quiz = await quiz_of(session, row.roadmap_id, row.concept_id, row.version)
    question = _question(quiz, row.question_id)
    if question is None:
        raise NotFound(f"The quiz of {row.concept_id} has no such question in version {row.version}.")
    mark = mark_of(question, row.chosen)
    names = await roadmaps.concept_names(session, row.roadmap_id)
    return GradedAnswer(
        answer_id=row.answer_id,
        roadmap_id=row.roadmap_id,
        concept_id=row.concept_id,
        concept_name=names.get(row.concept_id, ""),
        version=row.version,
        question=opened(question),
        mark=mark,
        answered_at=row.answered_at,
        due_at=row.due_at,
    )


def _question(quiz: Quiz, question_id: str) -> Question | None:
    return next((question for question in quiz.questions if question.question_id == question_id), None)


def _open(question: Question) -> OpenQuestion:
    return OpenQuestion.model_validate(question.model_dump())
