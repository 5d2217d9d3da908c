"""What counts as a draft of a framework."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.framework import FrameworkDraft


def stage(*modules: Any) -> dict[str, Any]:
    return {"name": "S", "description": "", "modules": list(modules)}


@pytest.mark.parametrize(
    "stages",
    [[], [stage()], [stage({"name": "M", "description": "", "concepts": []})]],
    ids=["none", "stage", "module"],
)
def test_an_empty_part_is_a_broken_answer_and_not_a_roadmap_to_be_edited(stages: list[Any]) -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        FrameworkDraft.model_validate({"title": "T", "stages": stages})
