"""The wait of a run for a model that is busy or unreachable: payload of the event `model_waiting`."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class ModelWait(BaseModel):
    """A wait between two tries."""

    model_config = ConfigDict(frozen=True)

    model: str
    reason: str
    """Why the last try failed, in a few words."""
    tries: int
    """Number of tries so far."""
    next_at: datetime
    """When the model is asked again."""
    gives_up_at: datetime
    """When the run stops waiting unless the model has answered."""


def parse_wait(payload: Any) -> ModelWait | None:
    """Return a stored wait, None for anything else, such as a payload of another version."""
    try:
        return ModelWait.model_validate(payload)
    except ValidationError:
        return None
