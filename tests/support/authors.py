"""An author that follows a script and remembers what it was asked: the oracle of what was bought."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from domain.authors import AuthorKind
from domain.checks.prose.markdown import outline
from domain.contents import Question, Quiz, QuizKey, Resource, Resources, Tutorial
from domain.course.book import RunningExample, Term, Tool
from domain.course.drafts import (
    BookDraft,
    ConceptPlans,
    LessonDraft,
    PlanDraft,
    ProjectDraft,
    ProjectStepDraft,
)
from domain.editing.review import EditPlan, NewParts, StructureReview
from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, Outline, StageDraft, StageOutline, StageParts
from domain.mending import Critique
from domain.request import Intent
from nodes.authors.briefs import AuthorRole, Brief, ConceptPlansBrief, ContentBrief, CourseBookBrief
from nodes.authors.port import AuthorAnswer, Usage

Reply = Callable[[Brief[Any], Sequence[str]], BaseModel | Mapping[str, Any]]
"""What to say to a brief and the objections so far; may raise."""


def framework_draft(concepts: int = 2) -> FrameworkDraft:
    """One stage, one module, concepts `A1`, `A2`, ... that need each the one before."""
    drafts = [
        ConceptDraft(
            name=f"A{number}",
            description="",
            estimated_hours=2,
            prerequisites=[f"A{number - 1}"] if number > 1 else [],
        )
        for number in range(1, concepts + 1)
    ]
    module = ModuleDraft(name="M", description="", concepts=drafts)
    return FrameworkDraft(title="Scripted", stages=[StageDraft(name="S", description="", modules=[module])])


TEXT = """## One

A short lesson that stands for any other one. It says what the matter is, why anybody should care, and how it looks in
the smallest case that can be tried at home within a few minutes.

## Two

