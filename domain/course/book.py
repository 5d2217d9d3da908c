"""The course book of a roadmap, as it is stored, shown and given to authors with every content.

It is versioned with the framework. A book of another version of the program may lack parts; readers go on without them.
"""

from typing import Any, Final

from pydantic import BaseModel, Field, model_validator

MAX_LESSON_MINUTES: Final = 45
"""Minutes of one lesson of a chain. A concept of about an hour or less is one lesson."""


class BookPart(BaseModel):
    """A part of a stored book; null stands for a part that is left out."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, stored: Any) -> Any:
        if isinstance(stored, dict) and None in stored.values():
            return {name: value for name, value in stored.items() if value is not None}
        return stored


class Term(BookPart):
    """An entry of the glossary, which every lesson uses in this sense and notation."""

    term: str = Field(description="The term as every lesson writes it.")
    meaning: str = Field(default="", description="Its meaning in this course, one sentence.")
    notation: str = Field(default="", description="TeX between dollar signs, or code in backticks; empty without one.")


class RunningExample(BookPart):
    """The example or data set that the lessons share."""

    title: str = Field(description="Name of the example or data set.")
    description: str = Field(default="", description="What it is, one to three sentences.")
    language: str = Field(default="", description="Language of the code, such as sql or python; empty without code.")
    code: str = Field(
        default="",
        json_schema_extra={"maxLength": 8000},
        description="The complete DDL with its rows, or the code, that lessons build on.",
    )


class Tool(BookPart):
    """A language or tool in the version that all lessons use."""

    name: str = Field(description="Name of the language or tool.")
    version: str = Field(default="", description="Its version, such as 3.12.")


class ProjectStep(BookPart):
    """The part of the project that belongs to a stage."""

    stage_id: str
    task: str


class Project(BookPart):
    """A project that grows from stage to stage."""

    title: str = ""
    description: str = ""
    steps: list[ProjectStep] = []


class Outcome(BookPart):
    """Something that the learner can do after a concept."""

    outcome_id: str
    """Unique in the concept: o1, o2, ..."""
    text: str
    """Begins with "can", or its equivalent in the language of the course."""


class Misconception(BookPart):
    """Something that learners wrongly believe about a concept."""

    belief: str = Field(description="What learners wrongly believe, as they would say it, one sentence.")
    correction: str = Field(default="", description="What is true instead, and where the belief fails, one sentence.")

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, stored: Any) -> Any:
        """Older books have the belief alone."""
        return {"belief": stored} if isinstance(stored, str) else stored


class LessonPlan(BookPart):
    """One lesson of a concept; a concept of more than about an hour is a chain of several."""

    lesson_id: str
    """Unique in the concept: l1, l2, ..."""
    title: str = ""
    minutes: int = 0
    """Minutes that reading and exercises take together."""


class ConceptPlan(BookPart):
    """What one concept teaches, so that no other lesson repeats it."""

    concept_id: str
    outcomes: list[Outcome] = []
    teaches: str = ""
    leaves_out: str = ""
    misconceptions: list[Misconception] = []
    lessons: list[LessonPlan] = []


class CourseBook(BookPart):
    """What all contents of a roadmap agree on."""

    glossary: list[Term] = []
    example: RunningExample | None = None
    tools: list[Tool] = []
    project: Project | None = None
    concepts: list[ConceptPlan] = []
    """In learning order. A concept without a plan is written without one."""
    warnings: list[str] = []
    """Of the review of the structure, for the authors of contents."""

    def plan_of(self, concept_id: str) -> ConceptPlan | None:
        """Return the plan of a concept, None if there is none."""
        return next((plan for plan in self.concepts if plan.concept_id == concept_id), None)
