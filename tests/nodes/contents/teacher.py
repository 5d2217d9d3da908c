"""An author of lessons, and of what is made from them, that notes which lesson a brief has."""

from collections.abc import Sequence
from typing import Any

from domain.contents import KeyAnswer, Quiz, QuizKey, Resources, Tutorial
from domain.errors import RunFailed
from domain.mending import Critique, Remark
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief, QuizCritiqueBrief, QuizKeyBrief
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL, ScriptedAuthor


class Teacher(ScriptedAuthor):
    """Notes the lesson of every brief; lessons of the concepts in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        super().__init__(
            {
                AuthorRole.TUTORIAL: self._lesson,
                AuthorRole.RESOURCES: self._links,
                AuthorRole.QUIZ: self._quiz,
                AuthorRole.CRITIQUE: self._critique,
                AuthorRole.QUIZ_KEY: self._key,
            }
        )
        self.broken = set(broken)
        self.lessons: dict[tuple[str, str], tuple[str, str]] = {}
        """(text, hash) of the lesson in a brief, by concept id and content type."""

    def _lesson(self, brief: Brief[Any], _: Sequence[str]) -> Tutorial:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id in self.broken:
            raise RunFailed("no luck")
        return TUTORIAL.model_copy(update={"content": f"{TUTORIAL.content}\nAbout {brief.concept.name}.\n"})

    def _links(self, brief: Brief[Any], _: Sequence[str]) -> Resources:
        self._note(brief)
        return RESOURCES

    def _quiz(self, brief: Brief[Any], _: Sequence[str]) -> Quiz:
        self._note(brief)
        return QUIZ

    def _critique(self, brief: Brief[Any], _: Sequence[str]) -> Critique:
        """Mend a word of each lesson and of a question of each quiz."""
        of_quiz = isinstance(brief, QuizCritiqueBrief)
        quote, mend = ("What is 1 and one?", "What are 1 and one?") if of_quiz else ("A short", "A brief")
        return Critique(findings=[Remark(quote=quote, problem="A word.", severity="warning", mend=mend)])

    def _key(self, brief: Brief[Any], _: Sequence[str]) -> QuizKey:
        assert isinstance(brief, QuizKeyBrief)
        return QuizKey(answers=[KeyAnswer(question_id=one.question_id, correct_answer=[0]) for one in brief.questions])

    def _note(self, brief: Brief[Any]) -> None:
        assert isinstance(brief, ContentBrief)
        self.lessons[brief.concept.concept_id, brief.content_type] = brief.lesson, brief.lesson_hash
