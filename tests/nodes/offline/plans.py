"""Briefs and frameworks for tests of the offline author."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.editing.edits import apply_edits
from domain.editing.review import EditPlan, Issue, NewParts
from domain.framework import Concept, Framework, FrameworkDraft
from domain.identity import identify
from domain.request import LearningRequest, Level, Preferences
from nodes.authors.briefs import (
    Brief,
    ContentBrief,
    EditPlanBrief,
    FrameworkBrief,
    IntentBrief,
    NewPartsBrief,
    QuizBrief,
    ResourcesBrief,
    TutorialBrief,
)
from nodes.offline.author import OfflineAuthor
from tests.support.deadlines import weeks_of

T = TypeVar("T", bound=BaseModel)

GOALS = [
    "become a backend engineer in Go",
    "Learn Python for data analysis",
    "learn Spanish",
    "play the guitar",
    "restore old furniture and upholster chairs",
    "学习机器学习",
    "我想成为一名木匠",
    "أريد أن أتعلم البرمجة بلغة بايثون",
    "ללמוד לנגן בפסנתר",
    "プログラミングを学びたい",
    '\'; DROP TABLE users; -- <script>alert("hi")</script> 🎸🔥 `code` | **bold** [x](y)',
    "🎸🎸🎸",
    "...",
    "a\tb\nc \u202e reversed \u0007",
    "x" * 2000,
]
LEVELS: list[Level] = ["beginner", "intermediate", "advanced"]

goals = st.one_of(
    st.sampled_from(GOALS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200).filter(
        lambda text: bool(text.strip())
    ),
)


async def write(brief: Brief[T], author: OfflineAuthor | None = None) -> T:
    answer = await (author or OfflineAuthor()).write(brief)
    assert (answer.model, answer.tokens_in, answer.tokens_out, answer.cost) == ("offline", 0, 0, 0.0)
    assert answer.finish_reason == "stop"
    return cast(T, brief.shape.model_validate(answer.content))


def preferences(goal: str, **values: Any) -> Preferences:
    return Preferences(learning_goal=goal, **values)


async def draft_for(wanted: Preferences, max_concepts: int = 60) -> FrameworkDraft:
    request = LearningRequest(preferences=wanted)
    intent = await write(IntentBrief(request=request))
    return await write(
        FrameworkBrief(
            request=request, intent=intent, max_concepts=max_concepts, weeks=weeks_of(wanted.target_deadline)
        )
    )


def concepts_of(draft: FrameworkDraft) -> list[Any]:
    return [concept for stage in draft.stages for module in stage.modules for concept in module.concepts]


def content_briefs(wanted: Preferences, draft: FrameworkDraft, **values: Any) -> Iterator[ContentBrief[Any]]:
    number = 0
    for stage in draft.stages:
        for module in stage.modules:
            for concept in module.concepts:
                number += 1
                for brief in (TutorialBrief, ResourcesBrief, QuizBrief):
                    yield brief(
                        preferences=wanted,
                        roadmap_title=draft.title,
                        stage_name=stage.name,
                        module_name=module.name,
                        concept=Concept(concept_id=f"c-1-1-{number}", **concept.model_dump()),
                        prerequisite_names=concept.prerequisites,
                        **values,
                    )


def first_brief(
    goal: str, kind: type[ContentBrief[Any]] = TutorialBrief, name: str = "Ownership and moves", **values: Any
) -> Any:
    concept = Concept(concept_id="c-1-1-2", name=name, estimated_hours=3.5, keywords=["ownership", "move"])
    defaults: dict[str, Any] = {
        "preferences": preferences(goal),
        "roadmap_title": "Rust, from the ground up",
        "stage_name": "Rust foundations",
        "module_name": "Ownership",
        "concept": concept,
        "prerequisite_names": [],
    }
    return kind(**(defaults | values))


async def framework_for(goal: str) -> Framework:
    """What a creation would have after curriculum design, at five hours a week."""
    framework, issues = identify(await draft_for(preferences(goal)), "r-00000000", 5)
    assert not issues
    return framework


MAX_CONCEPTS = 20


async def edited(
    framework: Framework,
    feedback: str = "",
    *,
    issues: list[Issue] | None = None,
    language: str = "en",
    max_concepts: int = MAX_CONCEPTS,
) -> tuple[Framework, EditPlan]:
    """The framework after the plan that the offline author makes for these words or issues."""
    author = OfflineAuthor()
    preferences = Preferences(learning_goal="learn Go", primary_language=language)
    brief = EditPlanBrief(
        preferences=preferences,
        framework=framework,
        issues=issues or [],
        feedback=feedback,
        max_concepts=max_concepts,
    )
    plan = EditPlan.model_validate((await author.write(brief)).content)
    parts_brief = NewPartsBrief(preferences=preferences, framework=framework, plan=plan)
    parts = NewParts.model_validate((await author.write(parts_brief)).content)
    after, refused = apply_edits(framework, plan, parts, hours_per_week=5)
    assert not [issue for issue in refused if issue.category == "operation_refused"]
    return after, plan


def names(framework: Framework) -> list[str]:
    return [
        name
        for stage in framework.stages
        for name in (
            stage.name,
            *(module.name for module in stage.modules),
            *(concept.name for module in stage.modules for concept in module.concepts),
        )
    ]
