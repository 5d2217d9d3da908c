"""Progress of learners: concepts that are done and attempts at quizzes. Kept per user, beside roadmaps and runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from domain.contents import Quiz
from domain.errors import Conflict, NotFound
from domain.framework import Concept, Framework
from domain.learners.progress import LEARNED, ConceptMark, next_concept
from domain.learners.spaced_repetition import Schedule, rescheduled
from domain.quizzes.grading import OpenQuiz, QuizMark, graded, without_key
from domain.request import UserId, Word
from domain.vocabulary import ContentType
from orchestrator.arguments import checks_arguments
from orchestrator.clock import Clock
from orchestrator.queries.base import Queries
from orchestrator.queries.status import View
from repository.contents import content_queries
from repository.db.database import Database, Session
from repository.learners import due_questions as repetitions
from repository.roadmaps import learning, roadmaps
from repository.roadmaps.structures import last_structure_with
from repository.tables.users import QuizAttemptRow


class ConceptProgress(View):
    """Progress of a learner with one concept."""

    concept_id: str
    name: str
    mark: ConceptMark | None
    """The mark of the learner; null without one."""
    done_at: datetime | None
    """The time at which it was marked as learned; null for a concept that is in progress."""
    attempts: int
    """Attempts at its quiz."""
    best_score: float | None
    """Share of right answers, 0 to 1; null before the first attempt."""
    removed: bool
    """Whether the concept is no longer part of the roadmap; its progress stays."""


class Progress(View):
    """Progress of a learner with a roadmap: `done` of the `total` concepts that are part of it now."""

    roadmap_id: str
    user_id: str
    done: int
    total: int
    concepts: list[ConceptProgress]
    """In learning order; then removed ones with progress."""


class GoOn(View):
    """The concept with which a learner goes on: its prerequisites are learned."""

    roadmap_id: str
    title: str
    """Of the roadmap."""
    concept_id: str
    name: str


class ShownQuiz(View):
    """A quiz without its key. `version` is sent back with the answers."""

    roadmap_id: str
    concept_id: str
    version: int
    quiz: OpenQuiz


class QuizAttempt(View):
    """One attempt at a quiz, graded by the version that was answered."""

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
    """The result of `submit`."""

    attempt: QuizAttempt
    first: bool
    """False if the same attempt was sent before."""
    attempts: int
    """Attempts of the user at the quiz of this concept."""
    best_score: float
    """The best of them, 0 to 1."""


@checks_arguments
class Learning(Queries):
    """Progress of learners, as `Orchestrator.learning`. Methods raise NotFound for an unknown roadmap or concept."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    async def progress(self, roadmap_id: str, user_id: str, *, owner: str | None = None) -> Progress:
        """Return the progress of a user with a roadmap."""
        return await self._read(_progress_of, roadmap_id, user_id, owner)

    async def done(self, user_id: str, roadmap_ids: Sequence[str]) -> dict[str, set[str]]:
        """Return the ids of learned concepts by roadmap, also of concepts that were removed."""
        done = await self._read(learning.done, user_id, roadmap_ids)
        return {roadmap_id: set(concepts) for roadmap_id, concepts in done.items()}

    async def go_on(self, user_id: str) -> GoOn | None:
        """Return the concept to go on with, in that roadmap of the user in which the last step was made.

        None where nothing is left to learn.
        """
        return await self._read(_go_on, user_id)

    async def mark(
        self, roadmap_id: str, concept_id: str, user_id: UserId, *, done: bool, owner: str | None = None
    ) -> Progress:
        """Mark a concept as done, or remove its mark; a second call changes nothing."""
        mark = ConceptMark.DONE if done else None
        return await self.set_mark(roadmap_id, concept_id, user_id, mark, owner=owner)

    async def set_mark(
        self, roadmap_id: str, concept_id: str, user_id: UserId, mark: ConceptMark | None, *, owner: str | None = None
    ) -> Progress:
        """Mark a concept; None removes its mark. A second call changes nothing."""
        return await self.set_marks(roadmap_id, [concept_id], user_id, mark, owner=owner)

    async def set_marks(
        self,
        roadmap_id: str,
        concept_ids: Sequence[Word],
        user_id: UserId,
        mark: ConceptMark | None,
        *,
        owner: str | None = None,
    ) -> Progress:
        """Mark concepts, all or none of them; None removes their marks. A second call changes nothing."""

        async def write(session: Session) -> Progress:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            for concept_id in sorted(set(concept_ids)):
                await _mark(session, roadmap_id, concept_id, user_id, mark)
            return await _progress(session, roadmap_id, user_id)

        return await self._database.persist(write)

    async def quiz(
        self, roadmap_id: str, concept_id: str, version: int | None = None, *, owner: str | None = None
    ) -> ShownQuiz:
        """Return the newest quiz of a concept, or that of `version`, without its key."""
        return await self._read(_shown_quiz, roadmap_id, concept_id, version, owner)

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
        """Grade an attempt and store it. Its questions are asked again when they are due (`Orchestrator.repetition`).

        Args:
            attempt_id: chosen by the caller; an attempt that is sent again under it counts once.
            version: of the quiz that was answered.
            answers: for each question the indices of the chosen options.

        Raises InvalidInput for answers that do not fit the quiz, and Conflict for the id of another attempt.
        """

        now = self._clock()

        async def write(session: Session) -> Submitted:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            number, quiz = await quiz_of(session, roadmap_id, concept_id, version)
            marks = graded(quiz, answers)
            attempt = QuizAttemptRow(
                user_id=user_id,
                attempt_id=attempt_id,
                roadmap_id=roadmap_id,
                concept_id=concept_id,
                version=number,
                answers=[mark.chosen for mark in marks],
                correct=sum(mark.right for mark in marks),
                questions=len(marks),
            )
            stored, first = await learning.add_attempt(session, attempt)
            if first:
                await repetitions.begin(session, user_id, roadmap_id, concept_id, _first_schedules(marks, now))
            if stored.model_dump(exclude={"created_at"}) != attempt.model_dump(exclude={"created_at"}):
                raise Conflict("This attempt_id belongs to another attempt: make a new one for each.")
            total = (await learning.tries(session, user_id, roadmap_id))[concept_id]
            return Submitted(_attempt(stored, marks), first, total.attempts, total.best_score)

        return await self._database.persist(write)

    async def attempts(
        self, roadmap_id: str, concept_id: str, user_id: str, *, limit: int = 50, owner: str | None = None
    ) -> list[QuizAttempt]:
        """Return the newest attempts of a user at the quiz of a concept, newest first."""
        return await self._read(_attempts, roadmap_id, concept_id, user_id, limit, owner)


