"""The learning structure: Framework > Stage > Module > Concept, without contents.

An author writes the draft shapes (names only); domain/identity.py turns a draft into a Framework.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from domain.text.names import MAX_NAME_LENGTH, tidy_name

Difficulty = Literal["easy", "medium", "hard"]
Hours = Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)]
Name = Annotated[
    str,
    BeforeValidator(tidy_name),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_LENGTH),
]

MAX_ID_LENGTH = 1000
"""Maximum length of a concept id in bytes, limited by the database's indexes."""


def _filled(description: str) -> Any:
    """Tell models with strict schemas to leave no part empty; empty parts of other models are repaired by editing."""
    return Field(json_schema_extra={"minItems": 1}, description=description)


class ConceptDraft(BaseModel):
    """A concept as an author writes it; prerequisites are names of other concepts."""

    name: Name = Field(description="Name of the concept, unique in the roadmap.")
    description: str = Field(description="What is learned, one or two sentences.")
    estimated_hours: Hours = Field(description="Hours of study that the concept takes, such as 1.5.")
    prerequisites: list[str] = Field(default=[], description="Exact names of concepts that come earlier.")
    difficulty: Difficulty = Field(default="medium", description="For the learner whom the data describes.")
    keywords: list[str] = Field(default=[], description="Terms that the concept is about, one to three words each.")


class ModuleDraft(BaseModel):
    name: Name = Field(description="Name of the module, unique in the roadmap.")
    description: str = Field(description="What its concepts have in common, one or two sentences.")
    concepts: list[ConceptDraft] = _filled("Its concepts, in learning order.")


class StageDraft(BaseModel):
    name: Name = Field(description="Name of the stage, unique in the roadmap.")
    description: str = Field(description="What the learner can do after the stage, one or two sentences.")
    modules: list[ModuleDraft] = _filled("Its modules, in learning order.")


class FrameworkDraft(BaseModel):
    title: Name = Field(description="Title of the roadmap.")
    stages: list[StageDraft] = _filled("The stages, in learning order.")


class StageOutline(BaseModel):
    """A stage before its modules are written; `concepts` is the number that it should have."""

    name: Name = Field(description="Name of the stage, unique in the roadmap.")
    description: str = Field(description="What the learner can do after the stage, one or two sentences.")
    concepts: int = Field(ge=1, le=1000, description="Number of concepts that the stage will hold.")
    hours: float | None = Field(
        default=None, ge=0, le=100_000, allow_inf_nan=False, description="Hours of study that the stage takes."
    )

    @model_serializer(mode="wrap")
    def _without_unknown_hours(self, serialized: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out hours that an author did not say: outlines of older answers are a part of ledger keys."""
        fields: dict[str, Any] = serialized(self)
        return {name: value for name, value in fields.items() if name != "hours" or value is not None}


class Outline(BaseModel):
    """The outline of a large framework, whose stages are then written one by one."""

    title: Name = Field(description="Title of the roadmap.")
    stages: list[StageOutline] = Field(min_length=1, description="The stages, in learning order.")


class StageParts(BaseModel):
    """The modules of one stage of an outline."""

    modules: list[ModuleDraft] = Field(min_length=1, description="The modules of the stage, in learning order.")


class FrameworkPart(BaseModel):
    """A part of a stored structure. Parts of the legacy system may lack fields or contain null."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, stored: Any) -> Any:
        if isinstance(stored, dict) and None in stored.values():
            return {name: value for name, value in stored.items() if value is not None}
        return stored


class Concept(FrameworkPart):
    """The smallest unit of learning; prerequisites are concept ids."""

    concept_id: str
    name: str = ""
    description: str = ""
    estimated_hours: float = 1.0
    prerequisites: list[str] = []
    difficulty: Difficulty = "medium"
    keywords: list[str] = []

    @field_validator("difficulty", mode="before")
    @classmethod
    def _known(cls, word: Any) -> Any:
        return word if word in get_args(Difficulty) else "medium"


class Module(FrameworkPart):
    module_id: str = ""
    name: str = ""
    description: str = ""
    concepts: list[Concept] = []

    @field_validator("concepts", mode="before")
    @classmethod
    def _with_ids(cls, stored: Any) -> Any:
        """Drop concepts without a valid id, for which no contents can exist."""
        if not isinstance(stored, list):
            return stored
        return [part for part in stored if isinstance(part, Concept) or _has_an_id(part)]


class Stage(FrameworkPart):
    stage_id: str = ""
    name: str = ""
    description: str = ""
    order: int = 0
    modules: list[Module] = []


def _has_an_id(stored: Any) -> bool:
    identifier = stored.get("concept_id") if isinstance(stored, dict) else None
    return isinstance(identifier, str) and 0 < len(identifier.encode()) <= MAX_ID_LENGTH


class ConceptPlace(NamedTuple):
    """A concept with its stage and module."""

    stage: Stage
    module: Module
    concept: Concept


class Framework(FrameworkPart):
    """The three-level tree of a roadmap. Hours are hours of study, weeks are calendar weeks."""

    roadmap_id: str
    title: str = ""
    stages: list[Stage] = []
    total_estimated_hours: float = 0.0
    recommended_completion_weeks: int = 0

    def walk(self) -> Iterator[ConceptPlace]:
        """Yield every concept in learning order."""
        for stage in self.stages:
            for module in stage.modules:
                for concept in module.concepts:
                    yield ConceptPlace(stage, module, concept)

    def concepts(self) -> list[Concept]:
        """Return all concepts in learning order."""
        return [place.concept for place in self.walk()]

    def find(self, concept_id: str) -> ConceptPlace | None:
        """Return a concept with its place, None if there is none."""
        return next((place for place in self.walk() if place.concept.concept_id == concept_id), None)
