"""What a graph carries from step to step: plain JSON, small, without contents."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, NonNegativeInt, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic makes a schema of no other one before Python 3.12

from domain.editing.review import EditPlan, Issue, Validation
from domain.framework import Framework
from domain.request import Intent, LearningRequest, Text
from domain.text.parse_stored import unknown_format

Json = dict[str, Any]


class RunState(TypedDict, total=False):
    """Keys are filled by the step named beside them; each value is the JSON of a shape in domain/."""

    request: Json
    """LearningRequest; the input of a creation."""
    intent: Json
    """Intent; intent_analysis."""
    framework: Json
    """Framework; curriculum_design and roadmap_edit, the input of a modification."""
    repairs: list[Json]
    """Issues that code mended while it built the framework; curriculum_design and roadmap_edit."""
    validation: Json
    """Validation; structure_validation."""
    wants_review: bool
    """Whether a person has to approve the framework; input."""
    approved: bool
    """The last decision; human_review."""
    feedback: str
    """What a person asks to be changed: human_review, the input of a modification; emptied by roadmap_edit."""
    modifies: bool
    """The framework of the input is an accepted one: the run is a modification."""
    edit_plan: Json
    """EditPlan; edit_plan_analysis."""
    edit_rounds: int
    """Rounds of editing so far; roadmap_edit."""
    round: int
    """The task's round that `edit_rounds` belong to; structure_validation."""


def as_json(shape: BaseModel) -> Json:
    """A shape as it goes into state and rows."""
    return shape.model_dump(mode="json")


SHAPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "request": TypeAdapter(LearningRequest),
    "intent": TypeAdapter(Intent),
    "framework": TypeAdapter(Framework),
    "repairs": TypeAdapter(list[Issue]),
    "validation": TypeAdapter(Validation),
    "wants_review": TypeAdapter(bool),
    "approved": TypeAdapter(bool),
    "feedback": TypeAdapter(Text),
    "modifies": TypeAdapter(bool),
    "edit_plan": TypeAdapter(EditPlan),
    "edit_rounds": TypeAdapter(NonNegativeInt),
    "round": TypeAdapter(NonNegativeInt),
}
"""What each key of the state holds."""


def check_state(values: Mapping[str, Any], task_id: str) -> None:
    """Raises UnknownFormat for a state that nodes of this version cannot begin with."""
    for key in values.keys() & SHAPES.keys():
        try:
            SHAPES[key].validate_python(values[key])
        except ValidationError as error:
            reason = f"{key}: {error.errors()[0]['msg']}"
            raise unknown_format(f"the checkpoint of task {task_id}", reason) from error
