"""A quiz that is written beside its lesson names the sections that answer it, and wrong answers lead there."""

from collections.abc import Sequence
from typing import Any

from domain.contents import Quiz
from domain.vocabulary import ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor, quiz_for

CONCEPT = "c-1-1-1"


def unsure(brief: Brief[Any], objections: Sequence[str]) -> Quiz:
    """Name a section that the lesson does not have, and another one when asked again."""
    quiz = quiz_for(brief)
    first = quiz.questions[0].heading
    heading = first if objections or not first else "Conclusion"
    return quiz.model_copy(
        update={"questions": [one.model_copy(update={"heading": heading}) for one in quiz.questions]}
    )


async def test_a_quiz_that_names_no_section_of_its_lesson_is_asked_for_again(settings: Settings) -> None:
    author = ScriptedAuthor({AuthorRole.QUIZ: unsure})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        created = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        assert created.status is TaskStatus.COMPLETED
        assert created.roadmap_id is not None
        asked = author.times_asked()[AuthorRole.QUIZ, CONCEPT]
        retry = await orchestrator.retry(created.roadmap_id, CONCEPT, ContentType.QUIZ)
        assert (await orchestrator.wait(retry.task_id)).status is TaskStatus.COMPLETED
        assert author.times_asked()[AuthorRole.QUIZ, CONCEPT] == asked + 2
        newest = (await orchestrator.contents.versions(created.roadmap_id, CONCEPT, ContentType.QUIZ))[0]
        assert newest.doubts == []
        assert {question["heading"] for question in newest.payload["questions"]} == {"One"}
        attempt = await orchestrator.learning.submit(
            created.roadmap_id, CONCEPT, "u", attempt_id="a", version=newest.version, answers=[[1], [1], [1]]
        )
        assert [mark.heading for mark in attempt.attempt.marks] == ["One", "One", "One"]
