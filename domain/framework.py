"""The learning structure: Framework > Stage > Module > Concept, without contents.

An author writes the draft shapes (names only); domain/identity.py turns a draft into a Framework.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field

Difficulty = Literal["easy", "medium", "hard"]
Hours = Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class ConceptDraft(BaseModel):
    """A concept as an author writes it; prerequisites are names of other concepts."""

    name: Name
    description: str
    estimated_hours: Hours
    prerequisites: list[str] = []
    difficulty: Difficulty = "medium"
    keywords: list[str] = []


class ModuleDraft(BaseModel):
    name: Name
    description: str
    concepts: list[ConceptDraft]


class StageDraft(BaseModel):
    name: Name
    description: str
    modules: list[ModuleDraft]


class FrameworkDraft(BaseModel):
    title: Name
    stages: list[StageDraft]


class Concept(BaseModel):
    """The smallest part that is taught; prerequisites are concept ids."""

    concept_id: str
    name: str
    description: str = ""
    estimated_hours: float = 1.0
    prerequisites: list[str] = []
    difficulty: Difficulty = "medium"
    keywords: list[str] = []


class Module(BaseModel):
    module_id: str
    name: str
    description: str = ""
    concepts: list[Concept] = []


class Stage(BaseModel):
    stage_id: str
    name: str
    description: str = ""
    order: int
    modules: list[Module] = []


class Place(NamedTuple):
    """One concept and where it stands."""

    stage: Stage
    module: Module
    concept: Concept


class Framework(BaseModel):
    """The three-level tree of a roadmap. Hours are hours of study, weeks are calendar weeks."""

    roadmap_id: str
    title: str
    stages: list[Stage] = []
    total_estimated_hours: float = 0.0
    recommended_completion_weeks: int = 0

    def walk(self) -> Iterator[Place]:
        """Every concept in learning order."""
        for stage in self.stages:
            for module in stage.modules:
                for concept in module.concepts:
                    yield Place(stage, module, concept)

    def concepts(self) -> list[Concept]:
        return [place.concept for place in self.walk()]

    def find(self, concept_id: str) -> Place | None:
        return next((place for place in self.walk() if place.concept.concept_id == concept_id), None)