def _first_schedules(marks: Sequence[QuizMark], at: datetime) -> dict[str, Schedule]:
    """Return the schedules of the questions that were answered, by their ids."""
    return {mark.question_id: rescheduled(None, at, right=mark.right) for mark in marks if mark.chosen}


async def _progress_of(session: Session, roadmap_id: str, user_id: str, owner: str | None) -> Progress:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    return await _progress(session, roadmap_id, user_id)


async def _mark(session: Session, roadmap_id: str, concept_id: str, user_id: str, mark: ConceptMark | None) -> None:
    await check_concept(session, roadmap_id, concept_id)
    if mark is None:
        await learning.remove_mark(session, user_id, roadmap_id, concept_id)
    else:
        await learning.set_mark(session, user_id, roadmap_id, concept_id, mark)


async def _shown_quiz(
    session: Session, roadmap_id: str, concept_id: str, version: int | None, owner: str | None
) -> ShownQuiz:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    number, quiz = await quiz_of(session, roadmap_id, concept_id, version)
    return ShownQuiz(roadmap_id=roadmap_id, concept_id=concept_id, version=number, quiz=without_key(quiz))


async def _attempts(
    session: Session, roadmap_id: str, concept_id: str, user_id: str, limit: int, owner: str | None
) -> list[QuizAttempt]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    rows = await learning.attempts(session, user_id, roadmap_id, concept_id, limit)
    versions = {row.version for row in rows}
    quizzes = {version: (await quiz_of(session, roadmap_id, concept_id, version))[1] for version in versions}
    return [_attempt(row, graded(quizzes[row.version], row.answers)) for row in rows]


def _attempt(row: QuizAttemptRow, marks: list[QuizMark]) -> QuizAttempt:
    stored = row.model_dump(exclude={"user_id", "answers"})
    return QuizAttempt(**stored, score=row.correct / row.questions, marks=marks)


async def _go_on(session: Session, user_id: str) -> GoOn | None:
    for roadmap_id in await learning.last_used(session, user_id):
        framework = roadmaps.framework_of(await roadmaps.get_roadmap_metadata(session, roadmap_id))
        marks = (await learning.marks(session, user_id, [roadmap_id]))[roadmap_id]
        if (concept := to_go_on_with(framework, marks)) is not None:
            title = framework.title
            return GoOn(roadmap_id=roadmap_id, title=title, concept_id=concept.concept_id, name=concept.name)
    return None


def to_go_on_with(framework: Framework, marks: Mapping[str, learning.Marked]) -> Concept | None:
    """Return the concept to go on with. `marks`: those of a learner, by concept id."""
    learned = {concept_id for concept_id, marked in marks.items() if marked.mark in LEARNED}
    return next_concept(framework, learned, marks.keys() - learned)


async def _progress(session: Session, roadmap_id: str, user_id: str) -> Progress:
    names = await roadmaps.concept_names(session, roadmap_id)
    marks = (await learning.marks(session, user_id, [roadmap_id]))[roadmap_id]
    done_at = {concept_id: marked.at for concept_id, marked in marks.items() if marked.mark in LEARNED}
    tries = await learning.tries(session, user_id, roadmap_id)
    removed = sorted((set(marks) | set(tries)) - set(names))
    concepts = [
        ConceptProgress(
            concept_id=concept_id,
            name=names.get(concept_id, ""),
            mark=marks[concept_id].mark if concept_id in marks else None,
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


async def check_concept(session: Session, roadmap_id: str, concept_id: str) -> None:
    """Check that a concept is part of the roadmap, or once was. Raises NotFound."""
    names = await roadmaps.concept_names(session, roadmap_id)
    if concept_id not in names and await last_structure_with(session, roadmap_id, concept_id) is None:
        raise NotFound(f"There is no concept {concept_id} in {roadmap_id}.")


async def quiz_of(session: Session, roadmap_id: str, concept_id: str, version: int | None) -> tuple[int, Quiz]:
    """Return a version of a quiz, the newest if `version` is None. Raises NotFound."""
    rows = await content_queries.versions_of(session, roadmap_id, concept_id, ContentType.QUIZ, version)
    try:
        if rows:
            return rows[0].version, Quiz.model_validate(rows[0].payload)
    except ValidationError:
        pass  # a quiz of the legacy system that cannot be answered
    which = "" if version is None else f" in version {version}"
    raise NotFound(f"Concept {concept_id} of {roadmap_id} has no quiz{which}.")
