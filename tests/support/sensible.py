"""What the provider of the tests says when nothing goes wrong: small answers that pass every check."""

from collections.abc import Mapping
from typing import Any, Final

from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, Outline, StageDraft, StageOutline, StageParts
from nodes.authors.briefs import AuthorRole
from tests.support.authors import DEFAULTS, concept_plans, course_book, quiz_of

CONCEPTS_A_STAGE: Final = 10
MAX_CONCEPTS: Final = 30


def sensible_answer(role: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """By role and data. As many concepts as `max_concepts` allows, at most 30, in stages of ten."""
    concepts = min(MAX_CONCEPTS, int(data.get("max_concepts", MAX_CONCEPTS)))
    match AuthorRole(role):
        case AuthorRole.FRAMEWORK:
            return _framework(concepts).model_dump(mode="json")
        case AuthorRole.OUTLINE:
            return _outline(concepts).model_dump(mode="json")
        case AuthorRole.STAGE:
            return _stage(data).model_dump(mode="json")
        case AuthorRole.COURSE_BOOK:
            return course_book(stage["id"] for stage in data["roadmap"]["stages"]).model_dump(mode="json")
        case AuthorRole.CONCEPT_PLANS:
            return concept_plans({one["id"]: one["minutes"] for one in data["concepts"]}).model_dump(mode="json")
        case AuthorRole.QUIZ:
            outcomes = [one["id"] for one in data["concept"].get("outcomes", [])]
            return quiz_of(data.get("lesson", ""), outcomes).model_dump(mode="json")
        case other:
            return DEFAULTS[other].model_dump(mode="json")


def _framework(concepts: int) -> FrameworkDraft:
    outline = _outline(concepts)
    stages: list[StageDraft] = []
    for stage in outline.stages:
        parts = _parts(stage.name, stage.concepts)
        stages.append(StageDraft(name=stage.name, description="", modules=parts.modules))
    return FrameworkDraft(title=outline.title, stages=stages)


def _outline(concepts: int) -> Outline:
    sizes = [min(CONCEPTS_A_STAGE, concepts - start) for start in range(0, concepts, CONCEPTS_A_STAGE)]
    stages = [
        StageOutline(name=f"Stage {number}", description="", concepts=size) for number, size in enumerate(sizes, 1)
    ]
    return Outline(title="A roadmap", stages=stages)


def _stage(data: Mapping[str, Any]) -> StageParts:
    return _parts(data["stage"]["name"], int(data["concepts_wanted"]))


def _parts(stage: str, concepts: int) -> StageParts:
    drafts = [
        ConceptDraft(
            name=f"{stage}, idea {number}",
            description="An idea.",
            estimated_hours=1,
            prerequisites=[f"{stage}, idea {number - 1}"] if number > 1 else [],
        )
        for number in range(1, concepts + 1)
    ]
    return StageParts(modules=[ModuleDraft(name=f"Module of {stage}", description="", concepts=drafts)])
