"""The author that needs no network and no key: it writes by rules and says so, and is slow or failing when told."""

import asyncio
import json
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Literal, assert_never, cast

from pydantic import BaseModel

from domain.contents import QuizKey
from domain.errors import RunFailed
from nodes.authors.offline_texts.edits import plan_edits
from nodes.authors.offline_texts.frameworks import write_framework
from nodes.authors.offline_texts.new_parts import write_new_parts
from nodes.authors.offline_texts.quizzes import write_quiz
from nodes.authors.offline_texts.resources import write_resources
from nodes.authors.offline_texts.slices import write_outline, write_stage_parts
from nodes.authors.offline_texts.tutorials import write_tutorial
from nodes.authors.offline_texts.understanding import review, understand
from nodes.authors.port import (
    AuthorAnswer,
    Brief,
    ContentBrief,
    EditPlanBrief,
    FrameworkBrief,
    IntentBrief,
    KnownBrief,
    NewPartsBrief,
    OutlineBrief,
    QuizBrief,
    QuizKeyBrief,
    ResourcesBrief,
    StageBrief,
    StructureReviewBrief,
    TutorialBrief,
    Usage,
)


class OfflineAuthor:
    """Writes by rules from the texts of offline_texts: the same brief gives the same words.

    `latency` is slept by every call, in seconds. `fail` names contents that fail on purpose, as `content_type` or
    `content_type@concept_id`. `log` is a file in which every call leaves two lines of JSON, when it begins and when
    it ends: an account of what was bought that no database keeps.
    """

    name = "offline"
    most_concepts: int | None = None

    def __init__(self, *, latency: float = 0.0, fail: Collection[str] = (), log: Path | None = None) -> None:
        self._latency = latency
        self._fail = frozenset(entry.strip() for entry in fail)
        self._log = log

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:  # noqa: ARG002
        """It costs nothing."""
        return Usage()

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:  # noqa: ARG002
        """Raises RunFailed for a content that was told to fail. Objections change nothing: rules do not learn."""
        self._note("begin", brief)
        if self._latency > 0:
            await asyncio.sleep(self._latency)
        if isinstance(brief, ContentBrief):
            self._fail_if_told(brief)
        answer = AuthorAnswer(content=_words_for(brief).model_dump(mode="json"), model=self.name, finish_reason="stop")
        self._note("end", brief)
        return answer

    def _note(self, moment: Literal["begin", "end"], brief: Brief[Any]) -> None:
        if self._log is None:
            return
        asked = cast(KnownBrief, brief)
        if isinstance(asked, IntentBrief | FrameworkBrief | OutlineBrief | StageBrief | StructureReviewBrief):
            preferences = asked.request.preferences
        else:
            preferences = asked.preferences
        line: dict[str, Any] = {"at": time.time(), "moment": moment, "role": brief.role, "pid": os.getpid()}
        line["goal"] = preferences.learning_goal
        if isinstance(brief, ContentBrief):
            line |= {"concept_id": brief.concept.concept_id, "instructions": brief.instructions}
        with self._log.open("a", encoding="utf-8") as log:  # one short write: lines of several processes do not mix
            log.write(json.dumps(line) + "\n")

    def _fail_if_told(self, brief: ContentBrief[Any]) -> None:
        wanted = f"{brief.content_type}@{brief.concept.concept_id}"
        if self._fail & {brief.content_type.value, wanted}:
            raise RunFailed(f"the offline author was told to fail {wanted} by ROADMAP_OFFLINE_FAIL; unset it and retry")


def _words_for(brief: Brief[Any]) -> BaseModel:
    known = cast(KnownBrief, brief)  # the port has these briefs and no others
    match known:
        case IntentBrief():
            return understand(known.request)
        case FrameworkBrief():
            return write_framework(known.request.preferences, known.max_concepts, known.weeks)
        case OutlineBrief():
            return write_outline(known)
        case StageBrief():
            return write_stage_parts(known)
        case StructureReviewBrief():
            return review(known.request, known.framework, known.weeks)
        case EditPlanBrief():
            return plan_edits(known)
        case NewPartsBrief():
            return write_new_parts(known)
        case TutorialBrief():
            return write_tutorial(known)
        case ResourcesBrief():
            return write_resources(known)
        case QuizBrief():
            return write_quiz(known)
        case QuizKeyBrief():
            return QuizKey(answers=[])  # rules know no subject
        case _ as unreachable:
            assert_never(unreachable)
