"""The author without a model. It needs no network; for experiments it can be slow or fail on purpose.

For the goal of a recorded course it plays the answers of a chat model back, and writes the rest by rules.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel

from domain.authors import RULES, AuthorKind
from domain.contents import QuizKey
from domain.course.drafts import BookDraft, ConceptPlans
from domain.errors import InvalidInput, RunFailed
from domain.request import Preferences
from domain.text.instructions import read_wishes
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from nodes.authors.port import AuthorAnswer, Usage
from nodes.offline.contents import write_lesson, write_quiz, write_resources, write_worksheet
from nodes.offline.edits import plan_edits, write_new_parts
from nodes.offline.plan import outline_of, write_framework, write_intent, write_review, write_stage_parts
from nodes.offline.playback import course_for, recorded_answer
from nodes.offline.recordings import RecordedCourse


class OfflineAuthor:
    """An author that gives the same answer to the same brief.

    One that plays a course (`for_goal`) is of the kind `recording`: its answers are checked as those of a model are.

    Every call takes `latency` seconds. `fail` names contents that fail on purpose, as `content_type` or
    `content_type@concept_id`. `log` is a file in which every call leaves two lines of JSON, when it begins and when
    it ends: an account of what was bought that no database keeps.
    """

    name = RULES
    most_concepts: int | None = None

    def __init__(
        self,
        *,
        latency: float = 0.0,
        fail: Collection[str] = (),
        log: Path | None = None,
        course: RecordedCourse | None = None,
    ) -> None:
        """`course`: what is played back."""
        self._latency = latency
        self._fail = frozenset(entry.strip() for entry in fail)
        self._log = log
        self._course = course

    @property
    def kind(self) -> AuthorKind:
        return "rules" if self._course is None else "recording"

    def for_goal(self, preferences: Preferences, max_concepts: int, weeks: float | None) -> "OfflineAuthor":
        """Return the author of a run: one that plays the recorded course of this goal where there is one."""
        course = course_for(preferences, max_concepts, weeks)
        if course is None:
            return self
        return OfflineAuthor(latency=self._latency, fail=self._fail, log=self._log, course=course)

    def most(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> Usage:  # noqa: ARG002
        """Return no usage: calls cost nothing."""
        return Usage()

    async def write(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> AuthorAnswer:  # noqa: ARG002
        """Raises RunFailed for a content in `fail`, and for instructions that rules cannot follow."""
        self._note("begin", brief)
        if self._latency > 0:
            await asyncio.sleep(self._latency)
        try:
            if isinstance(brief, ContentBrief):
                self._fail_if_told(brief)
                if brief.instructions:  # those of a modification are for its plan; no others can be followed
                    read_wishes(brief.instructions)
            words, model = await asyncio.to_thread(self._answered, brief)  # it reads files at first
        except InvalidInput as error:
            raise RunFailed(f"{error}") from error
        answer = AuthorAnswer(content=words.model_dump(mode="json"), model=model, finish_reason="stop")
        self._note("end", brief)
        return answer

    def _answered(self, brief: "Brief[Any]") -> tuple[BaseModel, str]:
        """Return an answer and the name of its author: the recording where it holds one, else rules."""
        played = None if self._course is None else recorded_answer(self._course, brief)
        if self._course is None or played is None:
            return _written(brief), RULES
        return played, self._course.author

    def _note(self, moment: Literal["begin", "end"], brief: "Brief[Any]") -> None:
        if self._log is None:
            return
        asked: Any = brief
        preferences = asked.preferences if hasattr(brief, "preferences") else asked.request.preferences
        line: dict[str, Any] = {"at": time.time(), "moment": moment, "role": brief.role, "pid": os.getpid()}
        line["goal"] = preferences.learning_goal
        if isinstance(brief, ContentBrief):
            line |= {"concept_id": brief.concept.concept_id, "instructions": brief.instructions}
        with self._log.open("a", encoding="utf-8") as log:  # one short write: lines of several processes do not mix
            log.write(json.dumps(line) + "\n")

    def _fail_if_told(self, brief: "ContentBrief[Any]") -> None:
        wanted = f"{brief.content_type}@{brief.concept.concept_id}"
        if self._fail & {brief.content_type.value, wanted}:
            raise RunFailed(f"the offline author was told to fail {wanted} by ROADMAP_OFFLINE_FAIL; unset it and retry")


def _written(brief: "Brief[Any]") -> BaseModel:
    """Return the answer to a brief; content types of other packages bring their own rules, or none."""
    if brief.role not in _WRITERS and isinstance(brief, ContentBrief):
        written: BaseModel = brief.write_by_rules()
        return written
    return _WRITERS[brief.role](brief)


_WRITERS: Final[dict[AuthorRole, Callable[[Any], BaseModel]]] = {
    AuthorRole.INTENT: lambda brief: write_intent(brief.request),
    AuthorRole.FRAMEWORK: lambda brief: write_framework(brief.request.preferences, brief.max_concepts, brief.weeks),
    AuthorRole.OUTLINE: lambda brief: outline_of(
        write_framework(brief.request.preferences, brief.max_concepts, brief.weeks)
    ),
    AuthorRole.STAGE: write_stage_parts,
    AuthorRole.STRUCTURE_REVIEW: lambda brief: write_review(brief.request, brief.framework),
    AuthorRole.EDIT_PLAN: plan_edits,
    AuthorRole.NEW_PARTS: write_new_parts,
    AuthorRole.COURSE_BOOK: lambda _: BookDraft(glossary=[]),  # rules know no subject, so runs do not ask for a book
    AuthorRole.CONCEPT_PLANS: lambda _: ConceptPlans(plans=[]),
    AuthorRole.TUTORIAL: write_worksheet,
    AuthorRole.LESSON: write_lesson,
    AuthorRole.RESOURCES: write_resources,
    AuthorRole.QUIZ: write_quiz,
    AuthorRole.QUIZ_KEY: lambda _: QuizKey(answers=[]),  # rules know no subject
}
