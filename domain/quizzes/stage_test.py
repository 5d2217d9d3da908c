"""The test of a stage: questions of its quizzes mixed with some of earlier stages, chosen without a model."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from domain.contents import OpenQuestion, Quiz
from domain.quizzes.grading import opened

MAX_QUESTIONS: Final = 12
MAX_EARLIER_QUESTIONS: Final = 4
"""Of concepts of earlier stages; they are at most half as many as those of the stage."""


class StageQuestion(OpenQuestion):
    """A question of a stage's test, without its key. The first three fields are sent back with the answer."""

    concept_id: str
    version: int
    """Of the quiz that it is from."""
    concept_name: str


def mixed(
    own: Sequence[str],
    earlier: Sequence[str],
    quizzes: Mapping[str, tuple[int, Quiz]],
    names: Mapping[str, str],
    seed: str,
) -> list[StageQuestion]:
    """Return the questions of a test, the same for the same seed and quizzes.

    `own`: ids of the stage's concepts; `earlier`: those of earlier stages; `quizzes`: version and quiz by concept.
    """

    def pool(concept_ids: Sequence[str]) -> list[StageQuestion]:
        by_concept = [_shuffled(concept_id, quizzes[concept_id], names, seed) for concept_id in concept_ids
                      if concept_id in quizzes]  # fmt: skip
        by_concept.sort(key=lambda questions: _rank(seed, questions[0].concept_id) if questions else "")
        turns = max(map(len, by_concept), default=0)
        return [questions[turn] for turn in range(turns) for questions in by_concept if turn < len(questions)]

    of_stage, before = pool(own), pool(earlier)
    before = before[: min(MAX_EARLIER_QUESTIONS, len(of_stage) // 2)]
    of_stage = of_stage[: MAX_QUESTIONS - len(before)]
    return _interleaved(of_stage, before)


def _shuffled(concept_id: str, quiz: tuple[int, Quiz], names: Mapping[str, str], seed: str) -> list[StageQuestion]:
    version, content = quiz
    questions = [
        StageQuestion(
            **opened(question).model_dump(),
            concept_id=concept_id,
            version=version,
            concept_name=names.get(concept_id, ""),
        )
        for question in content.questions
    ]
    return sorted(questions, key=lambda question: _rank(seed, concept_id, question.question_id))


def _rank(*parts: str) -> str:
    """Return what orders things as if by chance, on every machine alike."""
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _interleaved(first: Sequence[StageQuestion], second: Sequence[StageQuestion]) -> list[StageQuestion]:
    """Return both, each spread evenly over the whole."""
    placed = [((index + 0.5) / len(part), question) for part in (first, second) for index, question in enumerate(part)]
    return [question for _, question in sorted(placed, key=lambda pair: pair[0])]
