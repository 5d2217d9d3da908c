"""What a graph carries from step to step: plain JSON, small, without contents."""

from typing import Any

from pydantic import BaseModel
from typing_extensions import TypedDict  # pydantic makes a schema of no other one before Python 3.12

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
