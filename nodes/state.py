"""The state that a graph carries from step to step: small plain JSON, without contents."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, NonNegativeInt, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic supports no other one before Python 3.12

from domain.course.book import ConceptPlan, CourseBook
from domain.editing.contents import ContentEdit
from domain.editing.review import EditPlan, Issue, Validation
from domain.framework import Framework
from domain.request import Intent, LearningRequest, Words
from domain.text.parse_stored import unknown_format

Json = dict[str, Any]


class RunState(TypedDict, total=False):
    """Each value is the JSON of a shape in domain/. The step that writes a key is named below it."""

    request: Json
    """LearningRequest; the input of a creation."""
    intent: Json
    """Intent; intent_analysis."""
    framework: Json
    """Framework; curriculum_design and roadmap_edit, the input of a modification."""
    repairs: list[Json]
    """Issues that code repaired while it built the framework; curriculum_design and roadmap_edit."""
    validation: Json
    """Validation; structure_validation."""
    review_issues: list[Json]
    """Issues of the last review, without those that code found; structure_validation."""
    course_book: Json
    """CourseBook; course_design, and human_review where a person has edited it. Absent: contents are written without
    one."""
    planned_framework: Json
    """The framework that `course_book` was written for; course_design."""
    wants_review: bool
    """Whether a person has to approve the framework; the input."""
    approved: bool
    """The last decision; human_review."""
    feedback: str
    """Changes that a person asks for; human_review, the input of a modification, emptied by roadmap_edit."""
    asked_for: list[str]
    """All that a person has asked for, oldest first; the input of a modification, human_review."""
    modifies: bool
    """The framework of the input is an accepted one: the run is a modification."""
    edit_plan: Json
    """EditPlan; edit_plan_analysis."""
    content_edits: list[Json]
    """ContentEdits of the proposal: what is written again or put back; roadmap_edit."""
    new_plans: Json
    """ConceptPlans that came with new concepts, by concept id; roadmap_edit."""
    edit_rounds: int
    """Rounds of editing so far; roadmap_edit."""
    round: int
    """The task's round that `edit_rounds` belong to; structure_validation."""


def as_json(shape: BaseModel) -> Json:
    """Return a shape as it is stored in states and rows."""
    return shape.model_dump(mode="json")


SHAPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "request": TypeAdapter(LearningRequest),
    "intent": TypeAdapter(Intent),
    "framework": TypeAdapter(Framework),
    "repairs": TypeAdapter(list[Issue]),
    "validation": TypeAdapter(Validation),
    "review_issues": TypeAdapter(list[Issue]),
    "course_book": TypeAdapter(CourseBook),
    "planned_framework": TypeAdapter(Framework),
    "wants_review": TypeAdapter(bool),
    "approved": TypeAdapter(bool),
    "feedback": TypeAdapter(Words),
    "asked_for": TypeAdapter(list[Words]),
    "modifies": TypeAdapter(bool),
    "edit_plan": TypeAdapter(EditPlan),
    "content_edits": TypeAdapter(list[ContentEdit]),
    "new_plans": TypeAdapter(dict[str, ConceptPlan]),
    "edit_rounds": TypeAdapter(NonNegativeInt),
    "round": TypeAdapter(NonNegativeInt),
}
"""The shape of each key of the state."""


def check_state(values: Mapping[str, Any], task_id: str) -> None:
    """Raise UnknownFormat for a state that nodes of this version cannot read."""
    for key in values.keys() & SHAPES.keys():
        try:
            SHAPES[key].validate_python(values[key])
        except ValidationError as error:
            reason = f"{key}: {error.errors()[0]['msg']}"
            raise unknown_format(f"the checkpoint of task {task_id}", reason) from error