**Exercise.** Change one thing, look at what happens, write down what you expected and what you saw instead. Then
explain the difference to a friend. When both of you agree, the lesson is over, and the next one may build on it.
"""
TUTORIAL = Tutorial(title="T", summary="S", content=TEXT, estimated_completion_time=30, language="en")
LESSON = TUTORIAL.model_copy(
    update={"content": f"{TEXT}\n<details>\n<summary>Solution</summary>\n\nBoth agree.\n\n</details>\n"}
)
"""One of a chain, for some minutes."""
RESOURCES = Resources(
    resources=[
        Resource(title="Go", url="https://go.dev", type="docs", description="", relevance_score=1, language="en")
    ]
)
QUIZ = Quiz(
    questions=[
        Question(
            question_id=f"q{number}",
            question_type="single_choice",
            question=f"What is {number} and one?",
            options=["1", "2"],
            correct_answer=[0],
            explanation="It is counted.",
            difficulty="easy",
        )
        for number in range(3)
    ]
)


def quiz_for(brief: Brief[Any]) -> Quiz:
    """Return QUIZ as a quiz of the lesson and of the outcomes that a brief has."""
    lesson, book = (brief.lesson, brief.book) if isinstance(brief, ContentBrief) else ("", None)
    plan = book.plan_of(brief.concept.concept_id) if book and isinstance(brief, ContentBrief) else None
    return quiz_of(lesson, [one.outcome_id for one in plan.outcomes] if plan else [])


def quiz_of(lesson: str, outcomes: Sequence[str]) -> Quiz:
    """Return QUIZ as a quiz of a lesson in Markdown that asks for every outcome; of none where these are empty."""
    headings = outline(lesson).headings[:1] or [""]
    asked = [QUIZ.questions[number % len(QUIZ.questions)] for number in range(max(len(QUIZ.questions), len(outcomes)))]
    return Quiz(
        questions=[
            question.model_copy(
                update={
                    "question_id": f"q{number}",
                    "question": f"What is {number} and one?",
                    "outcome": outcomes[number % len(outcomes)] if outcomes else "",
                    "heading": headings[0],
                }
            )
            for number, question in enumerate(asked)
        ]
    )


INTENT = Intent(
    parsed_goal="g",
    key_technologies=[],
    difficulty_profile="",
    time_constraint="",
    recommended_focus=[],
    user_profile_summary="",
    skill_gap_analysis=[],
    personalized_suggestions=[],
    estimated_learning_path_type="",
    content_format_weights={},
)


def course_book(stage_ids: Iterable[str]) -> BookDraft:
    """Return a sound shared part of a course book for a roadmap of these stages."""
    return BookDraft(
        glossary=[Term(term="move", meaning="What a player does in turn.", notation="e4")],
        example=RunningExample(title="A game", description="Short.", language="python", code="moves = ['e4', 'e5']"),
        tools=[Tool(name="Python", version="3.12")],
        project=ProjectDraft(
            title="A club", steps=[ProjectStepDraft(stage_id=stage_id, task="Grow it.") for stage_id in stage_ids]
        ),
    )


DEFAULTS: Mapping[AuthorRole, BaseModel] = {
    AuthorRole.INTENT: INTENT,
    AuthorRole.FRAMEWORK: framework_draft(),
    AuthorRole.OUTLINE: Outline(title="Scripted", stages=[StageOutline(name="S", description="", concepts=2)]),
    AuthorRole.STAGE: StageParts(modules=framework_draft().stages[0].modules),
    AuthorRole.STRUCTURE_REVIEW: StructureReview(overall_score=90, validation_summary="fine"),
    AuthorRole.EDIT_PLAN: EditPlan(feedback_summary="", operations=[]),
    AuthorRole.NEW_PARTS: NewParts(parts=[]),
    AuthorRole.TUTORIAL: TUTORIAL,
    AuthorRole.LESSON: LESSON,
    AuthorRole.RESOURCES: RESOURCES,
    AuthorRole.QUIZ: QUIZ,
    AuthorRole.QUIZ_KEY: QuizKey(answers=[]),
    AuthorRole.CRITIQUE: Critique(findings=[]),
}


def concept_plans(minutes: Mapping[str, int]) -> ConceptPlans:
    """Return sound plans of concepts with these minutes, by id."""
    return ConceptPlans(plans=[_plan(concept_id, minutes_of) for concept_id, minutes_of in minutes.items()])


def _plan(concept_id: str, minutes: int) -> PlanDraft:
    lessons = -(-minutes // 45)
    parts = [LessonDraft(title=f"Part {number}", minutes=minutes // lessons) for number in range(1, lessons + 1)]
    outcomes = [f"can {verb} {concept_id}" for verb in ("explain", "use", "judge")]
    return PlanDraft(concept_id=concept_id, outcomes=outcomes, teaches=f"{concept_id} alone.", lessons=parts)


def nothing(_: Brief[Any], __: Sequence[str]) -> dict[str, Any]:
    """A reply in which there is nothing to read."""
    return {}


def default_reply(brief: Brief[Any]) -> BaseModel:
    """Return what an author without a script says to a brief."""
    if isinstance(brief, CourseBookBrief):
        return course_book(stage.stage_id for stage in brief.framework.stages)
    if isinstance(brief, ConceptPlansBrief):
        concepts = brief.framework.concepts()
        return concept_plans(
            {one.concept_id: round(60 * one.estimated_hours) for one in concepts if one.concept_id in brief.concept_ids}
        )
    return quiz_for(brief) if brief.role is AuthorRole.QUIZ else DEFAULTS[brief.role]


@dataclass
class ScriptedAuthor:
    """Says what `replies` say for a role, else something small and sound; `latency` in seconds per call."""

    replies: Mapping[AuthorRole, Reply] = field(default_factory=dict)
    latency: float = 0.0
    latencies: dict[AuthorRole, float] = field(default_factory=dict)
    """Of single roles, in place of `latency`."""
    name: str = "scripted"
    asked: list[tuple[AuthorRole, str | None]] = field(default_factory=list)
    """(role, concept id) of every call that began."""
    running: int = 0
    most_at_once: int = 0
    most_concepts: int | None = None
    kind: AuthorKind = "model"
    """As the port has it; a larger framework is asked for in parts."""
    usage: Usage = field(default_factory=lambda: Usage(10, 5, 0.5))
    """Of every call."""

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:  # noqa: ARG002
        cost = None if self.usage.cost is None else 2 * self.usage.cost
        return Usage(self.usage.tokens_in, 2 * self.usage.tokens_out, cost)

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        self.asked.append((brief.role, brief.concept.concept_id if isinstance(brief, ContentBrief) else None))
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            await asyncio.sleep(self.latencies.get(brief.role, self.latency))
            reply = self.replies.get(brief.role)
            said = default_reply(brief) if reply is None else reply(brief, objections)
        finally:
            self.running -= 1
        content = said.model_dump(mode="json") if isinstance(said, BaseModel) else dict(said)
        used = self.usage
        return AuthorAnswer(
            content, self.name, used.tokens_in, used.tokens_out, used.cost, "stop", estimated=used.estimated
        )

    def times_asked(self) -> Counter[tuple[AuthorRole, str | None]]:
        return Counter(self.asked)


class Failing(ScriptedAuthor):
    """Fails in the roles of `broken`."""

    def __init__(self, *broken: AuthorRole) -> None:
        super().__init__()
        self.broken = set(broken)

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        answer = await super().write(brief, objections)
        if brief.role in self.broken:
            raise RuntimeError("no luck")
        return answer
