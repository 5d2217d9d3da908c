"""Learners and how far they are: concepts done, quizzes tried. Kept per user, beside the roadmap and its runs.

`owner`, as for readers: only roadmaps of this user, and those of others are not found; None sees all.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from domain.contents import Quiz
from domain.errors import Conflict, NotFound
from domain.quizzes import OpenQuiz, QuizMark, graded, without_key
from domain.request import UserId, Word
from domain.vocabulary import ContentType
from orchestrator.arguments import checks_arguments
from orchestrator.queries.status import View
from repository.db.database import Database, Session
from repository.roadmaps import content_queries, learning, roadmaps
from repository.tables.users import QuizAttemptRow


class ConceptProgress(View):
    """How far a learner is with one concept."""

    concept_id: str
    name: str
    done_at: datetime | None
    attempts: int
    best_score: float | None
    """Part of the questions that was right, 0 to 1; null before the first attempt."""
    removed: bool
    """The concept is no longer part of the roadmap; what was done stays."""


class Progress(View):
    """How far a learner is with a roadmap; `done` of `total` concepts that are part of it now."""

    roadmap_id: str
    user_id: str
    done: int
    total: int
    concepts: list[ConceptProgress]
    """In learning order, removed ones that the learner met last."""


class ShownQuiz(View):
    """A quiz to answer; `version` comes back with the answers."""

    roadmap_id: str
    concept_id: str
    version: int
    quiz: OpenQuiz


class QuizAttempt(View):
    """One attempt, graded by the version that was shown."""

    attempt_id: str
    roadmap_id: str
    concept_id: str
    version: int
    correct: int
    questions: int
    score: float
    created_at: datetime
    marks: list[QuizMark]


class Submitted(NamedTuple):
    """`first`: it was not sent before. `attempts` and `best_score` are of all attempts at this concept's quiz."""

    attempt: QuizAttempt
    first: bool
    attempts: int
    best_score: float


