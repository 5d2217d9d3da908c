"""Practice from what is written already: tests of stages and cards. Nothing here asks a model or stores anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from domain.contents import Quiz
from domain.course.cards import Flashcard, flashcards_of
from domain.errors import InvalidInput, NotFound
from domain.framework import Framework
from domain.quizzes.grading import QuizMark, mark_of, opened
from domain.quizzes.stage_test import StageQuestion, mixed
from domain.request import UserId
from domain.vocabulary import ContentType
from nodes.contents.content_brief import book_of
from orchestrator.arguments import checks_arguments
from orchestrator.learners.learning import quiz_of
from orchestrator.queries.base import Queries
from orchestrator.queries.status import View
from repository.contents import content_queries
from repository.db.database import Session
from repository.roadmaps import roadmaps


class StageTest(View):
    """A test of a stage, without its key. The same attempt of a learner has the same questions while quizzes stay."""

    roadmap_id: str
    stage_id: str
    stage_name: str
    attempt: int
    questions: list[StageQuestion]


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """The answer to a question, which the first three fields identify."""

    concept_id: str
    version: int
    question_id: str
    chosen: Sequence[int] = ()
    """Indices of options; empty if it was skipped."""


class StageMark(StageQuestion, QuizMark):
    """A question with its key and the answer to it."""


class StageResult(View):
    """A graded test. It is not stored."""

    roadmap_id: str
    stage_id: str
    stage_name: str
    correct: int
    questions: int
    score: float
    marks: list[StageMark]


class Flashcards(BaseModel):
    roadmap_id: str
    title: str
    cards: list[Flashcard]
    """Empty for a roadmap without a course book."""


@checks_arguments
class Practice(Queries):
    """Practice of learners, as `Orchestrator.practice`. Methods raise NotFound for what a roadmap does not have."""

    async def stage_test(
        self, roadmap_id: str, stage_id: str, user_id: UserId, *, attempt: int = 1, owner: str | None = None
    ) -> StageTest:
        """Return a test of a stage that mixes in questions of earlier ones. Another attempt has other questions."""
        return await self._read(_stage_test, roadmap_id, stage_id, user_id, attempt, owner)

    async def grade_stage_test(
        self, roadmap_id: str, stage_id: str, answers: Sequence[StageAnswer], *, owner: str | None = None
    ) -> StageResult:
        """Grade the answers to a test, each by the version of the quiz that was shown. Nothing is stored.

        Raises InvalidInput for answers that fit no question.
        """
        return await self._read(_grade, roadmap_id, stage_id, answers, owner)

    async def cards(self, roadmap_id: str, *, owner: str | None = None) -> Flashcards:
        """Return the cards of a roadmap: the terms and misconceptions of its course book."""
        return await self._read(_cards, roadmap_id, owner)


async def _framework(session: Session, roadmap_id: str, stage_id: str, owner: str | None) -> tuple[Framework, int]:
    """Return the framework and the position of a stage in it. Raises NotFound."""
    framework = roadmaps.framework_of(await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner))
    for index, stage in enumerate(framework.stages):
        if stage.stage_id == stage_id:
            return framework, index
    known = ", ".join(stage.stage_id for stage in framework.stages[:20])
    raise NotFound(f"Roadmap {roadmap_id} has no such stage; its stages are {known or 'not designed yet'}.")


async def _stage_test(
    session: Session, roadmap_id: str, stage_id: str, user_id: str, attempt: int, owner: str | None
) -> StageTest:
    framework, index = await _framework(session, roadmap_id, stage_id, owner)
    quizzes: dict[str, tuple[int, Quiz]] = {}
    for row in await content_queries.newest_versions(session, roadmap_id):
        if row.content_type == ContentType.QUIZ:
            try:
                quizzes[row.concept_id] = row.version, Quiz.model_validate(row.payload)
            except ValidationError:
                continue  # a quiz of the legacy system that cannot be answered
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    ids = [
        [concept.concept_id for module in stage.modules for concept in module.concepts] for stage in framework.stages
    ]
    earlier = [concept_id for stage in ids[:index] for concept_id in stage]
    seed = f"{user_id}\n{roadmap_id}\n{stage_id}\n{attempt}"
    questions = mixed(ids[index], earlier, quizzes, names, seed)
    if not questions:
        raise NotFound(f"Stage {stage_id} of {roadmap_id} has no test: none of its quizzes is written yet.")
    return StageTest(
        roadmap_id=roadmap_id,
        stage_id=stage_id,
        stage_name=framework.stages[index].name,
        attempt=attempt,
        questions=questions,
    )


async def _grade(
    session: Session, roadmap_id: str, stage_id: str, answers: Sequence[StageAnswer], owner: str | None
) -> StageResult:
    framework, index = await _framework(session, roadmap_id, stage_id, owner)
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    if not answers:
        raise InvalidInput("A test without answers cannot be graded.")
    if len({(answer.concept_id, answer.question_id) for answer in answers}) < len(answers):
        raise InvalidInput("A question is answered more than once.")
    known: dict[tuple[str, int], Quiz] = {}
    marks = []
    for answer in answers:
        key = answer.concept_id, answer.version
        if key not in known:
            known[key] = (await quiz_of(session, roadmap_id, *key))[1]
        questions = [question for question in known[key].questions if question.question_id == answer.question_id]
        if not questions:
            raise InvalidInput(f"The quiz of {answer.concept_id} has no such question in version {answer.version}.")
        mark, open_question = mark_of(questions[0], answer.chosen), opened(questions[0])
        place = {"concept_id": answer.concept_id, "version": answer.version}
        name = names.get(answer.concept_id, "")
        marks.append(StageMark(**open_question.model_dump() | mark.model_dump() | place, concept_name=name))
    correct = sum(mark.right for mark in marks)
    return StageResult(
        roadmap_id=roadmap_id,
        stage_id=stage_id,
        stage_name=framework.stages[index].name,
        correct=correct,
        questions=len(marks),
        score=correct / len(marks),
        marks=marks,
    )


async def _cards(session: Session, roadmap_id: str, owner: str | None) -> Flashcards:
    row = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    book = book_of(row)
    names = {concept.concept_id: concept.name for concept in roadmaps.framework_of(row).concepts()}
    cards = [] if book is None else flashcards_of(book, names)
    return Flashcards(roadmap_id=roadmap_id, title=row.title, cards=cards)
