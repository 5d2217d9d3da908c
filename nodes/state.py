"""What a graph carries from step to step: plain JSON, small, without contents."""

from typing import Any, TypedDict

from pydantic import BaseModel

Json = dict[str, Any]


class RunState(TypedDict, total=False):
    """Keys are filled by the step named beside them; each value is the JSON of a shape in domain/."""

    request: Json
    """LearningRequest; the input of a creation."""
    intent: Json
    """Intent; intent_analysis."""
    framework: Json
    """Framework; curriculum_design and roadmap_edit."""
    repairs: list[Json]
    """Issues that code mended while it built the framework; curriculum_design and roadmap_edit."""
    validation: Json
    """Validation; structure_validation."""
    edit_plan: Json
    """EditPlan; edit_plan_analysis."""
    edit_rounds: int
    """Rounds of editing so far; roadmap_edit."""
    round: int
    """The task's round that `edit_rounds` belong to; structure_validation."""


def as_json(shape: BaseModel) -> Json:
    """A shape as it goes into state and rows."""
    return shape.model_dump(mode="json")