@checks_arguments
class Learning:
    """What learners do with roadmaps. Every method raises NotFound for a roadmap that is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def progress(self, roadmap_id: str, user_id: str, *, owner: str | None = None) -> Progress:
        async def read(session: Session) -> Progress:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            return await _progress(session, roadmap_id, user_id)

        return await self._database.persist(read)

    async def done(self, user_id: str, roadmap_ids: Sequence[str]) -> dict[str, set[str]]:
        """Ids of concepts done, by roadmap, for a list of roadmaps; ids of removed concepts are among them."""

        async def read(session: Session) -> dict[str, set[str]]:
            found = await learning.done(session, user_id, roadmap_ids)
            return {roadmap_id: set(concepts) for roadmap_id, concepts in found.items()}

        return await self._database.persist(read)

    async def mark(
        self, roadmap_id: str, concept_id: str, user_id: UserId, *, done: bool, owner: str | None = None
    ) -> Progress:
        """Done, or not done after all; a second time changes nothing. Raises NotFound."""

        async def write(session: Session) -> Progress:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            await _known(session, roadmap_id, concept_id)
            change = learning.mark_done if done else learning.mark_undone
            await change(session, user_id, roadmap_id, concept_id)
            return await _progress(session, roadmap_id, user_id)

        return await self._database.persist(write)

    async def quiz(
        self, roadmap_id: str, concept_id: str, version: int | None = None, *, owner: str | None = None
    ) -> ShownQuiz:
        """The newest quiz of a concept, or an older one, without its key. Raises NotFound."""

        async def read(session: Session) -> ShownQuiz:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            found, quiz = await _quiz(session, roadmap_id, concept_id, version)
            return ShownQuiz(roadmap_id=roadmap_id, concept_id=concept_id, version=found, quiz=without_key(quiz))

        return await self._database.persist(read)

    async def submit(
        self,
        roadmap_id: str,
        concept_id: str,
        user_id: UserId,
        *,
        attempt_id: Word,
        version: int,
        answers: Sequence[Sequence[int]],
        owner: str | None = None,
    ) -> Submitted:
        """Grade and keep an attempt; `answers` are the chosen options of each question of this version.

        The same `attempt_id` counts once and gets the same answer. Raises NotFound, InvalidInput, and Conflict where
        the id belongs to another attempt.
        """

        async def write(session: Session) -> Submitted:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            found, quiz = await _quiz(session, roadmap_id, concept_id, version)
            marks = graded(quiz, answers)
            sent = QuizAttemptRow(
                user_id=user_id,
                attempt_id=attempt_id,
                roadmap_id=roadmap_id,
                concept_id=concept_id,
                version=found,
                answers=[mark.chosen for mark in marks],
                correct=sum(mark.right for mark in marks),
                questions=len(marks),
            )
            stored, first = await learning.add_attempt(session, sent)
            if stored.model_dump(exclude={"created_at"}) != sent.model_dump(exclude={"created_at"}):
                raise Conflict("This attempt_id belongs to another attempt: make a new one for each.")
            all_of_them = (await learning.tries(session, user_id, roadmap_id))[concept_id]
            return Submitted(_attempt(stored, marks), first, all_of_them.attempts, all_of_them.best_score)

        return await self._database.persist(write)

    async def attempts(
        self, roadmap_id: str, concept_id: str, user_id: str, *, limit: int = 50, owner: str | None = None
    ) -> list[QuizAttempt]:
        """The newest first."""

        async def read(session: Session) -> list[QuizAttempt]:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            rows = await learning.attempts(session, user_id, roadmap_id, concept_id, limit)
            wanted = {row.version for row in rows}
            quizzes = {version: (await _quiz(session, roadmap_id, concept_id, version))[1] for version in wanted}
            return [_attempt(row, graded(quizzes[row.version], row.answers)) for row in rows]

        return await self._database.persist(read)


def _attempt(row: QuizAttemptRow, marks: list[QuizMark]) -> QuizAttempt:
    stored = row.model_dump(exclude={"user_id", "answers"})
    return QuizAttempt(**stored, score=row.correct / row.questions, marks=marks)


async def _progress(session: Session, roadmap_id: str, user_id: str) -> Progress:
    names = await roadmaps.concept_names(session, roadmap_id)
    done_at = (await learning.done(session, user_id, [roadmap_id]))[roadmap_id]
    tries = await learning.tries(session, user_id, roadmap_id)
    removed = sorted((set(done_at) | set(tries)) - set(names))
    concepts = [
        ConceptProgress(
            concept_id=concept_id,
            name=names.get(concept_id, ""),
            done_at=done_at.get(concept_id),
            attempts=tries[concept_id].attempts if concept_id in tries else 0,
            best_score=tries[concept_id].best_score if concept_id in tries else None,
            removed=concept_id not in names,
        )
        for concept_id in [*names, *removed]
    ]
    return Progress(
        roadmap_id=roadmap_id,
        user_id=user_id,
        done=len(set(names) & set(done_at)),
        total=len(names),
        concepts=concepts,
    )


async def _known(session: Session, roadmap_id: str, concept_id: str) -> None:
    """A concept that is part of the roadmap, or once was. Raises NotFound."""
    names = await roadmaps.concept_names(session, roadmap_id)
    if concept_id not in names and await roadmaps.last_structure_with(session, roadmap_id, concept_id) is None:
        raise NotFound(f"There is no concept {concept_id} in {roadmap_id}.")


async def _quiz(session: Session, roadmap_id: str, concept_id: str, version: int | None) -> tuple[int, Quiz]:
    """A version of a quiz, the newest unless told. Raises NotFound."""
    found = await content_queries.versions_of(session, roadmap_id, concept_id, ContentType.QUIZ, version)
    try:
        if found:
            return found[0].version, Quiz.model_validate(found[0].payload)
    except ValidationError:
        pass  # of a legacy system: nothing that could be answered
    which = "" if version is None else f" in version {version}"
    raise NotFound(f"Concept {concept_id} of {roadmap_id} has no quiz{which}.")
